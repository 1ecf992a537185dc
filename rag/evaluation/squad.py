"""Compare answers as the official SQuAD evaluation script does.

Rajpurkar et al. 2016, "SQuAD: 100,000+ Questions for Machine Comprehension of Text", section 6.1.
The script drops ASCII punctuation only; here typographic punctuation (’ “ –) goes the same way,
so that ASCII text gives the script's own result and typography makes no difference.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter

_ARTICLES = re.compile(r"\b(a|an|the)\b")


def normalize(text: str) -> str:
    """Lower the case, drop punctuation and articles, and make every white space one blank."""
    kept = "".join(char for char in text.lower() if not _is_punctuation(char))
    return " ".join(_ARTICLES.sub(" ", kept).split())


def occurs(gold: str, answer: str) -> bool:
    """Say whether the gold answer's words stand in the answer, in order, as whole words."""
    words = normalize(gold)
    return bool(words) and f" {words} " in f" {normalize(answer)} "


def token_f1(gold: str, answer: str) -> float:
    """Return the harmonic mean of the precision and the recall of the answer's words, 0 to 1."""
    expected, given = normalize(gold).split(), normalize(answer).split()
    if not expected or not given:
        return float(expected == given)
    common = (Counter(expected) & Counter(given)).total()
    return 2 * common / (len(expected) + len(given))


def _is_punctuation(char: str) -> bool:
    return char in string.punctuation or unicodedata.category(char).startswith("P")
