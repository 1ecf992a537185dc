"""Reads uploaded files into the library, one by one; what is refused says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rag.documents import SUFFIXES, load_bytes
from rag.errors import PinciteError
from rag.library import AddOutcome
from rag.ui import strings
from rag.ui.notices import Notice, draw_kept_notices, keep_notices
from rag.ui.session import Asker

_ROUND = "upload_round"

_OUTCOMES = {AddOutcome.ADDED: strings.ADDED, AddOutcome.UNCHANGED: strings.UNCHANGED}


def draw_uploader(asker: Asker) -> None:
    """Draw the uploader, add what was dropped in, and say what became of each file."""
    round_ = st.session_state.get(_ROUND, 0)
    files = st.file_uploader(
        strings.ADD,
        type=list(SUFFIXES),
        accept_multiple_files=True,
        key=f"upload-{round_}",  # a new key empties the uploader
        help=strings.ADD_HELP,
    )
    if files:
        keep_notices(list(_added(asker, files)))
        st.session_state[_ROUND] = round_ + 1
        st.rerun()
    draw_kept_notices()


def _added(asker: Asker, files: Sequence[UploadedFile]) -> Iterator[Notice]:
    bar = st.progress(0.0)
    for position, file in enumerate(files, start=1):
        progress = _reporter(bar, strings.adding(position, len(files)))
        progress(0, 1)
        yield _add(asker, file, progress)


def _reporter(bar: DeltaGenerator, label: str) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), label)

    return report


def _add(asker: Asker, file: UploadedFile, progress: Callable[[int, int], None]) -> Notice:
    try:
        document = load_bytes(file.getvalue(), source=file.name, limits=asker.settings.limits)
        outcome = asker.library.add(document, progress=progress)
    except PinciteError as error:
        return Notice("error", str(error))
    return Notice("success", f"{_OUTCOMES[outcome]} {document.title}")
