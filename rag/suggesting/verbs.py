"""Base forms of the English verbs that reports and articles are told with, by their other forms.

A list and not a rule: what a past form is the past of cannot be told from its letters ("rated" and
"visited"), and a question with a wrong verb is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterator

_REGULAR = """
accept accuse achieve acknowledge acquire add address adopt affirm agree aim allow announce
appear appoint approve argue arrest arrive ask assess assume attack attempt attend attract avoid
award ban believe belong blame block borrow call cancel capture carry cause celebrate change
charge claim clean close collapse collect compete complain complete conclude condemn conduct
confirm connect consider consist construct contain continue contribute cost cover create cross
deal decide declare decline decrease defeat defend deliver demand deny depend describe design
destroy develop discover discuss dismiss divide dominate donate double earn elect employ enable
encourage end establish estimate evacuate exceed exclude expand expect explain export express
fail fear feature fine finish flood focus follow force form found gain gather govern grant
guarantee happen help highlight host identify ignore import impose improve include increase
inform injure insist inspect install intend introduce invade invent invest investigate invite
issue join kill land last launch limit link list live maintain manage mark measure mention merge
move name need negotiate note notice object observe obtain occupy occur offer open operate
oppose order organize organise own pass persuade place plan play pledge point praise predict
prepare present prevent produce prohibit promise promote propose protect prove provide publish
punish purchase pursue question raise range rank reach receive recognize recognise recommend
record recover reduce refuse reject release rely remain remove rename renovate reopen repair
replace replenish report represent request require rescue resign resist resolve respond rest
restore result retain retire return reveal review sail save score seize separate serve settle
share show sign sink start stay stop store strengthen suffer suggest supply support suppose
suspend surrender test trade train transfer transform travel treat turn uncover use visit vote
wait want warn waste welcome win work worry write
""".split()

_IRREGULAR = dict(
    pair.split("/")
    for pair in """beat/beat become/became begin/began bring/brought build/built buy/bought
    catch/caught choose/chose come/came cost/cost cut/cut deal/dealt draw/drew drive/drove eat/ate
    fall/fell feel/felt fight/fought find/found fly/flew get/got give/gave go/went grow/grew
    hold/held keep/kept know/knew lay/laid lead/led leave/left lend/lent lose/lost make/made
    mean/meant meet/met pay/paid read/read rise/rose run/ran say/said see/saw seek/sought sell/sold
    send/sent set/set shake/shook sing/sang sink/sank sleep/slept speak/spoke spend/spent
    split/split spread/spread stand/stood steal/stole strike/struck take/took teach/taught tell/told
    think/thought throw/threw undertake/undertook wear/wore win/won write/wrote""".split()
)

_DOUBLED = frozenset("ban admit commit permit refer occur transfer stop plan drop".split())
_NOUNS = frozenset(
    """aims attacks attempts awards blocks calls causes changes charges claims costs covers
    deals demands designs ends estimates exports features fears fines forces forms gains grants
    hosts imports increases issues joins lands lasts limits links lists lives marks measures moves
    names needs notes notices objects offers orders owns places plans plays points praises presents
    produces promises questions raises ranges ranks records releases repairs reports requests rests
    results returns reviews sails scores shares shows signs starts stays stops stores supplies
    supports tests trades trains transfers travels treats turns uses visits votes waits wants warns
    wastes works worries cuts draws drives falls feels fights finds holds leads leaves loses means
    meets pays reads rises runs sees sets sinks sleeps spends splits spreads stands strikes takes
    tells thinks throws wears wins""".split()
)
"""Present forms that are as often a noun in the plural; only their past is told."""


def base_of_past(form: str) -> str:
    """Return the base form of a past tense in small letters; empty if it is none that is known."""
    return _PAST.get(form, "")


def base_of_present(form: str) -> str:
    """Return the base form of a third person in small letters; empty if it is none known."""
    return _PRESENT.get(form, "")


def is_participle(form: str) -> bool:
    """Say whether a word in small letters looks like a past participle."""
    return form.endswith("ed") or form in _PARTICIPLES


def _past_forms() -> Iterator[tuple[str, str]]:
    for base in _REGULAR:
        if base not in _IRREGULAR:
            yield _regular_past(base), base
    for base, past in _IRREGULAR.items():
        yield past, base


def _regular_past(base: str) -> str:
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    return f"{base}{base[-1]}ed" if base in _DOUBLED else f"{base}ed"


def _third_person(base: str) -> str:
    if base.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{base}es"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ies"
    return f"{base}s"


_PAST = dict(_past_forms())
_PRESENT = {
    form: base for base in (*_REGULAR, *_IRREGULAR) if (form := _third_person(base)) not in _NOUNS
}
_PARTICIPLES = frozenset(
    """beaten begun born bought brought built caught chosen come cut dealt drawn driven eaten
    fallen felt fought found flown given gone grown held hit hurt kept known laid led left
    lent lost made meant met overtaken paid put read risen run said seen sent set shaken
    shown shut sold spent split spread stolen struck sung sunk taken taught thrown told
    undertaken won worn written""".split()
)
