"""Every string of the interface, in one place, ready for translation."""

from __future__ import annotations

from collections.abc import Sequence

from rag.evaluation.collecting import Judgement
from rag.types import FactKind, RejectionReason, Verdict

NAME = "Pincite"
TAGLINE = "Answers you can check, word for word"
ABOUT = (
    "**Pincite** answers from your documents, and every citation it shows is a real quotation at "
    "an exact place. Nothing leaves this computer unless you choose an answerer that does."
)

OPENING = "Opening the library…"
CLOSED_TITLE = "Pincite cannot open its library"
TRY_AGAIN = "Try again"

ASK = "Ask about your documents"
ASK_NOTHING = "Add a document first"
UNEXPECTED = (
    "Something went wrong inside Pincite while it answered. Your question is kept: "
    "ask again, and if it fails again, look into the log of the server."
)

STOPPED = "You stopped this answer; what had been verified until then is shown."
STOPPED_EARLY = "You stopped before anything was verified. Your question is kept."

NEW_CHAT = "New chat"
DOCUMENTS = "Documents"
NO_DOCUMENTS = "The library is empty."
REMOVE = "Remove"
PUTTING_BACK = "Putting it back…"
CHOOSE = "Ask"
CHOOSE_ALL = "All"
CHOOSE_NONE = "None"
ASK_ALL = "Ask all"
ASK_UNTICKED = "Tick a document in the sidebar first"
SEARCH_DOCUMENTS = "Search the documents"
NOTHING_FOUND = "Nothing found."
CONVERSATIONS = "Conversations"
SEARCH_CONVERSATIONS = "Search the conversations"
DELETE = "Delete"
DELETED = "Deleted:"
EXPORT = "Export"
EXPORT_HELP = "Save this conversation as a file"
EXPORT_MARKDOWN = "Markdown with footnotes"
EXPORT_HTML = "Web page"
EXPORT_JSON = "JSON"
EXPORT_FILE = "pincite-conversation"

LOGIN_TITLE = "Log in to Pincite"
LOGIN_TEXT = "Your conversations are kept for you alone. The documents are everybody’s."
LOG_IN = "Log in"
LOG_OUT = "Log out"
LOGGED_IN = "Logged in"

JUDGEMENTS = {
    Judgement.RIGHT: "Right",
    Judgement.WRONG: "Wrong",
    Judgement.SHOULD_HAVE_REFUSED: "Should have refused",
}
REFUSAL_JUDGEMENTS = {
    Judgement.RIGHT: "Right to refuse",
    Judgement.WRONG: "The sources do say",
}
NOTED_CASE = "Kept as a test case in"
NOTED_WRONG = "Noted, without a test case until the evidence is known, in"
REMOVED = "Removed:"
UNDO = "Undo"
ADD = "Add documents"
ADD_HELP = (
    "PDF, Word, web pages, EPUB, Markdown and text, several at once. They stay on this computer."
)
ADDRESS = "Or the address of a page or file"
ADDRESS_EXAMPLE = "https://…"
FETCH = "Add it"
FETCHING = "Fetching it…"
ADDED = "Added:"
REPLACED = "Added in the place of an earlier version:"
UNCHANGED = "Already in the library:"
SETTINGS = "Settings in force"
_REMEMBERED = "as the library remembers"
UNSET = {
    "chunk_tokens": _REMEMBERED,
    "chunk_overlap": _REMEMBERED,
    "base_url": "the provider’s own server",
}


def size(characters: int, chunks: int) -> str:
    """Say how large a document is."""
    passages = "1 passage" if chunks == 1 else f"{chunks:,} passages"
    return f"{characters:,} characters · {passages}"


def adding(position: int, files: int, done: int, passages: int) -> str:
    """Say which of the files is being added, and how much of it."""
    how_far = f", passage {done:,} of {passages:,}" if passages else ""
    return f"Adding file {position} of {files}{how_far}…"


def nearly_the_same(title: str, share: float) -> str:
    """Say that what was added nearly repeats another document."""
    return f"({share:.0%} the same as “{title}”, which is already here)"


def remove_document(title: str) -> str:
    """Name the button that takes a document out."""
    return f"{REMOVE} {title}"


def read_document(title: str) -> str:
    """Name the button that shows a document."""
    return f"Read {title}"


def choose_document(title: str) -> str:
    """Name the tick box of a document."""
    return f"Ask {title}"


def delete_conversation(title: str) -> str:
    """Name the button that deletes a conversation."""
    return f"{DELETE} {title}"


def search_for_more(count: int) -> str:
    """Say that a list is cut short."""
    return f"{count:,} more: search for them"


def ask_some(chosen: int, total: int) -> str:
    """Say in the input that not all documents are asked."""
    return f"Ask {chosen} of {total} documents"


def asking_only(titles: Sequence[str], total: int) -> str:
    """Say above the input which documents are asked."""
    named = f"“{titles[0]}”" if len(titles) == 1 else f"{len(titles)} of {total} documents"
    return f"Asking only {named}"


def documents_missing(titles: Sequence[str], quotations: int) -> str:
    """Say that an earlier answer has lost documents."""
    names = ", ".join(f"“{title}”" for title in titles)
    verb = "was" if len(titles) == 1 else "were"
    lost = f" {_no_longer(quotations)}" if quotations else ""
    return f"{names} {verb} removed or replaced since this was answered.{lost}"


def quotations_lost(count: int) -> str:
    """Say that an earlier answer has lost quotations."""
    return f"A document has changed since this was answered. {_no_longer(count)}"


def _no_longer(count: int) -> str:
    what = "1 quotation is" if count == 1 else f"{count} quotations are"
    return f"{what} no longer shown, because the words are not found in the library."


SETTING_NAMES = {
    "model": "Answerer",
    "top_k": "Passages for an answer",
    "chunk_tokens": "Most tokens in a passage",
    "chunk_overlap": "Sentences shared by passages",
    "embedding": "Embedding",
    "max_bytes": "Largest file, bytes",
    "home": "Library folder",
}

MODEL_SETTING_NAMES = {
    "base_url": "Server",
    "strict": "Leave unverified sentences out",
    "passage_tokens": "Most tokens of passages",
    "max_tokens": "Most tokens of an answer",
    "timeout": "Seconds without an answer",
    "retries": "New tries",
}

VERDICT_NAMES = {
    Verdict.EXACT: "Exact",
    Verdict.FOLDED: "Typography differs",
    Verdict.MOVED: "Moved",
}
VERDICT_EXPLANATIONS = {
    Verdict.EXACT: "The source has these very words, character for character.",
    Verdict.FOLDED: (
        "The source has these words, shown as it prints them; the answerer wrote other quotation "
        "marks, dashes, spaces, case or punctuation at the ends."
    ),
    Verdict.MOVED: (
        "The source has these words, but in another passage than the one the answerer named."
    ),
}
REJECTION_REASONS = {
    RejectionReason.NOT_FOUND: "These words are not in the sources.",
    RejectionReason.TOO_SHORT: "Too short to be a quotation.",
    RejectionReason.PARTIAL_WORD: "It cuts a word of the source in two.",
    RejectionReason.OUT_OF_ORDER: "Its parts do not follow each other in one document.",
    RejectionReason.NO_QUOTE: "A sentence of the answer, given without a quotation.",
    RejectionReason.UNSUPPORTED: "Its quotation is real, but does not prove this sentence.",
}
REJECTION_NAMES = {
    RejectionReason.NOT_FOUND: "Not found",
    RejectionReason.TOO_SHORT: "Too short",
    RejectionReason.PARTIAL_WORD: "Cuts a word",
    RejectionReason.OUT_OF_ORDER: "Out of order",
    RejectionReason.NO_QUOTE: "No quotation",
    RejectionReason.UNSUPPORTED: "Not supported",
}

SHOW = "Show in source"
NEAREST = "Not an answer"
NEAREST_EXPLANATION = "Only one of the passages that come closest to the question."
READ = "Passage read"
READ_EXPLANATION = "One of the passages that the answerer was given; citations may lie in it."
LINKED = "Linked place"
LINKED_EXPLANATION = "The words that the address of this page points to."
LINK_UNKNOWN = (
    "This link points to a document that is not in the library, or whose text has changed since. "
    "Add the document again, and follow the link once more."
)


def link_outside(length: int) -> str:
    """Say that a link points to no place of its document."""
    return (
        f"This link points to a place that its document does not have: a place starts before it "
        f"ends, within {length:,} characters. The document is shown from its beginning."
    )


def link_too_long(most: int) -> str:
    """Say that a link points to too much."""
    return (
        f"This link points to more than {most:,} characters, too many to light up. "
        "The document is shown from its beginning."
    )


def linked(quote: str) -> str:
    """Name the place of a link for a screen reader."""
    return f"{LINKED}: “{quote}”"


def show_passage(title: str) -> str:
    """Name the button that shows a passage."""
    return f"{SHOW}: {title}"


def page(number: int) -> str:
    """Name a page of a paged document."""
    return f"p. {number}"


def citation(number: int, verdict: str, page: str, quote: str) -> str:
    """Name a citation for a screen reader."""
    where = f"{verdict}, {page}" if page else verdict
    return f"Citation {number}, {where}: “{quote}”"


FACTS_CHECKED = "What the file says of itself; not a quotation of its text"
FACT_NAMES = {FactKind.PUBLISHED: "published", FactKind.AUTHOR: "author"}


def fact(title: str, kind: FactKind, value: str) -> str:
    """Tell what a document's file says of it."""
    return f"{title}: {FACT_NAMES[kind]} {value}, its file says."


SEARCHED_FOR = "Searched for"
TIME_TO_PASSAGES = "Passages found after"
TIME_TO_SENTENCE = "First sentence verified after"
TIME_TO_END = "Complete after"
TOKENS = "Tokens"
SCORE_DENSE = "Meaning"
SCORE_LEXICAL = "Words"
SCORE_FUSED = "Together"
SCORE_READER = "Answers"


def seconds(seconds: float) -> str:
    """Say how long a step took."""
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def cited_as(numbers: list[str]) -> str:
    """Say which citations stand in a passage."""
    return f"Cited as {', '.join(numbers)}"


def gives_way(count: int) -> str:
    """Say what asking an earlier question anew takes away."""
    what = "The exchange" if count == 1 else f"The {count} exchanges"
    return f"{what} after this question will be removed."


def likelihood(probability: float) -> str:
    """Say how likely a sentence is to answer."""
    return f"{probability:.0%}" if probability < 0.995 else ">99%"


def checked(count: int) -> str:
    """Say that an answer's quotations were found."""
    return (
        "1 quotation, found in the source"
        if count == 1
        else (f"{count} quotations, each found in the source")
    )


def left_out(count: int) -> str:
    """Say that proposed quotations were rejected."""
    what = "1 statement was" if count == 1 else f"{count} statements were"
    return f"{what} not verified and left out"


def usage(read: int, written: int) -> str:
    """Say what a chat model's answer cost."""
    return f"{read:,} tokens read, {written:,} written"


def understood(question: str) -> str:
    """Say what a follow-up was taken to ask."""
    return f"Searched for: {question}"


def characters_left_out(count: int) -> str:
    """Say how much of a long document is not drawn."""
    return f"{count:,} characters not shown"


CONVERSATION = {
    "empty_title": "Ask your documents. Check every answer.",
    "empty_text": (
        "Pincite answers from your documents alone. Each sentence carries numbered quotations "
        "that were found in the source, word for word: click a number to see the place."
    ),
    "empty_library": "Your library is empty. Add a document in the sidebar to begin.",
    "suggestions": "Try one of these",
    "read_source": "Read the source",
    "conversation": "Conversation",
    "you": "You asked:",
    "waiting": "Reading the documents…",
    "writing": "Checking each sentence as it is written…",
    "stop": "Stop",
    "unverified": "Not verified: ",
    "failed": "No answer this time",
    "retry": "Try again",
    "refusal": "The sources do not say.",
    "retrieval": "How this was found",
    "retrieval_text": (
        "These passages were read, best first. Meaning is the likeness of the embeddings, words is "
        "the rank by BM25, together weighs both; answers is how likely the reader finds an answer."
    ),
    "edit": "Edit the question",
    "ask_again": "Ask again",
    "cancel": "Cancel",
    "edited": "Your question",
    "refusal_text": "Nothing in your documents answers this. These passages come nearest:",
    "refusal_empty": "Nothing in your documents answers this, and no passage comes near.",
    "show": SHOW,
    "likelihood": "How likely this sentence answers the question, by the reader’s own judgement",
    "left_out_text": "The answerer proposed these words, but the sources do not bear them out.",
    "source": "Source",
    "close": "Close the source",
    "previous": "Previous citation",
    "next": "Next citation",
    "feedback": "Is this right?",
    "feedback_evidence": "Which passages prove it?",
    "feedback_keep": "Keep as a test case",
    "empty_source": "The source of a citation appears here.",
    "nothing_chosen": "Choose a numbered citation to see its words here.",
    "nothing_cited": "The words that an answer cites are lit up here.",
    "position": "{position} of {total}",
    "several_sources": "Source {position} of {total}",
    "copy_link": "Copy a link to this place",
    "copied": "Copied",
    "not_copied": "Copy this address by hand:",
    "dismiss": "Dismiss",
    "keys": "The keys n and p step through the citations; Escape returns to the answer",
}
