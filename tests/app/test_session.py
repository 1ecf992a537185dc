"""What all sessions share."""

import gc
from types import SimpleNamespace

import pytest

import rag.assistant
from rag.ui import session


def test_the_garbage_collector_is_spared_what_the_assistant_brings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    brought = [[number] for number in range(1000)]
    monkeypatch.setattr(rag.assistant, "open_assistant", lambda _: SimpleNamespace(all=brought))
    before = gc.get_freeze_count()
    try:
        opened = session.open_asker()
        frozen = gc.get_freeze_count()
    finally:
        gc.unfreeze()
    assert opened.all is brought  # type: ignore[attr-defined]
    assert frozen >= before + len(brought)
