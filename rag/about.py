"""What a document's file says of the document itself, for questions about that.

Author and date often stand nowhere in the text, so no quotation can prove them. They are told as
what they are, with the document's name: what its file says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.questions import terms
from rag.types import Document, DocumentFact, FactKind, Passage

_NOUNS = (
    r"(?:articles?|documents?|reports?|texts?|pages?|pieces?|papers?|posts?|files?|stor(?:y|ies)"
    r"|essays?|sources?)"
)
_ITSELF = (
    r"(?:this|that|it|the (?:articles?|documents?|texts?|pages?|files?)"
    rf"|(?:this|that|these|those|each|every|both|which)(?: of the)?(?: \w+){{0,2}} {_NOUNS})"
)
_BY_NAME = rf"the (?:\w+ ){{0,3}}{_NOUNS}"
_WHEN = r"\b(?:when|(?:what|which) (?:date|day|month|year))"
_MADE = r"(?:first |originally |last )?(?:published|written|posted|released|issued|dated)"
_WHO_IS = r"\bwho(?: is|'s|’s| was| are| were)?"
_END = r"\b(?=\s*(?:[^\w\s]|$|(?:and|or|exactly|online|originally|first)\b))"
"""What is asked about ends here: "this" is the document in "Who wrote this?", not in "… this song?"
or "… that the town needs a library?"."""
_NAMED = re.compile(rf"\b{_NOUNS}\b", re.IGNORECASE)


def _forms(document: str) -> dict[FactKind, re.Pattern[str]]:
    """Return what questions look like that ask for a fact of what ``document`` matches."""
    forms = {
        FactKind.PUBLISHED: (
            rf"{_WHEN} (?:was|were|is|are) {document} {_MADE}{_END}",
            rf"^\W*(?:do you know|(?:can you )?tell me) {_WHEN} {document} (?:was|were) {_MADE}"
            rf"{_END}",
            rf"\b(?:publication date|date of publication|date) of {document}{_END}",
            rf"^\W*(?:when|on what date) (?:was|were|is) {_MADE} {document}{_END}",
            rf"^\W*what(?: is|'s|’s| was) the (?:publication date|date of publication){_END}",
        ),
        FactKind.AUTHOR: (
            rf"\bwho (?:wrote|authored|published) {document}{_END}",
            rf"(?:{_WHO_IS}|\bname) the authors? of {document}{_END}",
            rf"^\W*{_WHO_IS} the authors?{_END}",
            rf"\b(?:by whom|who) (?:was|is) {document} (?:written|authored)(?: by)?{_END}",
        ),
    }
    return {kind: re.compile("|".join(own), re.IGNORECASE) for kind, own in forms.items()}


_TELLING = {
    FactKind.PUBLISHED: re.compile(
        r"\b(?:date|dated|issued|posted|printed|publication|published|released|updated|written)\b",
        re.IGNORECASE,
    ),
    FactKind.AUTHOR: re.compile(
        r"\b(?:authors?|writers?|wrote|written)\b|^\W*by\s"
        rf"|\b(?:compiled|edited|prepared|reported|{_NOUNS}),? by\b",
        re.IGNORECASE,
    ),
}
"""The sentences that may tell such a fact, of which there are few."""

_OF_ITSELF, _OF_ONE_NAMED = _forms(_ITSELF), _forms(rf"(?:{_ITSELF}|{_BY_NAME})")


def facts_asked(
    question: str, passages: Sequence[Passage], *, earlier: Sequence[str] = ()
) -> tuple[DocumentFact, ...]:
    """Return what the files say that the question asks about them; none if it asks nothing such.

    Of the documents of the passages, those whose titles the question names are meant, or if it
    names none those of the question before, else all. If one of these does not say, nothing is
    returned: its text may. "It" is the document where the conversation begins, or where the
    ``earlier`` question was about one: in "When was it released?" after a question about a film it
    is the film.
    """
    kind, documents = _asked(question, passages, earlier)
    facts = [_fact(kind, document) for document in documents] if kind else []
    return tuple(facts) if all(fact.value for fact in facts) else ()


def telling(
    question: str, passages: Sequence[Passage], *, earlier: Sequence[str] = ()
) -> tuple[Passage, ...]:
    """Return the passages, of whose sentences only some may be quoted where a file does not say.

    Asked who wrote an article without an author, or when, a reader takes anybody whom it names, and
    any date: only a sentence that speaks of writing or publishing may tell.
    """
    kind, _ = _asked(question, passages, earlier)
    return tuple(_with_telling(passage, kind) if kind else passage for passage in passages)


def _with_telling(passage: Passage, kind: FactKind) -> Passage:
    text, form = passage.document.text, _TELLING[kind]
    told = (judged for judged in passage.sentences if form.search(judged.span.of(text)))
    return replace(passage, sentences=tuple(told))


def _asked(
    question: str, passages: Sequence[Passage], earlier: Sequence[str]
) -> tuple[FactKind | None, list[Document]]:
    """Return which fact a question asks for, if it does, and of which documents."""
    before = earlier[-1] if earlier else ""
    if before and not (_NAMED.search(question) or _is_of_document(before)):
        return None, []
    documents, is_named = _meant(question, passages)
    forms = _OF_ONE_NAMED if is_named else _OF_ITSELF
    kind = next((kind for kind, form in forms.items() if form.search(question)), None)
    return kind, documents if is_named else _meant(before, passages)[0]


def _is_of_document(question: str) -> bool:
    """Say whether a question names a document as such, or asks for a fact of one."""
    forms = _OF_ITSELF.values()
    return bool(_NAMED.search(question)) or any(form.search(question) for form in forms)


def _fact(kind: FactKind, document: Document) -> DocumentFact:
    value = document.published if kind is FactKind.PUBLISHED else document.author
    return DocumentFact(document.id, document.title, kind, value)


def _meant(question: str, passages: Sequence[Passage]) -> tuple[list[Document], bool]:
    """Return the documents that the question may mean, and whether it names them."""
    documents = list({p.document.id: p.document for p in passages}.values())
    asked = set(terms(question))
    named = [len(asked & set(terms(document.title))) for document in documents]
    most = max(named, default=0)
    return [d for d, shared in zip(documents, named, strict=True) if shared == most], most > 0
