"""Tests of how Streamlit sends the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import populate_hash_if_needed

ROOT = Path(__file__).parents[2]


def test_no_message_however_large_is_kept_by_the_browser_to_be_named_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    config.get_config_options(force_reparse=True)
    message = ForwardMsg()
    message.delta.new_element.text.body = "word " * 1_000_000
    populate_hash_if_needed(message)
    assert message.hash
    assert not message.metadata.cacheable
