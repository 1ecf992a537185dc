"""The page with a scripted assistant, for what the real one never says."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import streamlit as st
from hostility import HOSTILE, MONSTER
from page_fakes import (
    ASEAN,
    COMMITMENT,
    FakeAsker,
    FakeLibrary,
    Reply,
    answer,
    article,
    citation,
    passage,
    verdicts,
)

from rag.errors import DocumentError
from rag.settings import Settings, load_settings
from rag.types import (
    Answer,
    Block,
    BlockKind,
    Document,
    JudgedSentence,
    Passage,
    ProposedQuote,
    Rejection,
    RejectionReason,
    Scores,
    Span,
    Status,
    Turn,
    Usage,
)
from rag.ui import session
from rag.ui.page import draw_page

ARTICLE = article()


def one_paragraph(name: str, title: str, text: str, pages: tuple[Span, ...] = ()) -> Document:
    block = Block(Span(0, len(text)), BlockKind.BODY)
    return Document(name, title, text, f"{name}.txt", "text/plain", (block,), pages)


SECOND = one_paragraph(
    "second", "A second opinion", "A second opinion says that it was a matter of course."
)
PAGED = one_paragraph(
    "paged",
    "A paged report",
    "The first page says little. The second page says that the bridge is closed.",
    pages=(Span(0, 28), Span(28, 75)),
)
RIGGED = one_paragraph(
    "rigged", f"Rigged {HOSTILE}", f"A rigged note. {HOSTILE} It ends after the trap."
)
MONSTROUS = one_paragraph("monstrous", "One word", f"It begins. {MONSTER} It ends here.")
SHELF = {d.id: d for d in (ARTICLE, SECOND, PAGED, RIGGED, MONSTROUS)}


def two_documents() -> Answer:
    one = ("It was a commitment.", citation(ARTICLE, COMMITMENT))
    two = ("It was expected.", citation(SECOND, "a matter of course", 2))
    return replace(answer(ARTICLE, one, two), passages=(passage(ARTICLE), passage(SECOND, 2)))


def paged() -> Answer:
    cited = citation(PAGED, "the bridge is closed")
    return replace(answer(PAGED, ("It is closed.", cited)), passages=(passage(PAGED),))


def hostile() -> Answer:
    """Answer as a model that would like to be more than text."""
    rejected = Rejection(HOSTILE, ProposedQuote(1, HOSTILE), RejectionReason.NOT_FOUND)
    claims = (
        (HOSTILE, citation(RIGGED, HOSTILE)),
        ("It ends.", citation(RIGGED, "after the trap", 2)),
    )
    return replace(
        answer(RIGGED, *claims, status=Status.PARTIAL, rejections=(rejected,)),
        passages=(passage(RIGGED, size=1_000),),
        standalone_question=HOSTILE,
        short_answer=HOSTILE,
        notice=HOSTILE,
    )


def monstrous() -> Answer:
    whole = Passage(1, MONSTROUS, Span(0, len(MONSTROUS.text)), Scores(0.5, 3.0, 0.6))
    claims = (
        (MONSTER, citation(MONSTROUS, MONSTER)),
        ("It ends.", citation(MONSTROUS, "ends here", 2)),
    )
    return replace(answer(MONSTROUS, *claims), passages=(whole,), short_answer=MONSTER)


def reviewed() -> Answer:
    """Answer with a sentence that was left out between two that stand."""
    quote = ProposedQuote(1, "Japan bought aeroplanes from the United States")
    bought = Rejection("Japan bought aeroplanes.", quote, RejectionReason.NOT_FOUND, place=1)
    bare = Rejection(
        "Everybody was content.", ProposedQuote(0, ""), RejectionReason.NO_QUOTE, place=2
    )
    one = ("The new administration committed itself.", citation(ARTICLE, COMMITMENT, 1))
    two = ("Both countries back ASEAN.", citation(ARTICLE, ASEAN, 2))
    reply = answer(ARTICLE, one, two, status=Status.PARTIAL, rejections=(bought, bare))
    return replace(reply, usage=Usage(1_200, 34), passages=read())


def read() -> tuple[Passage, ...]:
    """Return passages that a reader has judged."""
    spans = [block.span for block in ARTICLE.blocks if len(block.span) > 200][:4]
    return tuple(
        Passage(
            number,
            ARTICLE,
            span,
            Scores(dense=0.7 - number / 10, lexical=9.5 - number, fused=0.8 - number / 10),
            (JudgedSentence(span, None, 0.9 - number / 5),),
        )
        for number, span in enumerate(spans, start=1)
    )


@dataclass
class Scripted(FakeAsker):
    """Fails every other time, and keeps a question waiting until another session says to go on."""

    waiting: list[threading.Event] = field(default_factory=list)
    fails: bool = True

    @property  # type: ignore[misc]
    def settings(self) -> Settings:
        """Let an address ask for the review mode."""
        return load_settings(strict="review" not in st.query_params)

    @settings.setter
    def settings(self, _: Settings) -> None:
        pass

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        document_ids: Collection[str] | None = None,
    ) -> Answer:
        if question == "Take your time":
            self.wait()
        elif question == "Go on":
            for event in self.waiting:
                event.set()
        elif question == "Fail every other time":
            self.fails = not self.fails
            if not self.fails:
                raise DocumentError("The server is down. Start it and ask again.")
        return super().ask(question, history, document_ids=document_ids)

    def before_the_end(self, question: str) -> None:
        if question == "Write slowly":
            self.wait()

    def wait(self) -> None:
        """Wait until another session says to go on."""
        event = threading.Event()
        self.waiting.append(event)
        event.wait(60)


REPLIES: dict[str, Reply] = {
    "Show all verdicts": verdicts(ARTICLE),
    "Fail always": DocumentError("The server is down. Start it and ask again."),
    "Fail every other time": verdicts(ARTICLE),
    "Write slowly": verdicts(ARTICLE),
    "Cite two documents": two_documents(),
    "Cite a page": paged(),
    "Be hostile": hostile(),
    "Be monstrous": monstrous(),
    "Review this": reviewed(),
}


def open_scripted() -> Scripted:
    return Scripted(FakeLibrary(dict(SHELF)), REPLIES)


session.open_asker = open_scripted
draw_page()
