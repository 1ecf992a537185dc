"""The page with a scripted assistant, for what the real one never says."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from page_fakes import (
    COMMITMENT,
    FakeAsker,
    FakeLibrary,
    answer,
    article,
    citation,
    passage,
    verdicts,
)

from rag.errors import DocumentError
from rag.types import Answer, Block, BlockKind, Document, Span, Turn
from rag.ui import session
from rag.ui.page import draw_page

ARTICLE = article()
OPINION = "A second opinion says that the commitment was a matter of course."
SECOND = Document(
    "second",
    "A second opinion",
    OPINION,
    "second.txt",
    "text/plain",
    (Block(Span(0, len(OPINION)), BlockKind.BODY),),
)


def two_documents() -> Answer:
    one = ("It was a commitment.", citation(ARTICLE, COMMITMENT))
    two = ("It was expected.", citation(SECOND, "a matter of course", 2))
    return replace(answer(ARTICLE, one, two), passages=(passage(ARTICLE), passage(SECOND, 2)))


@dataclass
class Scripted(FakeAsker):
    """Fails once, and keeps a question waiting until another session says to go on."""

    go_on: threading.Event = field(default_factory=threading.Event)
    failures: int = 0

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        document_ids: Collection[str] | None = None,
    ) -> Answer:
        if question == "Take your time":
            self.go_on.wait(60)
        elif question == "Go on":
            self.go_on.set()
        elif question == "Fail once" and not self.failures:
            self.failures += 1
            raise DocumentError("The server is down. Start it and ask again.")
        return super().ask(question, history, document_ids=document_ids)

    def before_the_end(self, question: str) -> None:
        if question == "Write slowly":
            self.go_on.wait(60)


REPLIES = {
    "Show all verdicts": verdicts(ARTICLE),
    "Fail once": verdicts(ARTICLE),
    "Write slowly": verdicts(ARTICLE),
    "Cite two documents": two_documents(),
}


def open_scripted() -> Scripted:
    return Scripted(FakeLibrary({ARTICLE.id: ARTICLE, SECOND.id: SECOND}), REPLIES)


session.open_asker = open_scripted
draw_page()
