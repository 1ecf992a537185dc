"""Finds the names of a text and says whether another text has them, in whatever form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rag.questions import STOP_WORDS

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[’'&-][^\W_]+)*\.?")
_SENTENCE_END = re.compile(r"[.!?:;•\n][\"'”’)\]]*\s*[\"'“‘(\[]*\Z|\A[\s\"'“‘(\[*•-]*\Z")
_QUOTED = re.compile(r"[\"“‘(\[]\Z")
_CODE = re.compile(r"[IVX]+|(?:Q|FY|H)\d+")
"""Roman numerals, and quarters and years of a firm: other ways to write numbers."""
_NO_NAMES = frozenset(
    """president minister prime secretary state mr mrs ms miss dr prof professor senator governor
    king queen prince princess sir lord lady dame general captain colonel chairman chairwoman
    director department ministry government university company chief executive officer mayor judge
    bishop pope saint st monday tuesday wednesday thursday friday saturday sunday january february
    march april may june july august september october november december jan feb mar apr jun jul
    aug sep sept oct nov dec i ok okay internet web earth english section chapter figure table part
    article no north south east west northern southern eastern western""".split()
)
"""Words with a capital that name nobody and nothing by themselves, or that dates are made of."""

_ALIASES: dict[str, tuple[str, ...]] = {
    name: names
    for line in """us usa america american americans unitedstates
    uk britain british briton britons unitedkingdom greatbritain english england
    eu europe european europeanunion
    un unitednations
    uae emirati unitedarabemirates
    ussr soviet russia russian sovietunion
    netherlands dutch holland
    france french
    spain spanish spaniard
    germany german
    switzerland swiss
    denmark danish dane
    sweden swedish swede
    poland polish pole
    finland finnish finn
    turkey turkish turk turkiye
    wales welsh
    ireland irish
    scotland scottish scots
    greece greek
    norway norwegian
    philippines filipino philippine
    thailand thai
    china chinese prc
    portugal portuguese
    czech czechia
    vietnam vietnamese
    newyork nyc ny
    washington dc
    covid coronavirus""".splitlines()
    for names in [tuple(line.split())]
    for name in names
}
"""Names of one thing that share no letters, folded."""

_COUNTRIES = frozenset(
    """afghanistan albania algeria angola argentina armenia australia austria azerbaijan bahrain
    bangladesh belarus belgium bolivia bosnia botswana brazil bulgaria cambodia cameroon canada
    chile colombia croatia cuba cyprus denmark ecuador egypt estonia ethiopia finland france germany
    ghana greece guatemala haiti honduras hungary iceland india indonesia iran iraq ireland israel
    italy jamaica japan kazakhstan kenya kosovo kuwait laos latvia lebanon libya lithuania
    luxembourg malaysia mali malta mexico moldova mongolia montenegro morocco mozambique myanmar
    namibia nepal netherlands nicaragua nigeria norway pakistan panama paraguay peru philippines
    poland portugal qatar romania russia rwanda scotland senegal serbia singapore slovakia slovenia
    somalia spain sudan sweden switzerland syria taiwan tanzania thailand tunisia uganda ukraine
    uruguay venezuela vietnam wales yemen zambia zimbabwe africa america asia europe britain england
    american british chinese french german russian japanese korean indian italian spanish european
    """.split()
)
"""Names that are known to be names where they begin a sentence."""

_ENDINGS = ("", "s", "es", "n", "an", "ian", "ean", "ese", "i", "ish", "ic", "y", "a", "o", "e")
_LEAST_STEM = 4
_LEAST_TITLE = 4
_SMALL = frozenset("of the and for de la in on".split())


@dataclass(frozen=True, slots=True)
class Name:
    """A run of words with capitals, folded.

    ``begins`` says that it may only have its capital because it begins a sentence.
    """

    words: tuple[str, ...]
    begins: bool
    is_acronym: bool


def find_names(text: str) -> list[Name]:
    """Return the runs of words with capitals; those in title case or capitals alone have none."""
    words = list(_WORD.finditer(text))
    content = [word.group() for word in words if word.group().casefold() not in STOP_WORDS]
    if len(content) >= _LEAST_TITLE and all(word[0].isupper() for word in content):
        return []
    return list(_runs(text, words))


def _runs(text: str, words: list[re.Match[str]]) -> Iterator[Name]:
    run: list[re.Match[str]] = []
    for word in words:
        ends = bool(run) and text[run[-1].end() : word.start()].strip() != ""
        ends = ends or (bool(run) and (run[-1].group().endswith(".") and len(run[-1].group()) > 3))
        if run and (ends or not word.group()[0].isupper()):
            yield from _name(text, run)
            run = []
        if word.group()[0].isupper():
            run.append(word)
    yield from _name(text, run)


def _name(text: str, run: list[re.Match[str]]) -> Iterator[Name]:
    if not run:
        return
    before = text[max(0, run[0].start() - 6) : run[0].start()]
    begins = bool(_SENTENCE_END.search(before)) or bool(_QUOTED.search(before))
    written = [word.group() for word in run]
    if begins and fold_name(written[0]) in STOP_WORDS | _OPENERS:
        written, begins = written[1:], False
    words = tuple(
        folded
        for word in written
        if (folded := fold_name(word)) not in _NO_NAMES and not _CODE.fullmatch(_letters(word))
    )
    if words:
        acronym = len(words) == 1 and len(words[0]) > 1 and _letters(written[0]).isupper()
        known = acronym or len(written) > 1 or words[0] in _COUNTRIES
        yield Name(words, begins and not known, acronym)


_OPENERS = frozenset(
    """however according despite during following moreover additionally meanwhile today yesterday
    overall finally furthermore therefore thus instead later earlier recently currently""".split()
)


def fold_name(word: str) -> str:
    """Return a word without case, accents, points and possessive."""
    bare = re.sub(r"[’']s?$", "", word).replace(".", "").replace("’", "'")
    plain = unicodedata.normalize("NFKD", bare)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def _letters(word: str) -> str:
    return re.sub(r"[’']s$", "", word).replace(".", "")


class KnownNames:
    """What a source names, to look the names of a claim up in."""

    def __init__(self, text: str) -> None:
        words = [match.group() for match in _WORD.finditer(text)]
        self._words = {part for word in words for part in _parts(fold_name(word))}
        self._stems = {stem for word in self._words for stem in _stems(word)}
        self._joined = _joined([fold_name(word) for word in words])
        self._initials = set(_initials(words))
        self._acronyms = {fold_name(w) for w in words if len(w) > 1 and _letters(w).isupper()}

    def has(self, name: Name) -> bool:
        """Say whether the source has all words of a name, or the name in another form."""
        if all(self._has_word(word) for word in name.words):
            return True
        whole = "".join(name.words)
        if self._has_alias(whole) or (name.is_acronym and name.words[0] in self._initials):
            return True
        return "".join(word[0] for word in name.words) in self._acronyms

    def _has_word(self, word: str) -> bool:
        if word in self._words or self._has_alias(word) or word in self._initials:
            return True
        if any(part in self._words for part in _parts(word)[1:]):
            return True
        if len(word) == 1:
            return any(other.startswith(word) for other in self._words)
        return bool(_stems(word) & self._stems)

    def _has_alias(self, word: str) -> bool:
        known = self._words | self._joined
        return any(alias in known for alias in _ALIASES.get(word, ()))


def _parts(word: str) -> list[str]:
    """Return a word and, where it is joined by hyphens, its parts."""
    return [word, *(part for part in re.split(r"[-&]", word) if part != word)]


def _stems(word: str) -> set[str]:
    stems = {
        word.removesuffix(ending)
        for ending in _ENDINGS
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM
    }
    return stems | {word, word.removesuffix("s")}


def _joined(words: list[str]) -> set[str]:
    return {"".join(words[at : at + size]) for size in (2, 3) for at in range(len(words))}


def _initials(words: Collection[str]) -> Iterator[str]:
    """Yield the initials of each run of words with capitals, small words between left out."""
    run: list[str] = []
    for word in [*words, ""]:
        if word[:1].isupper():
            run.append(fold_name(word)[:1])
        elif word.casefold() not in _SMALL or not word:
            yield from ("".join(run[at:]) for at in range(len(run) - 1))
            run = []
