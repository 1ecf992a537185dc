"""Makes claims out of a text's own sentences: true ones, and ones with an invented error."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from rag.sentences import split_sentences
from rag.types import Span
from training.support.examples import Example

NUMBER = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-])")
NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+(?: [A-Z][a-z]+)*\b")
VERB = re.compile(r"\b(is|are|was|were|has|have|had|can|could|will|would|did)\b(?! (?:not|n't))")
NOT = re.compile(r"\b(not|never) ")
ASIDE = re.compile(r" \([^()]*\)|, [^,]{8,60},(?= )")
OPPOSITES = dict(
    pair
    for line in """
    more less, most least, first last, before after, increase decrease, increased decreased,
    rose fell, higher lower, high low, large small, larger smaller, largest smallest, early
    late, earlier later, north south, northern southern, east west, eastern western, won lost,
    support oppose, supported opposed, accepted rejected, include exclude, included excluded,
    old new, older newer, always never, all none, many few, major minor, strong weak, public
    private, success failure, successful unsuccessful, possible impossible, legal illegal,
    good bad, best worst, better worse, began ended, above below, inside outside, male female,
    men women, father mother, son daughter, allowed forbade, same different, long short,
    common rare, often rarely, positive negative, gained lost, joined left, arrived departed,
    open closed, rich poor, easy difficult, expensive cheap, love hate, loved hated, like
    dislike, agreed refused, approved rejected, borrowed lent, bought sold, hot cold, fast
    slow, day night, happy sad""".split(",")
    for one, other in [line.split()]
    for pair in ((one, other), (other, one))
)


def claims_of(text: str, draw: random.Random) -> Iterator[Example]:
    """Yield a true claim made of a sentence of a paragraph, and a false one of another."""
    spans = [s for s in split_sentences(text, Span(0, len(text))) if 50 <= len(s) <= 250]
    if not spans:
        return
    sentence = draw.choice(spans).of(text)
    yield Example("invented", text, shortened(sentence, draw), 1.0, ())
    for spoil in draw.sample(SPOILERS, len(SPOILERS)):
        if spoiled := spoil(shortened(draw.choice(spans).of(text), draw), text, draw):
            words, wrong = spoiled
            yield Example("invented", text, words, 0.0, (wrong,))
            return


def shortened(sentence: str, draw: random.Random) -> str:
    """Leave out an aside, half of the time."""
    return ASIDE.sub("", sentence, count=1) if draw.random() < 0.5 else sentence


Spoiled = tuple[str, Span] | None


def other_number(sentence: str, text: str, draw: random.Random) -> Spoiled:
    """Swap a number for another of the text, or for one near it."""
    found = list(NUMBER.finditer(sentence))
    if not found:
        return None
    old = draw.choice(found)
    others = [n for n in NUMBER.findall(text) if n != old.group() and n not in sentence]
    digits = old.group().replace(",", "").split(".")[0]
    near = str(max(1, int(digits) + draw.choice((-10, -3, -2, -1, 1, 2, 3, 10))))
    new = draw.choice(others) if others and draw.random() < 0.5 else near
    return None if new == old.group() else _put(sentence, old, new)


def other_name(sentence: str, text: str, draw: random.Random) -> Spoiled:
    """Swap a name for another of the text."""
    found = list(NAME.finditer(sentence))
    others = [name for name in NAME.findall(text) if name not in sentence]
    if not found or not others:
        return None
    return _put(sentence, draw.choice(found), draw.choice(others))


def denied(sentence: str, text: str, draw: random.Random) -> Spoiled:
    """Say that it was not so, or that it was."""
    if found := NOT.search(sentence):
        words = sentence[: found.start()] + sentence[found.end() :]
        return words, Span(max(0, found.start() - 4), min(len(words), found.start() + 4))
    found = VERB.search(sentence)
    return _put(sentence, found, f"{found.group()} not") if found else None


def opposite(sentence: str, text: str, draw: random.Random) -> Spoiled:
    """Swap a word for its opposite."""
    found = [m for m in re.finditer(r"\b[a-z]+\b", sentence) if m.group() in OPPOSITES]
    if not found:
        return None
    old = draw.choice(found)
    return _put(sentence, old, OPPOSITES[old.group()])


SPOILERS: Sequence[Callable[[str, str, random.Random], Spoiled]] = (
    other_number,
    other_name,
    opposite,
    opposite,
    denied,
)


def _put(sentence: str, old: re.Match[str], new: str) -> tuple[str, Span]:
    words = sentence[: old.start()] + new + sentence[old.end() :]
    return words, Span(old.start(), old.start() + len(new))
