"""A conversation as a file that stands for itself: Markdown, HTML or JSON. Pure functions.

All words are untrusted: in Markdown and HTML they stay words, whatever they look like.
"""

from rag.exports.html import to_html
from rag.exports.markdown import to_markdown
from rag.exports.record import to_json
from rag.exports.talk import ExportedExchange, Note, Talk

__all__ = ["ExportedExchange", "Note", "Talk", "to_html", "to_json", "to_markdown"]
