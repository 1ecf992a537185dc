"""Reads Markdown: finds its blocks and leaves the text as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.documents.blocks import Reading
from rag.documents.parsed import iso_date, one_line
from rag.types import Block, BlockKind, Span

_FRONT_MATTER = re.compile(r"---[^\S\n]*\n(?=[\w-]+:)(?:.*\n)*?---[^\S\n]*(?:\n|\Z)")
_FRONT_TITLE = re.compile(r"^title:[^\S\n]*[\"']?(\S.*?)[\"']?[^\S\n]*$", re.MULTILINE)
_LONGEST_FRONT_MATTER = 10_000
_NOT_WORDS = re.compile(r"!\[[^\]]*\]\([^)\s]*\)|<!--.*", re.DOTALL)

_LONGEST_HEADING = 200
"""A paragraph above a line of dashes is a heading to Markdown however long it is; not to us."""

_MARKS = (
    _FRONT_MATTER,
    re.compile(r"^#{1,6} \S", re.MULTILINE),
    re.compile(r"^(?:```|~~~)", re.MULTILINE),
    re.compile(r"^ {0,3}[-*+] \S", re.MULTILINE),
    re.compile(r"^> ?\S", re.MULTILINE),
    re.compile(r"^\|?[ :]*---[ :|-]*\|", re.MULTILINE),
    re.compile(r"^[^\n]+\n(?:===+|---+) *$", re.MULTILINE),
    re.compile(r"\]\([^)\s]+\)"),
    re.compile(r"\*\*\w[^*\n]*\*\*"),
)
_LEAVES = frozenset(
    {"heading_open", "paragraph_open", "fence", "code_block", "html_block", "table_open"}
)
_BLOCKS = MarkdownIt("commonmark").enable("table").disable("inline")
_WORDS = MarkdownIt("commonmark")


def looks_like_markdown(text: str, *, hinted: bool) -> bool:
    """Say whether ``text`` has a mark of Markdown, or two kinds where its name gives no hint."""
    return sum(bool(mark.search(text)) for mark in _MARKS) >= (1 if hinted else 2)


def read_markdown(text: str) -> Reading:
    """Label the first heading of level 1 as title, other headings, and all paragraphs as body.

    Blocks hold their marks (``#``, ``-``, ``>``). What no block holds, such as a rule, a link's
    definition or the front matter, is chrome; without a heading of level 1 the front matter's
    title is the title. Author and date are what the front matter says.
    """
    front = _FRONT_MATTER.match(text)
    blocks = list(_leaf_blocks(text, front.end() if front else 0))
    titled = any(block.kind is BlockKind.TITLE for block in blocks)
    if front and not titled and (found := _FRONT_TITLE.search(front.group())):
        blocks.insert(0, Block(Span(*found.span(1)), BlockKind.TITLE))
    fields = _front_fields(front.group()) if front else {}
    return Reading(
        blocks=tuple(_with_gaps(text, blocks)),
        title=_title(text, blocks),
        author=one_line(fields.get("author")),
        published=iso_date(fields.get("date")),
    )


def _front_fields(front: str) -> dict[object, object]:
    """Return what front matter says, every value as it is written; nothing if it is no YAML."""
    if len(front) > _LONGEST_FRONT_MATTER:
        return {}
    try:
        fields = yaml.BaseLoader(front.strip()[3:-3]).get_single_data()
    except (yaml.YAMLError, RecursionError):  # deeply nested lists
        return {}
    return fields if isinstance(fields, dict) else {}


def _leaf_blocks(text: str, at: int) -> Iterator[Block]:
    body = text[at:]
    starts = [*accumulate((len(line) + 1 for line in body.split("\n")), initial=at)]
    titled = False
    for token in _BLOCKS.parse(body):
        if token.type not in _LEAVES or token.map is None:
            continue
        span = _trimmed(text, starts[token.map[0]], starts[token.map[1]])
        if not len(span):  # a paragraph of a non-breaking space, which Markdown takes for a word
            continue
        kind = _kind(token, span.of(text), titled=titled)
        titled = titled or kind is BlockKind.TITLE
        yield Block(span, kind)


def _trimmed(text: str, start: int, end: int) -> Span:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return Span(start, start + len(words.strip()))


def _kind(token: Token, words: str, *, titled: bool) -> BlockKind:
    if token.type == "heading_open" and len(words) <= _LONGEST_HEADING:
        return BlockKind.TITLE if token.tag == "h1" and not titled else BlockKind.HEADING
    return BlockKind.CHROME if _NOT_WORDS.fullmatch(words) else BlockKind.BODY


def _with_gaps(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    end = 0
    for block in blocks:
        yield from _gap(text, end, block.span.start)
        yield block
        end = block.span.end
    yield from _gap(text, end, len(text))


def _gap(text: str, start: int, end: int) -> Iterator[Block]:
    if len(span := _trimmed(text, start, end)):
        yield Block(span, BlockKind.CHROME)


def _title(text: str, blocks: Sequence[Block]) -> str:
    for kind in (BlockKind.TITLE, BlockKind.HEADING):
        for block in blocks:
            if block.kind is kind:
                return _plain(block.span.of(text))
    return ""


def _plain(markdown: str) -> str:
    """Return the words of a heading without its marks."""
    tokens = [child for token in _WORDS.parse(markdown) for child in token.children or ()]
    return " ".join(
        "".join(token.content or " " * ("break" in token.type) for token in tokens).split()
    )
