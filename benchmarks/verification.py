"""Time to verify a quote in a document of 1 MB: in its passage, elsewhere, and nowhere.

The document is the bundled article's words, shuffled into paragraphs; six passages are shown. Then
the time to judge whether a quote supports its sentence: by the rules, and by the checker too. Last,
how long a user waits for that: the time from the last byte of a sentence to its verdict, while a
model writes sentences about the article as it is, word by word.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from rag.answering.generative import GenerativeDrafter
from rag.checker import Checker
from rag.citations import SupportJudge, Verifier
from rag.documents import load_file
from rag.folding import fold
from rag.limits import Limits
from rag.sentences import split_sentences
from rag.support import ClaimReader, Support
from rag.types import (
    Block,
    BlockKind,
    Document,
    DraftClaim,
    Expected,
    Passage,
    ProposedQuote,
    Scores,
    Span,
)

ARTICLE = Path(__file__).resolve().parents[1] / "seeds" / "japan_us_alliance.txt"
NEW_WORDS = "perhaps seemed rather unclear".split()  # or the checker would not be asked
PASSAGES, WORDS_IN_PARAGRAPH, WORDS_IN_QUOTE = 6, 100, 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--characters", type=int, default=1_000_000)
    parser.add_argument("--quotes", type=int, default=300, help="quotes of each kind")
    parser.add_argument("--sentences", type=int, default=100, help="that a model writes")
    parser.add_argument("--speeds", type=int, nargs="+", default=[20, 50, 100])
    options = parser.parse_args()
    chance = random.Random(0)  # noqa: S311
    document = shuffled_article(options.characters, chance)
    shown = [chance.choice(document.blocks).span for _ in range(PASSAGES)]
    passages = [
        Passage(number, document, span, Scores(0, 0, 0)) for number, span in enumerate(shown, 1)
    ]
    folding = milliseconds(lambda: fold(document.text))
    print(f"{len(document.text):,} characters; folding them takes {folding:.0f} ms, once")
    check(passages, "words that stand nowhere in it", found=False)
    print(f"{'a quote that stands':28}{'p50 ms':>8}{'p95 ms':>8}")
    everywhere = [block.span for block in document.blocks]
    for name, spans, change, found in (
        ("in the passage named", shown[:1], " ".join, True),
        ("there, in other typography", shown[:1], typewritten, True),
        ("elsewhere in the document", everywhere, " ".join, True),
        ("nowhere", everywhere, misquoted, False),
    ):
        times = []
        for _ in range(options.quotes):
            quote = change(some_words(chance.choice(spans).of(document.text), chance))
            times.append(milliseconds(partial(check, passages, quote, found=found)))
        print_times(name, times)
    print("a quote that supports its sentence, judged")
    readers: dict[str, ClaimReader] = {"by the rules": Silent(), "by the checker too": Checker()}
    for name, reader in readers.items():
        times = []
        for _ in range(options.quotes):
            judge = Support(reader)  # anew, since it keeps what it has read
            words = some_words(shown[0].of(document.text), chance)
            claim = DraftClaim(
                " ".join([*words[2:8], *NEW_WORDS]), (ProposedQuote(1, " ".join(words)),)
            )
            verifier = Verifier(passages, question="What is it?", judge=judge)
            times.append(milliseconds(partial(verifier.check, claim)))
        print_times(name, times)
    print("a sentence that a model writes, from its last byte to its verdict")
    shown_as_it_is = article_passages()
    judge = Support(Checker())
    for speed in options.speeds:
        draft = written(shown_as_it_is, options.sentences, chance)
        print_times(f"{speed} words a second", waits(shown_as_it_is, draft, speed, judge))


class TimedModel(BaseChatModel):
    """Writes a draft word by word, so many a second, and notes when it wrote the last."""

    words: list[str]
    speed: int
    wrote: float = 0.0

    @property
    def _llm_type(self) -> str:
        return "timed"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:  # noqa: ANN401
        return generate_from_stream(self._stream())

    def _stream(self, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:  # noqa: ANN401
        for word in self.words:
            time.sleep(1 / self.speed)
            self.wrote = time.perf_counter()
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))
        end = AIMessageChunk(content="", response_metadata={"finish_reason": "stop"})
        yield ChatGenerationChunk(message=end)


def article_passages() -> list[Passage]:
    document = load_file(ARTICLE, limits=Limits())
    spans = [block.span for block in document.blocks if block.kind is BlockKind.BODY]
    return [
        Passage(number, document, span, Scores(0, 0, 0)) for number, span in enumerate(spans, 1)
    ]


def written(passages: Sequence[Passage], sentences: int, chance: random.Random) -> list[str]:
    """Return the words of a draft whose quotes stand each within one sentence of a passage."""
    known = [
        (passage.number, span.of(passage.document.text))
        for passage in passages
        for span in split_sentences(passage.document.text, passage.span)
    ]
    long = [(number, text) for number, text in known if len(text.split()) > WORDS_IN_QUOTE]
    draft = ""
    for _ in range(sentences):
        number, text = chance.choice(long)
        words = some_words(text, chance)
        claim = " ".join([*words[2:8], *NEW_WORDS])
        draft += f'{claim}. [[{number} "{" ".join(words)}"]]\n'
    return re.findall(r"\S+\s*", draft)


def waits(
    passages: list[Passage], words: list[str], speed: int, judge: SupportJudge
) -> list[float]:
    """Return the milliseconds from the last byte of each sentence to its verdict."""
    model = TimedModel(words=words, speed=speed)
    verifier = Verifier(passages, question="What is it?", judge=judge)
    times = []
    for part in GenerativeDrafter(model, "timed", passage_tokens=10_000).draft("What?", passages):
        if isinstance(part, Expected):
            verifier.expect(part.claim)
        elif isinstance(part, DraftClaim):
            verifier.check(part)
            times.append((time.perf_counter() - model.wrote) * 1000)
    return times


class Silent:
    """A checker that says nothing, at once."""

    def read(self, sentences: Sequence[str], text: str) -> list[float]:
        """Return nothing for each sentence."""
        return [0.0 for _ in sentences]


def print_times(name: str, times: list[float]) -> None:
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{name:28}{statistics.median(times):8.2f}{p95:8.2f}")


def shuffled_article(characters: int, chance: random.Random) -> Document:
    words = ARTICLE.read_text(encoding="utf-8").split()
    paragraphs: list[str] = []
    blocks: list[Block] = []
    length = 0
    while length < characters:
        paragraph = " ".join(chance.choices(words, k=WORDS_IN_PARAGRAPH))
        blocks.append(Block(Span(length, length + len(paragraph)), BlockKind.BODY))
        paragraphs.append(paragraph)
        length += len(paragraph) + 2
    text = "\n\n".join(paragraphs)
    return Document("shuffled", "Shuffled", text, "shuffled.txt", "text/plain", tuple(blocks))


def some_words(paragraph: str, chance: random.Random) -> list[str]:
    words = paragraph.split()
    start = chance.randrange(len(words) - WORDS_IN_QUOTE + 1)
    return words[start : start + WORDS_IN_QUOTE]


def typewritten(words: list[str]) -> str:
    table = str.maketrans({"’": "'", "“": '"', "”": '"', "-": "–"})
    return "\n".join(words).translate(table)


def misquoted(words: list[str]) -> str:
    return " ".join([*words[:6], "never", *words[6:]])


def check(passages: list[Passage], quote: str, *, found: bool) -> None:
    checked = Verifier(passages).check(DraftClaim("A claim.", (ProposedQuote(1, quote),)))
    assert (checked.claim is not None) == found, quote


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
