"""An exported conversation says what was said, and hostile words in it stay words."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.exports import ExportedExchange, Talk, to_html, to_json, to_markdown
from rag.types import (
    Answer,
    Block,
    BlockKind,
    Citation,
    Claim,
    Document,
    DocumentFact,
    FactKind,
    Passage,
    Scores,
    Span,
    Status,
    Verdict,
)

TEXT = "The mill was built in 1911.\nIt burned down in 1950."
HOSTILE = (
    "<script>alert(1)</script> ![x](http://evil.example/x.png) [y](javascript:alert(2)) "
    "</title></style><img src=x onerror=alert(3)> www.evil.example \u202egnp.c &amp; [^1]: $x$"
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=60)


def talk(*questions: str, text: str = TEXT, claim: str = "A claim.", title: str = "Mill") -> Talk:
    blocks = (Block(Span(0, len(text)), BlockKind.BODY),)
    document = Document("d", title, text, f"{title}.txt", "text/plain", blocks)
    cut = min(len(text), 27)
    cited = Citation(1, "d", Span(0, cut), text[:cut], Verdict.EXACT)
    passage = Passage(1, document, Span(0, len(text)), Scores(0, 0, 0))
    answered = Answer("?", "?", Status.ANSWERED, (Claim(claim, (cited,)),), (), (passage,))
    return Talk(tuple(ExportedExchange(question, answered) for question in questions))


def refusal() -> Talk:
    silent = Answer("?", "?", Status.NOT_IN_SOURCES, (), (), (), notice="A remark.")
    return Talk((ExportedExchange("How many?", silent),))


class Elements(HTMLParser):
    """Gathers the elements with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.found}


def test_markdown_numbers_the_quotations_through_and_says_where_they_stand() -> None:
    written = to_markdown(talk("Who?", "When?"))
    assert written.startswith("# Who?\n\nA claim.[^1]\n\n## When?\n\nA claim.[^2]\n")
    assert (
        "[^2]: “The mill was built in 1911.” — Mill (Mill.txt), characters 0 to 27; exact"
    ) in written


def test_html_links_each_citation_to_its_quotation_and_back() -> None:
    found = Elements(to_html(talk("Who?", "When?")))
    names = {attributes["id"] for _, attributes in found.found if attributes.get("id")}
    links = {str(attributes["href"]) for tag, attributes in found.found if tag == "a"}
    assert links == {f"#{name}" for name in names}
    assert len(names) == 4


def test_html_needs_nothing_else_and_may_load_nothing() -> None:
    written = to_html(talk(HOSTILE, claim=HOSTILE))
    assert "default-src 'none'" in written
    assert not re.search(r"<(?:script|img|link|iframe|object)\b", written)
    assert "@import" not in written


def test_json_has_each_quotation_verbatim_with_its_place() -> None:
    record = json.loads(to_json(talk("Who?")))
    (citation,) = record["exchanges"][0]["citations"]
    assert TEXT[citation["start"] : citation["end"]] == citation["quote"]
    assert record["documents"]["d"] == {"title": "Mill", "source": "Mill.txt"}


def test_what_a_file_says_of_its_document_is_no_refusal() -> None:
    fact = DocumentFact("d", "Mill <b>", FactKind.AUTHOR, "Ada *Lovelace*")
    told = Answer("?", "?", Status.ANSWERED, (), (), (), facts=(fact,))
    only = Talk((ExportedExchange("Who wrote it?", told),))
    assert "Ada \\*Lovelace\\*, as its file says." in to_markdown(only)
    assert "Mill &lt;b&gt;: author Ada *Lovelace*" in to_html(only)
    assert json.loads(to_json(only))["exchanges"][0]["facts"]
    for write in (to_markdown, to_html):
        assert "do not say" not in write(only)


def test_a_refusal_and_a_notice_are_exported_as_such() -> None:
    for write in (to_markdown, to_html):
        assert "The sources do not say." in write(refusal())
        assert "A remark." in write(refusal())
    assert json.loads(to_json(refusal()))["exchanges"][0]["status"] == "not_in_sources"


@given(words=WORDS)
@example(HOSTILE)
@example("1. item")
@example("- [ ] item")
@example("---")
@example("> quote # head\n\n    code\n| a |\n|---|")
def test_no_words_become_more_than_text_in_html(words: str) -> None:
    plain = Elements(to_html(talk("Q", "R")))
    found = Elements(to_html(talk(words, words, text=words, claim=words, title=words)))
    assert found.tags == plain.tags
    for _, attributes in found.found:
        assert attributes.keys() <= {
            "lang", "charset", "http-equiv", "content", "name", "dir", "class", "id", "href",
            "aria-label",
        }  # fmt: skip
        assert str(attributes.get("href") or "#").startswith("#")
    assert found.text.count(words) >= 6  # nothing of it is lost either


@given(words=WORDS)
@example(HOSTILE)
@example("1. item")
@example("1) item")
@example("+ item")
@example("- [ ] item")
@example("---")
@example("===")
@example("***bold*** ~~struck~~ `code` | a |")
@example("http://evil.example www.evil.example me@evil.example")
def test_no_words_become_more_than_text_in_markdown(words: str) -> None:
    written = to_markdown(talk(words, words, text=words, claim=words, title=words))
    body = written.split("\n[^1]:")[0].replace("[^1]", "").replace("[^2]", "")
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(body)
    found = Elements(rendered)
    assert found.tags <= {"h1", "h2", "p"}
    assert " ".join(found.text.split()).count(" ".join(words.split())) == 4
    assert "http://" not in written
    assert "www.evil" not in written
