"""Questions to begin with, found in the background, once for each document."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, zip_longest

import streamlit as st

from rag.errors import PinciteError
from rag.ui.session import Asker

MOST = 4
MOST_DOCUMENTS = 4  # that one welcome looks at

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Suggested:
    """The questions found so far, and whether more are being looked for."""

    questions: tuple[str, ...] = ()
    pending: bool = False


class Suggester:
    """Finds the questions of one document after another in a thread; sessions share it."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="suggesting")
        self._found: dict[str, Future[tuple[str, ...]]] = {}

    def suggested(self, document_ids: Iterable[str]) -> Suggested:
        """Return what is known of the first few documents, without waiting; start on the rest."""
        first = list(document_ids)[:MOST_DOCUMENTS]
        jobs = [self._found.get(id_) or self._start(id_) for id_ in first]
        found = [job.result() for job in jobs if job.done()]
        by_turns = (q for q in chain.from_iterable(zip_longest(*found)) if q)
        return Suggested(tuple(by_turns)[:MOST], not all(job.done() for job in jobs))

    def _start(self, document_id: str) -> Future[tuple[str, ...]]:
        job = self._found[document_id] = self._worker.submit(self._find, document_id)
        return job

    def _find(self, document_id: str) -> tuple[str, ...]:
        try:
            return self._asker.suggestions(document_id)
        except PinciteError:  # it was removed meanwhile, most likely
            logger.info("no suggestions for %s", document_id, exc_info=True)
            return ()


@st.cache_resource(show_spinner=False)
def suggester(_asker: Asker, number: int) -> Suggester:
    """Return the suggester of an assistant, told from others by ``number``."""
    return Suggester(_asker)


def suggestions(asker: Asker, document_ids: Iterable[str]) -> Suggested:
    """Return a few questions about these documents, as far as they are known."""
    return suggester(asker, id(asker)).suggested(document_ids)
