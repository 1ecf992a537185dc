"""Whose a session is: the person who logged in, else the browser that it runs in.

A browser is told by a random key in a cookie of its own, so that the conversations of two people
who reach the same page without a login stay apart. Only a hash of it is kept on disk.
"""

from __future__ import annotations

import hashlib
import re
import secrets

import streamlit as st

COOKIE = "pincite_browser"
_NEW_KEY = "browser_key"
_KEY = re.compile(r"[0-9a-f]{32}")


def owner() -> str:
    """Return a name for whoever this session belongs to, the same after a restart."""
    if st.user.get("is_logged_in"):
        identity = f"{st.user.get('iss', '')}\n{st.user.get('sub', '')}"
        return f"user:{_hashed(identity)}"
    return f"browser:{_hashed(_browser_key())}"


def browser_view() -> dict[str, str]:
    """Describe the key that the browser has yet to remember; empty if it has one."""
    return {"cookie": COOKIE, "key": "" if _remembered() else _browser_key()}


def _browser_key() -> str:
    """Return the browser's key; one that has none gets its session's for good."""
    if key := st.session_state.get(_NEW_KEY):
        return str(key)
    key = _remembered() or secrets.token_hex(16)
    st.session_state[_NEW_KEY] = key
    return key


def _remembered() -> str:
    key = str(st.context.cookies.get(COOKIE, ""))
    return key if _KEY.fullmatch(key) else ""


def _hashed(identity: str) -> str:
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
