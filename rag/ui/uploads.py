"""Adds files and addresses to the library, one by one; what is refused says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rag.documents import SUFFIXES, load_bytes
from rag.documents.fetching import load_url
from rag.errors import PinciteError
from rag.library import AddOutcome
from rag.types import Document
from rag.ui import strings
from rag.ui.notices import Notice, draw_kept_notices, keep_notices
from rag.ui.session import Asker

_ROUND = "upload_round"

_OUTCOMES = {
    AddOutcome.ADDED: strings.ADDED,
    AddOutcome.UNCHANGED: strings.UNCHANGED,
    AddOutcome.REPLACED: strings.REPLACED,
}


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
    _draw_address(asker)
    draw_kept_notices()


def _draw_address(asker: Asker) -> None:
    """Draw the field for an address, unless nothing may be fetched."""
    if not asker.settings.allow_urls:
        return
    with st.form("address", clear_on_submit=True, border=False):
        address = st.text_input(
            strings.ADDRESS, placeholder=strings.ADDRESS_EXAMPLE, icon=":material/link:"
        )
        asked = st.form_submit_button(strings.FETCH)
    if asked and address and address.strip():
        keep_notices([_fetched(asker, address.strip())])
        st.rerun()


def _fetched(asker: Asker, address: str) -> Notice:
    with st.spinner(strings.FETCHING):
        try:
            document = load_url(address, settings=asker.settings)
        except PinciteError as error:
            return Notice("error", str(error))
    bar = st.progress(0.0)
    return _put(asker, document, _reporter(bar, 1, 1))


def _added(asker: Asker, files: Sequence[UploadedFile]) -> Iterator[Notice]:
    bar = st.progress(0.0)
    for position, file in enumerate(files, start=1):
        progress = _reporter(bar, position, len(files))
        progress(0, 0)
        yield _add(asker, file, progress)


def _reporter(bar: DeltaGenerator, position: int, files: int) -> Callable[[int, int], None]:
    """Return what moves the bar: by documents, and within one by its passages."""

    def report(done: int, passages: int) -> None:
        share = done / passages if passages else 0.0
        bar.progress(
            (position - 1 + share) / files, strings.adding(position, files, done, passages)
        )

    return report


def _add(asker: Asker, file: UploadedFile, progress: Callable[[int, int], None]) -> Notice:
    try:
        document = load_bytes(file.getvalue(), source=file.name, limits=asker.settings.limits)
    except PinciteError as error:
        return Notice("error", str(error))
    return _put(asker, document, progress)


def _put(asker: Asker, document: Document, progress: Callable[[int, int], None]) -> Notice:
    try:
        outcome = asker.library.add(document, progress=progress)
    except PinciteError as error:
        return Notice("error", str(error))
    said = f"{_OUTCOMES[outcome]} {document.title}"
    if outcome is not AddOutcome.UNCHANGED and (alike := asker.library.alike(document.id)):
        return Notice("info", f"{said} {strings.nearly_the_same(alike[0].title, alike[0].share)}")
    return Notice("success", said)
