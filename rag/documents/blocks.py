"""Labels the paragraphs of a page by general rules, so that citations prefer body text.

A scraped page puts short lines before its first prose: the title, often several times, the name
of the section, links to other pages, a standfirst that repeats sentences of the body. The rules
are careful: prose stays body, and so does a text without any prose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.sentences import split_sentences
from rag.types import Block, BlockKind, Span

_MOST_ECHOES = 2
"""More paragraphs than this that recur are a text that stands twice, not a standfirst."""

_LONGEST_ECHO = 1_000
_TITLE_BODY = 12
"""Paragraphs of the body whose words a title is looked for in."""

_TITLE_WORDS = 3
"""Fewer words are a section's name, unless nothing else stands before the body."""

_MOST_HEADINGS = 2
"""Lines in a row above prose that can be its headings; more of them are a list or a poem."""

_TRANSCRIPT = 3
"""From so many paragraphs on, and most of all, words before a colon are a speaker's name."""

_SENTENCE_END = re.compile(r"[.!?…؟।][\"'”’»)\]]*(?:\s|$)|[。！？]")
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_UNFINISHED = re.compile(r"[.…,;:。，；：、—–-][\"'”’»)\]]*$")
_ITEM = re.compile(r"[-*+•‣◦▪–—·>|\[#]\s?|\d+[.)]\s")
_SPEAKER = re.compile(r"[^:.!?]{1,40}: ")
_CELLS = re.compile(r"\t|\||^\S*[,;]\S*$")
_SEPARATOR = re.compile(r"[\W_]+")
_BYLINE = re.compile(r"(?i:by|from)\s|.*\b\d{4}\b$|\d")
_DETAIL = re.compile(r"\d|[?!]$|^(?i:by|from)\s")

_NAMES_ONLY = (
    r"(?!.*(?<![^\s(])(?!(?:and|at|by|courtesy|file|for|from|images?|in|of|on|photos?|the|via)\b)"
    r"(?-i:[a-z]++)[.,;:!?)]*+(?!\S))"  # what has other words in small letters is a sentence
)
_CREDIT = re.compile(
    rf"""(?ix) \(? (?:photo(?:graph)?|image|picture|illustration|graphic|video|credit)s?
            (?:\s(?:credit|source)s?)? \s?: {_NAMES_ONLY}
      | \( {_NAMES_ONLY} (?= .* \b(?:via|courtesy|photo|images?)\b ) .* \) $
      | ©
      | copyright \s (?:©|\(c\)|\d{{4}})
      | all \s rights \s reserved
    """
)
_NAVIGATION = re.compile(
    r"""(?ix) (?:
        (?:share|tweet|save|print|e-?mail) (?:\s(?:this|on|via|article|story|page)\b.*)?
      | (?:skip\s)? advertisements? | sponsored (?:\s content)?
      | (?:read|see|learn|view|show) \s (?:more|all) (?:\s?[:…].*|\s about .*)?
      | (?:related|recommended|popular|trending|recent|latest|more|top) \s
        (?:articles?|stories|posts|features|topics|content|coverage|links) (?:\s(?:from|on|in)\b.*)?
      | most \s (?:read|popular|viewed|shared)
      | subscribe (?:\s(?:now|today|to|for)\b.*)? | sign \s up (?:\s(?:now|today|to|for)\b.*)?
      | sign \s in | log \s in | register | follow \s us .* | contact \s us | about \s us
      | skip \s to .* | back \s to \s (?:top|home.*) | click \s (?:here|to) .*
      | newsletters? | (?:\d+\s)? comments? | leave \s a \s (?:comment|reply)
      | (?:privacy|cookie) \s (?:policy|settings) | terms \s of \s (?:use|service)
    ) [.»›→]? $
    """
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a format's reader found in a text; empty is what the text does not say."""

    blocks: tuple[Block, ...]
    title: str
    author: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A paragraph with what its form says: a short label, prose, or neither."""

    words: str
    lines: tuple[str, ...]
    is_label: bool
    is_prose: bool


def label_paragraphs(texts: Sequence[str]) -> list[BlockKind]:
    """Return the kind of each paragraph of a page, given in order."""
    speakers = sum(bool(_SPEAKER.match(text)) for text in texts)
    spoken = speakers >= _TRANSCRIPT and 2 * speakers > len(texts)
    paragraphs = [_paragraph(text, spoken=spoken) for text in texts]
    echoes = _echoes(paragraphs)
    start = _body_start(paragraphs, echoes)
    if start is None:
        return [BlockKind.BODY] * len(paragraphs)
    counts = Counter(line for p in paragraphs if p.is_label for line in p.lines)
    front = [line for p in paragraphs[:start] if p.is_label for line in p.lines]
    repeated = {line for line in front if counts[line] > 1}
    title = _title(paragraphs, start, repeated)
    kinds = _front_kinds(paragraphs[:start], repeated, title)
    kinds += _body_kinds(paragraphs[start:], repeated)
    for index in echoes & set(range(start)):
        kinds[index] = BlockKind.STANDFIRST
    return kinds


def _paragraph(text: str, *, spoken: bool) -> _Paragraph:
    lines = tuple(" ".join(line.split()) for line in text[:400].split("\n"))
    short = len(text) <= 300 and len(lines) <= 3 and not (spoken and _SPEAKER.match(text))
    return _Paragraph(
        words=text.replace("\n", " "),
        lines=lines,
        is_label=short and all(_is_label(line) for line in lines),
        is_prose=_word_count(text[:1000]) >= 8 and bool(_SENTENCE_END.search(text)),
    )


def _is_label(line: str) -> bool:
    """Say whether a line could be a title, a heading or a link: short, and not a sentence."""
    return (
        len(line) <= 110
        and _word_count(line) <= 16
        and any(c.isalpha() for c in line)
        and not line[0].islower()
        and not _UNFINISHED.search(line)
        and not _CELLS.search(line)
        and not _ITEM.match(line)
        and len(split_sentences(line, Span(0, len(line)))) == 1
    )


def _word_count(text: str) -> int:
    return len(text.split()) + len(_WIDE.findall(text)) // 2


def _echoes(paragraphs: Sequence[_Paragraph]) -> set[int]:
    """Return the first paragraphs of prose, one or two, whose sentences all recur further down."""
    echoes: set[int] = set()
    for index, paragraph in enumerate(paragraphs):
        if not paragraph.is_prose:
            continue
        if not _recurs(paragraph, paragraphs[index + 1 :]):
            break
        echoes.add(index)
        if len(echoes) > _MOST_ECHOES:
            return set()
    return echoes


def _recurs(paragraph: _Paragraph, later: Sequence[_Paragraph]) -> bool:
    """Say whether longer paragraphs repeat it; a shorter one that does is itself the echo."""
    words = paragraph.words
    if len(words) > _LONGEST_ECHO:
        return False
    sentences = [span.of(words) for span in split_sentences(words, Span(0, len(words)))]
    longer = [p.words for p in later if len(p.words) > len(words)]
    return all(any(sentence in text for text in longer) for sentence in sentences)


def _body_start(paragraphs: Sequence[_Paragraph], echoes: set[int]) -> int | None:
    """Return where the body begins; 0 where most of the text would be before it."""
    prose = (i for i, p in enumerate(paragraphs) if p.is_prose and i not in echoes)
    start = next(prose, None)
    if start is None:
        return None
    before = sum(len(p.words) for p in paragraphs[:start])
    return start if before < sum(len(p.words) for p in paragraphs[start:]) else 0


def _title(page: Sequence[_Paragraph], start: int, repeated: set[str]) -> int | None:
    """Choose the line before ``start`` that shares most with the body, repeated ones first."""
    labels = [i for i, p in enumerate(page[:start]) if _may_be_title(p)]
    body = _content_words(" ".join(p.words for p in page[start : start + _TITLE_BODY]))

    def rank(index: int) -> tuple[bool, float]:
        words = _content_words(page[index].words)
        shared = len(words & body)
        return shared > 0 and page[index].words in repeated, shared**2 / max(1, len(words))

    if labels == [0]:
        return 0
    long = [i for i in labels if _word_count(page[i].words) >= _TITLE_WORDS]
    best = max(long, key=rank, default=None)
    if best is None or not any(rank(best)):
        return None
    above = best - 1  # a subtitle may share more words than the title above it
    return above if above in long and rank(above) >= (rank(best)[0], 1) else best


def _may_be_title(paragraph: _Paragraph) -> bool:
    words = paragraph.words
    marked = _is_mark(words) or _BYLINE.match(words)
    return paragraph.is_label and len(paragraph.lines) == 1 and not marked


def _content_words(text: str) -> set[str]:
    words = _WORD.findall(text.lower())
    pairs = (one + two for word in words if _WIDE.match(word) for one, two in pairwise(word))
    return {word for word in words if len(word) > 3}.union(pairs)


def _front_kinds(
    front: Sequence[_Paragraph], repeated: set[str], title: int | None
) -> list[BlockKind]:
    """Label what stands before the body: all short lines above the title lead to other pages."""

    def kind(index: int, paragraph: _Paragraph) -> BlockKind:
        if index == title:
            return BlockKind.TITLE
        link = title is not None and _is_link(paragraph, short=index > title)
        return BlockKind.CHROME if link or _is_chrome(paragraph, repeated) else BlockKind.BODY

    return [kind(index, paragraph) for index, paragraph in enumerate(front)]


def _is_link(paragraph: _Paragraph, *, short: bool) -> bool:
    return paragraph.is_label and all(
        (_word_count(line) <= 4 or not short) and not _DETAIL.search(line)
        for line in paragraph.lines
    )


def _is_chrome(paragraph: _Paragraph, repeated: set[str]) -> bool:
    return len(paragraph.words) <= 160 and all(
        line in repeated or _is_mark(line) for line in paragraph.lines
    )


def _is_mark(line: str) -> bool:
    return bool(_CREDIT.match(line) or _NAVIGATION.match(line) or _SEPARATOR.fullmatch(line))


def _body_kinds(body: Sequence[_Paragraph], repeated: set[str]) -> list[BlockKind]:
    kinds = []
    headings_left = 0
    for paragraph in reversed(body):
        heading = paragraph.is_label and len(paragraph.lines) == 1 and headings_left > 0
        if _is_chrome(paragraph, repeated):
            kinds.append(BlockKind.CHROME)
            continue
        kinds.append(BlockKind.HEADING if heading else BlockKind.BODY)
        headings_left = headings_left - 1 if heading else _MOST_HEADINGS * paragraph.is_prose
    return kinds[::-1]
