"""What a word is to the lexical search: the same rules for what is indexed and what is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

MOST_TERMS = 64  # a longer question says nothing more, and would only take longer

# Scripts written without spaces: a run of them would be one huge word to FTS5's tokenizer.
_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # kana and iteration marks
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
# Vowel signs and points, which Python counts as no part of a word: Hebrew, Arabic, Indic scripts.
_MARKS = "\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
_WORD = re.compile(rf"(?P<run>[{_UNSPACED}]+)|(?:[^\W_{_UNSPACED}]|[{_MARKS}])+")

# Words that most English sentences have: without them BM25 finds more, several times faster. It is
# shorter than ``rag.questions.STOP_WORDS``, since BM25 weighs rare words by itself.
_COMMON = (
    "a an and are as at be by did do does for from had has have how in is it its of on or s that"
    " the their there this to was were what when where which who whom whose why will with"
)
_STOP_WORDS = frozenset(_COMMON.split())


def index_form(text: str) -> str:
    """Return the words of ``text`` as the index reads them, those of unspaced scripts cut apart."""
    return " ".join(
        " ".join(match.group()) if match["run"] else match.group()
        for match in _WORD.finditer(_folded(text))
    )


def query_terms(question: str) -> list[str]:
    """Return at most ``MOST_TERMS`` of the question's terms, in the order in which they are asked.

    A run of an unspaced script is asked for by its pairs of neighbouring characters. Stop words
    count only where there is nothing else.
    """
    terms = _terms(question)
    return ([term for term in terms if term not in _STOP_WORDS] or terms)[:MOST_TERMS]


def match_expression(terms: Iterable[str]) -> str:
    """Return an FTS5 expression for any of the terms, empty if there are none.

    Every term is quoted, so no word of a user is ever an operator.
    """
    return " OR ".join(f'"{term}"' for term in terms)


def _terms(question: str) -> list[str]:
    """Return the distinct terms in the order in which they are asked."""
    terms: dict[str, None] = {}
    for match in _WORD.finditer(_folded(question)):
        word = match.group()
        if match["run"] and len(word) > 1:
            terms.update((f"{one} {two}", None) for one, two in pairwise(word))
        else:
            terms[word] = None
    return list(terms)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
