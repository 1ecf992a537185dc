"""Untrusted words for the few places of Streamlit that render Markdown: labels and tooltips."""

from __future__ import annotations

import re
import textwrap

MOST_CHARACTERS = 80

# Letters and digits, signs that Markdown has no use for, and some that it has only elsewhere: a dot
# or colon that ends a word, a hyphen inside one.
_ACTIVE = re.compile(r"(?!\w|[ ?,;!’'“”%–—]|[.:](?= |$)|(?<=\w)-(?=\w)).|_", re.DOTALL)
_LISTED = re.compile(r"^\W+|(?<=^\d)\.|(?<=^\d\d)\.")


def plain(words: str) -> str:
    """Return ``words`` on one line, with nothing left in them that Markdown would act on."""
    safe = " ".join(_ACTIVE.sub(" ", " ".join(words.split())).split())
    return textwrap.shorten(_LISTED.sub("", safe), MOST_CHARACTERS, placeholder="…") or "…"
