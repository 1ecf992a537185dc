"""An optional login by OpenID Connect: asked for where Streamlit's secrets name an issuer."""

from __future__ import annotations

import streamlit as st

from rag.ui import strings


def is_required() -> bool:
    """Say whether somebody has to log in before the page is drawn."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def is_logged_in() -> bool:
    """Say whether somebody has logged in."""
    return bool(st.user.get("is_logged_in"))


def draw_login() -> None:
    """Draw the page of somebody who has not logged in."""
    with st.container(key="login"):
        st.title(strings.LOGIN_TITLE, anchor=False)
        st.text(strings.LOGIN_TEXT)
        st.button(strings.LOG_IN, icon=":material/login:", type="primary", on_click=st.login)


def draw_account() -> None:
    """Draw who is logged in, and the way out; nothing where nobody has to."""
    if is_logged_in():
        with st.container(key="account", horizontal=True, vertical_alignment="center"):
            st.text(str(st.user.get("name") or st.user.get("email") or strings.LOGGED_IN))
            st.button(strings.LOG_OUT, key="log-out", type="tertiary", on_click=st.logout)
