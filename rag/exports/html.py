"""A conversation as one HTML file that needs nothing else and may load nothing."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rag.exports.talk import ExportedExchange, Note, Talk, facts_of
from rag.types import Claim

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 42rem; margin: 3rem auto; padding: 0 1.25rem; line-height: 1.6;
  font-family: system-ui, sans-serif; overflow-wrap: anywhere; }
h1, h2 { font-size: 1.25rem; line-height: 1.35; margin-top: 2.5rem; unicode-bidi: isolate; }
.words { unicode-bidi: isolate; }
sup a { padding: 0 0.15em; text-decoration: none; font-weight: 600; }
blockquote { margin: 0; font-family: Georgia, serif; white-space: pre-wrap; }
.remark, .origin { font-size: 0.875rem; opacity: 0.8; }
ol { margin-top: 3rem; padding: 1.5rem 0 0 1.75rem; border-top: 1px solid; }
li { margin-bottom: 1.25rem; }
li:target { outline: 2px solid; outline-offset: 0.5rem; }
"""


def to_html(talk: Talk) -> str:
    """Write the whole page; each citation links to its quotation, and that back to it."""
    body = "\n".join([*_exchanges(talk), *_notes(talk)])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(talk.title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _exchanges(talk: Talk) -> Iterator[str]:
    marked: set[int] = set()
    for place, exchange in enumerate(talk.exchanges):
        tag = "h2" if place else "h1"
        yield f'<{tag} dir="auto">{escape(exchange.question)}</{tag}>'
        for fact in facts_of(exchange.answer):
            yield f'<p dir="auto">{escape(fact)}</p>'
        for claim in exchange.answer.claims:
            yield _claim(talk, place, claim, marked)
        yield from _notices(exchange)


def _claim(talk: Talk, place: int, claim: Claim, marked: set[int]) -> str:
    numbers = dict.fromkeys(talk.notes[place, c.number].number for c in claim.citations)
    links = "".join(_link(number, first=number not in marked) for number in numbers)
    marked.update(numbers)
    return f'<p dir="auto"><span class="words">{escape(claim.text)}</span>{links}</p>'


def _link(number: int, *, first: bool) -> str:
    name = f' id="citation-{number}"' if first else ""
    return f'<sup><a{name} href="#quotation-{number}">[{number}]</a></sup>'


def _notices(exchange: ExportedExchange) -> Iterator[str]:
    if not (exchange.answer.claims or exchange.answer.facts):
        yield "<p>The sources do not say.</p>"
    if notice := exchange.answer.notice:
        yield f'<p class="remark" dir="auto">{escape(notice)}</p>'


def _notes(talk: Talk) -> Iterator[str]:
    if talk.notes:
        yield "<ol>\n" + "\n".join(map(_note, talk.notes.values())) + "\n</ol>"


def _note(note: Note) -> str:
    source = f" ({escape(note.source)})" if note.source else ""
    return (
        f'<li id="quotation-{note.number}"><blockquote dir="auto">{escape(note.citation.quote)}'
        f'</blockquote><p class="origin"><span class="words">{escape(note.title)}{source}</span>, '
        f"{note.place}; {note.citation.verdict.value} "
        f'<a href="#citation-{note.number}" aria-label="Back to the answer">↩</a></p></li>'
    )
