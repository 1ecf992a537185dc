from __future__ import annotations

import pytest

from rag.documents.markdown import looks_like_markdown, read_markdown
from rag.types import BlockKind

PAGE = """\
---
title: Front Matter's Title
date: 2021-03-12
---

# The *Report* of [March](http://example.com)

A paragraph
of two lines.

Part One
--------

- first item
  goes on
- second item

  with a paragraph

> quoted words
> in two lines

| a | b |
|---|---|
| 1 | 2 |

```python
x = 1

y = 2
```

![only an image](a.png)

***

    indented code

<div>html</div>

<!-- a comment -->

# Another Part

[ref]: http://example.com "definition"
"""


def blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind.value, block.span.of(text)) for block in read_markdown(text).blocks]


def test_every_kind_of_block_is_found_with_its_marks() -> None:
    assert blocks(PAGE) == [
        ("chrome", "---\ntitle: Front Matter's Title\ndate: 2021-03-12\n---"),
        ("title", "# The *Report* of [March](http://example.com)"),
        ("body", "A paragraph\nof two lines."),
        ("heading", "Part One\n--------"),
        ("body", "- first item\n  goes on"),
        ("body", "- second item"),
        ("body", "with a paragraph"),
        ("body", "> quoted words\n> in two lines"),
        ("body", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("body", "```python\nx = 1\n\ny = 2\n```"),
        ("chrome", "![only an image](a.png)"),
        ("chrome", "***"),
        ("body", "indented code"),
        ("body", "<div>html</div>"),
        ("chrome", "<!-- a comment -->"),
        ("heading", "# Another Part"),
        ("chrome", '[ref]: http://example.com "definition"'),
    ]


def test_the_title_is_the_first_heading_of_level_one_without_its_marks() -> None:
    assert read_markdown(PAGE).title == "The Report of March"
    assert read_markdown("Closing\nwords\n===\n\nText").title == "Closing words"


def test_front_matter_gives_the_title_where_no_heading_does() -> None:
    text = '---\ntitle: "Quoted: a title"\nx: y\n---\n\n## Part\n\nWords.'
    assert read_markdown(text).title == "Quoted: a title"
    assert ("title", "Quoted: a title") in blocks(text)


def test_front_matter_gives_author_and_date() -> None:
    reading = read_markdown("---\nauthor: 'Ada  Moreau'\ndate: 2024-03-05 08:00\n---\n\nWords.")
    assert (reading.author, reading.published) == ("Ada Moreau", "2024-03-05")
    reading = read_markdown("Words.")
    assert (reading.author, reading.published) == ("", "")


@pytest.mark.parametrize(
    "fields",
    [
        "author: [Ada\ndate: 2024-03-05",
        "author: {name: Ada}\ndate: 5 March 2024",
        "author: !!python/object:os.system Ada: x",
        f"author: {'[' * 5000}",
        f"author: Ada\nnote: {'x' * 20_000}",
        "words: only\n--- \nauthor: Ada",
    ],
)
def test_front_matter_that_is_no_yaml_or_says_neither_gives_none(fields: str) -> None:
    reading = read_markdown(f"---\n{fields}\n---\n\nWords.")
    assert (reading.author, reading.published) == ("", "")
    assert reading.blocks[-1].kind is BlockKind.BODY


def test_else_the_first_heading_gives_it_else_there_is_none() -> None:
    assert read_markdown("Words.\n\n### Deep\n\nMore.").title == "Deep"
    assert read_markdown("Words.").title == ""


def test_a_rule_at_the_beginning_is_no_front_matter() -> None:
    assert blocks("---\n\nWords.\n\n---\n") == [
        ("chrome", "---"),
        ("body", "Words."),
        ("chrome", "---"),
    ]
    assert blocks("---\ntitle: never closed\n\nWords.")[-1] == ("body", "Words.")


def test_a_long_paragraph_above_a_line_of_dashes_is_no_heading() -> None:
    text = f"{'Long words of a paragraph. ' * 20}\n---\n\nMore."
    assert [kind for kind, _ in blocks(text)] == ["body", "body"]
    assert read_markdown(text).title == ""


def test_a_paragraph_of_a_non_breaking_space_is_no_block() -> None:
    assert blocks("# Title\n\u00a0\n\nWords.") == [("title", "# Title"), ("body", "Words.")]


def test_an_empty_item_is_chrome_and_an_empty_heading_gives_no_title() -> None:
    assert blocks("- one\n-\n- two") == [("body", "- one"), ("chrome", "-"), ("body", "- two")]
    assert read_markdown("#\n\nWords.").title == ""


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n\nWords.",
        "Title\n=====\n\nWords.",
        "Words.\n\n- item\n- item",
        "> quoted",
        "```\ncode\n```",
        "See [this](http://example.com).",
        "It is **bold** here.",
        "a | b\n---|---\n1 | 2",
        "---\ntitle: x\n---\nWords.",
    ],
)
def test_one_mark_is_enough_where_the_name_hints_at_it(text: str) -> None:
    assert looks_like_markdown(text, hinted=True)
    assert not looks_like_markdown("Words.", hinted=True)


def test_without_a_hint_two_kinds_of_marks_are_needed() -> None:
    assert not looks_like_markdown("- a list\n- of things", hinted=False)
    assert looks_like_markdown("# Title\n\n- a list\n- of things", hinted=False)
