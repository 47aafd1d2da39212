"""What people allow, by identifier: their decisions, and what their browsers say in passing.

A decision that takes something back holds until the same person grants it again. A browser that says no in passing is
believed until it says yes: it takes back an older grant, and lifts no decision. A no that comes late is believed too,
until the next yes: who never said no leaves no row.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from application.projections.identity import IDENTIFIERS, PERSONS
from application.projections.rows import Collection, Rows, View
from domain.identity.consent import ConsentChanged, ErasureRequested
from domain.identity.person import PersonForgotten
from ports.event_log import ReadModels, Recorded


class Said(msgspec.Struct, array_like=True, frozen=True):
    """An answer, granted or denied, and when it was given (Unix seconds)."""

    answer: str
    at: float


class Allowed(msgspec.Struct, omit_defaults=True):
    """The latest answer to each purpose."""

    decided: dict[str, Said] = msgspec.field(default_factory=dict)
    passing: dict[str, Said] = msgspec.field(default_factory=dict)


#: by identifier, once something was decided, or denied in passing
ALLOWED: Collection[Allowed] = Collection("allowed", Allowed)
#: identifiers that asked to be erased, and when (Unix seconds); it goes when they are
ASKED: Collection[float] = Collection("asked", float)

#: What a browser may deny in passing and still be stored: the rest is asked for with every event.
IN_PASSING = "personalisation"
#: Who takes back one of these is in no training.
LEARNING = ("personalisation", "analytics")


class ConsentsProjection:
    name = "consents"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        rows.prefetch(ALLOWED, (one for recorded in batch for one in _subjects(recorded)))
        for recorded in batch:
            event = recorded.event
            match event:
                case ConsentChanged(identifier, answers, changed_at):
                    known = rows.get(ALLOWED, identifier) or Allowed()
                    for purpose, answer in answers.items():
                        _put(known.decided, purpose, Said(answer, changed_at.timestamp()))
                    rows.put(ALLOWED, identifier, known)
                case ErasureRequested(identifier, requested_at):
                    rows.put(ASKED, identifier, requested_at.timestamp())
                case PersonForgotten():
                    rows.drop(ALLOWED, event.identifiers)
                    rows.drop(ASKED, event.identifiers)
                case _:
                    _overhear(recorded, rows)


def _subjects(recorded: Recorded) -> Iterable[str]:
    envelope = recorded.metadata.envelope
    return () if envelope is None or IN_PASSING not in envelope.consent else envelope.subject.values()


def _overhear(recorded: Recorded, rows: Rows) -> None:
    """Believe a no, and a yes after a no; a yes alone is what most browsers say, and nothing to remember."""
    for identifier in _subjects(recorded):
        assert recorded.metadata.envelope is not None
        said = Said(recorded.metadata.envelope.consent[IN_PASSING], recorded.metadata.occurred_at.timestamp())
        known = rows.get(ALLOWED, identifier)
        if said.answer == "denied" or (known is not None and IN_PASSING in known.passing):
            known = known or Allowed()
            _put(known.passing, IN_PASSING, said)
            rows.put(ALLOWED, identifier, known)


def _put(answers: dict[str, Said], purpose: str, said: Said) -> None:
    answers[purpose] = _latest((said, *filter(None, (answers.get(purpose),))))


def _latest(said: Iterable[Said]) -> Said:
    """Of two answers in one instant the no counts."""
    return max(said, key=lambda one: (one.at, one.answer == "denied"))


def withdrawn(read_models: ReadModels, identifiers: Iterable[str]) -> frozenset[str]:
    """Return the purposes that a person has taken back, under whichever of these identifiers."""
    return withdrawn_in(View(read_models, ConsentsProjection.name).get(ALLOWED, identifiers).values())


def withdrawn_by(read_models: ReadModels, identifiers: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """Return for each identifier what its person has taken back, by whichever identifier; nothing for most."""
    view = View(read_models, ConsentsProjection.name)
    if not identifiers or not view.count(ALLOWED):
        return {}
    persons = list(_persons(read_models, identifiers))
    known = view.get(ALLOWED, dict.fromkeys(one for members in persons for one in members))
    found: dict[str, frozenset[str]] = {}
    for members in persons:
        if no := withdrawn_in(known[one] for one in members if one in known):
            found |= dict.fromkeys(members, no)
    return found


def refusing(read_models: ReadModels, purposes: Sequence[str] = LEARNING) -> frozenset[str]:
    """Return all identifiers of everybody who has taken back one of the purposes."""
    known = dict(View(read_models, ConsentsProjection.name).all(ALLOWED))
    no = [one for one, row in known.items() if any(said.answer == "denied" for said in _answers(row))]
    found: set[str] = set()
    for members in _persons(read_models, no):
        if not withdrawn_in(known[one] for one in members if one in known).isdisjoint(purposes):
            found |= set(members)
    return frozenset(found)


def asked_to_be_erased(read_models: ReadModels) -> Sequence[tuple[str, datetime]]:
    """Return the identifiers that still wait for it, oldest wish first."""
    waiting = View(read_models, ConsentsProjection.name).all(ASKED)
    return sorted(((one, datetime.fromtimestamp(at, UTC)) for one, at in waiting), key=lambda pair: (pair[1], pair[0]))


def _answers(row: Allowed) -> Iterable[Said]:
    return (*row.decided.values(), *row.passing.values())


def _persons(read_models: ReadModels, identifiers: Sequence[str]) -> Iterable[Sequence[str]]:
    """Yield the members of each person among them; who is nobody's stands alone."""
    identity = View(read_models, "identity")
    known = identity.get(IDENTIFIERS, identifiers)
    persons = {one: row.person for one, row in known.items() if row.person is not None}
    members = identity.get(PERSONS, dict.fromkeys(persons.values()))
    yield from members.values()
    yield from ((one,) for one in identifiers if one not in persons)


def withdrawn_in(rows: Iterable[Allowed]) -> frozenset[str]:
    decided: dict[str, Said] = {}
    passing: dict[str, Said] = {}
    for row in rows:
        for purpose, said in row.decided.items():
            _put(decided, purpose, said)
        for purpose, said in row.passing.items():
            _put(passing, purpose, said)
    no = {purpose for purpose, said in decided.items() if said.answer == "denied"}
    for purpose, said in passing.items():
        granted = decided.get(purpose)
        if said.answer == "denied" and (granted is None or granted.at < said.at):
            no.add(purpose)
    return frozenset(no)
