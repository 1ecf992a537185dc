"""Reads the draft format while a chat model writes it.

A model writes lines such as ``One sentence. [[3 "words copied from passage 3"]]``, or ``NOT IN
SOURCES`` alone. Characters are read one by one, so it makes no difference how the stream is cut
into pieces. What is no answer is left out (``draft_characters``), the rest is cut into stretches
that no later character can change, and each is turned into claims (``draft_claims``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from rag.answering.draft_characters import RESTART, AnswerCharacters
from rag.answering.draft_claims import ENDS, MARK, Stretch, claims_in, is_preamble, is_refusal
from rag.answering.draft_quotes import (
    CLOSERS,
    MAX_BRACKET,
    MAX_QUOTES,
    OPENERS,
    Bracket,
    starts_quote,
)
from rag.sentences import MAX_CHARACTERS, split_sentences
from rag.types import DraftClaim, Span

MAX_STRETCH: Final = 4 * MAX_CHARACTERS
"""Characters of a line after which its sentences but the last are claims."""

FEWEST_WORDS: Final = 4
"""How many words of a quote tell where it stands; it is looked up again at twice as many."""

MAX_EXPECTED: Final = 4
"""Brackets of a stretch after which nothing is expected any more: hardly anyone writes so many."""

MAX_HELD: Final = 1_000
"""Claims without a quote that wait for the first with one."""

_MAX_HEAD = 40
_HEAD_MARKS = frozenset(" .:#№§,()-−–_")
_MARKUP = "*_~`"
_TRAILING = frozenset(ENDS + ",;:|)]}" + _MARKUP) | CLOSERS
"""What may follow a bracket and still belong to its sentence."""


class DraftParser:
    """Turns streamed model output into claims as soon as each is complete; never raises.

    Claims without a quote at the very beginning wait for the first claim with one, for a lone
    ``</think>`` may still say that they were no part of the answer.
    """

    def __init__(self) -> None:
        self._characters = AnswerCharacters()
        self._ready: list[DraftClaim] = []
        self._has_claims = False
        self._restart()

    @property
    def refused(self) -> bool:
        """Say whether the model said ``NOT IN SOURCES`` and gave no claim, so far."""
        return self._said_not_in_sources and not self._has_claims and not self._held

    def feed(self, text: str) -> list[DraftClaim]:
        """Return the claims that this piece of the output completes."""
        self._read(self._characters.read(text))
        return self._take()

    def expected(self) -> DraftClaim | None:
        """Return the claim being written, each time that it is worth looking up what it quotes.

        Its last quote may lack an end. It is likely to be fed soon, and none to rely on.
        """
        stretch = self._stretches.expected()
        claims = claims_in(stretch) if stretch else []
        return claims[-1] if claims and claims[-1].quotes else None

    def finish(self) -> list[DraftClaim]:
        """Return the claims that the end of the output completes."""
        self._read(self._characters.end())
        self._stretches.end()
        self._release()
        return self._take()

    def _restart(self) -> None:
        """Forget what is not returned or due yet."""
        self._stretches = _Stretches(self._accept)
        self._held: list[DraftClaim] = []
        self._is_first_line = True
        self._said_not_in_sources = False

    def _read(self, characters: Iterator[str]) -> None:
        for character in characters:
            if character == RESTART:
                self._restart()
            else:
                self._stretches.read(character)

    def _accept(self, stretch: Stretch) -> None:
        claims = claims_in(stretch)
        if not claims:
            return
        if self._is_first_line and is_preamble(claims):
            claims = []
        self._is_first_line = False
        for claim in claims:
            if is_refusal(claim.text):
                self._said_not_in_sources = True
                continue
            self._held.append(claim)
            if self._has_claims or claim.quotes or len(self._held) == MAX_HELD:
                self._release()

    def _release(self) -> None:
        self._has_claims = self._has_claims or bool(self._held)
        self._ready += self._held
        self._held = []

    def _take(self) -> list[DraftClaim]:
        ready, self._ready = self._ready, []
        return ready


class _Stretches:
    """Cuts the characters of an answer into stretches, and emits each as soon as it is certain.

    A stretch ends where a sentence begins after its brackets, before a line that does not begin
    with a bracket, at a blank line, and after ``MAX_STRETCH`` characters.
    """

    def __init__(self, emit: Callable[[Stretch], None]) -> None:
        self._emit = emit
        self._head = ""  # "[" and what follows, until it is clear whether that is a bracket
        self._bracket: Bracket | None = None
        self._due = 0  # words of a bracket from which on it is worth looking up
        self._clear()

    def read(self, character: str) -> None:
        """Take the next character."""
        if self._bracket:
            self._read_bracket(self._bracket, character)
        elif self._head:
            self._read_head(character)
        elif character == "[":
            self._head = character
        else:
            self._read_text(character)

    def end(self) -> None:
        """Complete what there is."""
        self.read("\n")
        self._complete()

    def expected(self) -> Stretch | None:
        """Return the stretch so far when a bracket has ended or has enough new words.

        A word that may go on is left out. A sentence that does not end before its brackets is
        taken to end after them.
        """
        if not (self._bracket or self._is_after_bracket) or len(self._brackets) > MAX_EXPECTED:
            return None
        words = self._bracket.content.rpartition(" ")[0] if self._bracket else ""
        count = words.count(" ")
        if count < self._due:
            return None
        self._due = 2 * count if self._bracket else MAX_BRACKET  # once it has ended, no more
        text = "".join(self._text) + ("" if self._last() in ENDS else ".")
        if self._bracket:
            return Stretch(f"{text} {MARK}", (*self._brackets, words))
        return Stretch(text, tuple(self._brackets))

    def _clear(self) -> None:
        self._text: list[str] = []
        self._brackets: list[str] = []
        self._gap = ""  # the white space since: none, a space, or a line's end
        self._is_after_bracket = False  # with nothing but marks since

    def _complete(self) -> None:
        text, brackets = "".join(self._text), tuple(self._brackets)
        self._clear()
        if text:
            self._emit(Stretch(text, brackets))

    def _read_bracket(self, bracket: Bracket, character: str) -> None:
        if bracket.read(character):
            return
        self._bracket = None
        self._due = 0
        if len(self._brackets) < MAX_QUOTES:
            self._brackets.append(bracket.content)
            self._text += [" ", MARK] if self._gap else [MARK]
        self._gap = ""
        self._is_after_bracket = True
        self.read(character)

    def _read_head(self, character: str) -> None:
        head, self._head = self._head, ""
        if head == character == "[":
            self._open(Bracket())
        elif (character in OPENERS or character == "\\") and starts_quote(head[1:]):
            self._open(Bracket(head[1:]))
            self.read(character)
        elif (character.isalnum() or character in _HEAD_MARKS) and len(head) < _MAX_HEAD:
            self._head = head + character
        else:
            for held in head:
                self._read_text(held)
            self.read(character)

    def _open(self, bracket: Bracket) -> None:
        self._bracket = bracket
        self._due = FEWEST_WORDS

    def _read_text(self, character: str) -> None:
        if character == "\n":
            if self._gap == "\n":
                self._complete()
            self._gap = "\n"
        elif character == " ":
            self._gap = self._gap or " "
        else:
            self._write(character)

    def _write(self, character: str) -> None:
        if self._gap == "\n" or (self._is_after_bracket and self._begins_sentence(character)):
            self._complete()
        if self._gap and self._text:
            self._text.append(" ")
        self._gap = ""
        self._text.append(character)
        self._is_after_bracket = self._is_after_bracket and character in _TRAILING
        if len(self._text) >= MAX_STRETCH:
            self._shorten()

    def _begins_sentence(self, character: str) -> bool:
        """Say whether a sentence begins here, after a bracket on the same line."""
        if character in _TRAILING:
            return bool(self._gap) and (character in OPENERS or character in _MARKUP)
        end = self._last()
        return end != "" and (end in ENDS or (character.isupper() and end not in ",;:"))

    def _last(self) -> str:
        """Return the last character of the text that is none to be passed over, if there is one."""
        return "".join(self._text).rstrip(MARK + " )]}|" + _MARKUP + "".join(CLOSERS))[-1:]

    def _shorten(self) -> None:
        """Complete all sentences but the last, which brackets may still follow."""
        text = "".join(self._text)
        last = split_sentences(text, Span(0, len(text)))[-1].start
        count = text.count(MARK, 0, last)
        self._emit(Stretch(text[:last], tuple(self._brackets[:count])))
        self._text, self._brackets = list(text[last:]), self._brackets[count:]
