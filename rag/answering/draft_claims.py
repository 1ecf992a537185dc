"""Turns a finished stretch of a draft into claims: plain sentences with the quotes they propose."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from rag.answering.draft_quotes import MAX_QUOTES, PLACE, parse_quotes
from rag.sentences import MAX_CHARACTERS, split_sentences
from rag.types import DraftClaim, ProposedQuote, Span

MARK: Final = "\x00"
"""Stands in a stretch where a bracket stood; an answer's own characters have no control codes."""

ENDS: Final = ".!?…。！？｡।؟"
"""Marks that end a sentence."""

_TABLE_ROW = re.compile(r"\s*\|(?:\s?\d{1,3}\s?\|)?")
_HEADING = re.compile(r"\s*#{1,6}\s")
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})[\w+-]{0,20}\s*")
_LEAD = re.compile(
    r"(?:\s|[-+*•‣◦▪·–—](?=\s)|#{1,6}(?=\s)|>|\(?(?:\d{1,3}|[A-Za-z])\)(?=\s)"
    r"|\d{1,3}\.(?=\s+[^\s\x00]))*"
)
_LINK = re.compile(
    r"\[(?P<label>[^\[\]\x00]*+)\]"
    r"\((?:[^()\s\x00]|\([^()\s\x00]*+\))*+(?:\s*+\"[^\"()\x00]*+\")?\s*+\)"
)
_IMAGE = re.compile("!" + _LINK.pattern)
_BARE_NUMBER = re.compile(
    rf" ?\[\s?(?:{PLACE}[\s.]*+)?\d{{1,3}}(?:[\s,;&–-]+\d{{1,3}})*\s?\](?:\([^()\s\x00]*+\))?",
    re.IGNORECASE,
)
_STRONG = re.compile(r"\*{2,}|~{2,}|`+")
_STARS = re.compile(r"(?<!\w)\*(?=\S)([^*]*+)(?<=\S)\*(?!\w)")
_UNDERSCORES = re.compile(r"(?<!\w)_++(?=[^_\s]*+\s)([^_]++)(?<=\S)_++(?!\w)")
_TAG_WITHIN_WORDS = re.compile(
    r"</?(?:b|i|em|strong|u|s|sup|sub|span|code|mark|a|font)(?:\s[^<>\x00]*+)?>", re.IGNORECASE
)
_TAG = re.compile(r"</?[A-Za-z][^<>\x00]*+>")
_REFUSAL = re.compile(
    r"\W*(?:answer\W+)?not[\s_-]+in[\s_-]+(?:the[\s_-]+)?sources?\W*", re.IGNORECASE
)
_MAX_PREAMBLE = 300


@dataclass(frozen=True, slots=True)
class Stretch:
    """A line of a draft or a part of one, and the brackets that belong to it.

    ``text`` has a ``MARK`` where each of ``brackets``, in order, stood; those are without their
    ``[[`` and ``]]``.
    """

    text: str
    brackets: tuple[str, ...]


def claims_in(stretch: Stretch) -> list[DraftClaim]:
    """Return a claim for each sentence; a bracket belongs to the sentence before it.

    Without a quote, a heading and a table's row claim nothing. Brackets without any sentence claim
    their own words. No text is longer than ``MAX_CHARACTERS``.
    """
    quotes = [parse_quotes(bracket) for bracket in stretch.brackets]
    text, places = _unmark(_plain(stretch.text))
    is_layout = _HEADING.match(stretch.text) or _TABLE_ROW.match(stretch.text)
    if is_layout and not any(quotes) and not is_refusal(text):
        return []
    spans = [s for s in split_sentences(text, Span(0, len(text))) if _has_word(s.of(text))]
    if not spans:
        return _own_words([quote for several in quotes for quote in several])
    starts = [span.start for span in spans]
    owned: list[list[ProposedQuote]] = [[] for _ in spans]
    for place, several in zip(places, quotes, strict=True):
        owned[max(0, bisect_left(starts, place) - 1)] += several
    claims = [_claim(span.of(text), own) for span, own in zip(spans, owned, strict=True)]
    return [claim for claim in claims if claim.quotes or any(map(str.isalpha, claim.text))]


def is_refusal(text: str) -> bool:
    """Say whether a sentence is ``NOT IN SOURCES``, in any case and between any marks."""
    return bool(_REFUSAL.fullmatch(text))


def is_preamble(claims: list[DraftClaim]) -> bool:
    """Say whether a line only leads to the next: it ends in a colon and quotes nothing."""
    has_quote = any(claim.quotes for claim in claims)
    is_short = sum(len(claim.text) for claim in claims) <= _MAX_PREAMBLE
    return is_short and not has_quote and claims[-1].text.endswith((":", "："))


def _plain(text: str) -> str:
    """Return a line without Markdown, HTML tags, bare numbers and repeated white space."""
    if _FENCE.fullmatch(text):
        return ""
    if row := _TABLE_ROW.match(text):
        text = text[row.end() :].replace("|", " ")
    text = _BARE_NUMBER.sub("", _IMAGE.sub(r"\g<label>", text))
    text = _STRONG.sub("", _LINK.sub(r"\g<label>", text))
    text = _UNDERSCORES.sub(r"\1", _STARS.sub(r"\1", text))
    text = _TAG.sub(" ", _TAG_WITHIN_WORDS.sub("", text))
    return " ".join(_LEAD.sub("", text, count=1).split())


def _unmark(text: str) -> tuple[str, list[int]]:
    """Take the marks out and return where they were."""
    joined, *parts = text.split(MARK)
    places = []
    for rest, part in enumerate(parts, start=1 - len(parts)):
        places.append(len(joined.rstrip()))
        is_between = rest < 0 and part.strip(" ,;&") in ("", "and")
        joined = _join(joined, " " if is_between else part)
    return joined, places


def _join(before: str, after: str) -> str:
    """Join what stood on both sides of a bracket: a full stop moves to its sentence."""
    space = " " if before[-1:].isspace() or after[:1].isspace() else ""
    before, after = before.rstrip(), after.lstrip(" |")
    if before.endswith(tuple(ENDS)):
        after = after.lstrip(" .,;")
    elif after.startswith((*ENDS, ",", ";", ":", ")")):
        space = ""
    return before + space + after


def _own_words(quotes: list[ProposedQuote]) -> list[DraftClaim]:
    text = _plain(quotes[0].text)[:MAX_CHARACTERS] if quotes else ""
    return [_claim(text, quotes)] if _has_word(text) else []


def _claim(text: str, quotes: list[ProposedQuote]) -> DraftClaim:
    if _TAG.search(text):  # one that came about when other markup was taken out
        text = text.replace("<", "")
    return DraftClaim(" ".join(text.split()), tuple(quotes[:MAX_QUOTES]))


def _has_word(text: str) -> bool:
    return any(map(str.isalnum, text))
