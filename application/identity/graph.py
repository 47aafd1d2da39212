"""Everything about one person for those who ask why: identifiers, the links between them, and what became of both."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Literal

from attrs import frozen

from application.projections.identity import BLOCKED, IDENTIFIERS, Known
from application.projections.rows import View
from application.projections.sessions import BY_SUBJECT, SESSIONS
from application.streams import load
from domain.identity import identifier, link, person
from domain.identity.attribution import attribute
from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy
from domain.identity.resolver import Link, Partition, resolve
from ports.event_log import EventLog, ReadModels, stream_name


@frozen
class Member:
    """An identifier. `person` is None while it is blocked, and `blocked` then says why."""

    surrogate: str
    kind: str
    first_seen: datetime
    person: str | None
    shared: bool
    blocked: str = ""


@frozen
class Tie:
    """A link and what became of it. `strength`: by the policy, 0 for a kind that joins nobody."""

    link: Link
    strength: int
    state: Literal["accepted", "rejected", "retracted"]
    reason: str = ""
    retracted_at: datetime | None = None


@frozen
class Turn:
    """A merge (`person` absorbed `other`) or a split (`person` gave `identifiers` to `other`).

    `cause`: the kind of link whose making or unmaking led to it, with its two ends, or an identifier alone.
    """

    at: datetime
    what: Literal["merged", "split"]
    person: str
    other: str
    identifiers: tuple[str, ...]
    cause: str
    ends: tuple[str, ...]


@frozen
class Attributed:
    """What was seen on `carrier` and is of `person` (see `domain.identity.attribution`); `facts` in `sessions`."""

    carrier: str
    person: str
    sessions: int
    facts: int


@frozen
class Graph:
    """All that is linked with `asked`, rejected links included: they lead to other persons.

    `members`, `ties` and `history` oldest first. `redirects`: ids that named a person once, to who it is today.
    """

    asked: str
    members: tuple[Member, ...]
    ties: tuple[Tie, ...]
    history: tuple[Turn, ...]
    redirects: Mapping[str, str]
    attributed: tuple[Attributed, ...]

    @property
    def persons(self) -> Mapping[str, tuple[Member, ...]]:
        """Person to members, the oldest person and its oldest member first; the blocked are in none."""
        found: dict[str, list[Member]] = {}
        for one in self.members:
            if one.person is not None:
                found.setdefault(one.person, []).append(one)
        return {name: tuple(members) for name, members in found.items()}

    def between(self, one: str, other: str) -> tuple[Tie, ...]:
        return tuple(tie for tie in self.ties if {tie.link.a, tie.link.b} == {one, other})

    def path(self, one: str, other: str) -> tuple[Tie, ...]:
        """Return the fewest accepted links that lead from one identifier to another; none if there are none."""
        reached: dict[str, tuple[Tie, ...]] = {one: ()}
        waiting = [one]
        for at in waiting:
            for tie in self.ties:
                if tie.state == "accepted" and at in {tie.link.a, tie.link.b} and tie.link.other(at) not in reached:
                    reached[tie.link.other(at)] = (*reached[at], tie)
                    waiting.append(tie.link.other(at))
        return reached.get(other, ())


def graph_of(
    read_models: ReadModels, log: EventLog, tenant: str, surrogate: str, policy: IdentityPolicy = DEFAULT_POLICY
) -> Graph:
    """Read the graph around an identifier. Errors: `LookupError` if it is not in the read model."""
    view = View(read_models, "identity")
    known = _around(view, surrogate)
    if surrogate not in known:
        raise LookupError(f"no identifier is called {surrogate}")
    nobody = {one for one, row in known.items() if row.person is None}
    # Of a blocked one only its own links are known whole.
    links = {key: one for end, row in known.items() for key, one in row.links.items() if end not in nobody}
    if surrogate in nobody:
        links = known[surrogate].links
    links = {key: one for key, one in links.items() if one.a in known and one.b in known}
    partition = resolve((row.node for row in known.values()), links.values(), nobody, policy)
    members = [
        Member(
            one, row.node.kind, row.node.first_seen, row.person, row.shared, _why_blocked(log, tenant, one, view, row)
        )
        for one, row in known.items()
    ]
    members.sort(key=lambda one: (one.first_seen, one.surrogate))
    history = _history(log, tenant, known)
    person_of = {one: row.person for one, row in known.items() if row.person is not None}
    return Graph(
        surrogate,
        tuple(members),
        tuple(sorted(_ties(known, partition, policy), key=lambda tie: (tie.link.occurred_at, tie.link.link_id))),
        history,
        {
            turn.other: person_of[turn.other]
            for turn in history
            if turn.what == "merged" and person_of.get(turn.other, turn.other) != turn.other
        },
        _attributed(read_models, known),
    )


def _around(view: View, start: str) -> dict[str, Known]:
    """Read what is connected to `start`: through nobody who is blocked, and over one retracted link at most."""
    found = dict(view.get(IDENTIFIERS, (start,)))
    if any(row.person is None for row in found.values()):
        return found | dict(view.get(IDENTIFIERS, _neighbours(found)))
    _walk(view, found, _neighbours(found))
    _walk(view, found, {gone.link.other(one) for one, row in found.items() for gone in row.retracted.values()})
    return found


def _walk(view: View, found: dict[str, Known], waiting: Collection[str]) -> None:
    """Add what is connected to `waiting`, one read for each level."""
    while new := set(waiting) - found.keys():
        level = view.get(IDENTIFIERS, sorted(new))
        found.update(level)
        waiting = _neighbours({one: row for one, row in level.items() if row.person is not None})


def _neighbours(known: Mapping[str, Known]) -> set[str]:
    return {one.other(surrogate) for surrogate, row in known.items() for one in row.links.values()}


def _why_blocked(log: EventLog, tenant: str, surrogate: str, view: View, row: Known) -> str:
    if row.person is not None:
        return ""
    if surrogate not in (view.one(BLOCKED, "all") or ()):
        return f"too many neighbours ({len({one.other(surrogate) for one in row.links.values()})})"
    events = [one.event for one in log.read(stream_name(tenant, identifier.DECIDER.category, surrogate))]
    reasons = [event.reason for event in events if isinstance(event, identifier.IdentifierBlocked)]
    return f"by hand: {reasons[-1]}" if reasons else "by hand"


def _ties(known: Mapping[str, Known], partition: Partition, policy: IdentityPolicy) -> Iterable[Tie]:
    for one in partition.accepted:
        yield Tie(one, policy.strengths.get(one.kind, 0), "accepted")
    for one, refusal in partition.rejected:
        yield Tie(one, policy.strengths.get(one.kind, 0), "rejected", refusal)
    gone = {key: one for row in known.values() for key, one in row.retracted.items()}
    for back in gone.values():
        if back.link.a in known and back.link.b in known:
            yield Tie(back.link, policy.strengths.get(back.link.kind, 0), "retracted", back.reason, back.at)


def _history(log: EventLog, tenant: str, known: Mapping[str, Known]) -> tuple[Turn, ...]:
    """Return what was announced of every person that an identifier here ever named, each merge and split once."""
    turns: dict[str, tuple[int, Turn]] = {}
    ends_of = {
        key: (one.kind, (one.a, one.b))
        for row in known.values()
        for key, one in (*row.links.items(), *((key, gone.link) for key, gone in row.retracted.items()))
    }
    for surrogate in known:
        for recorded in log.read(stream_name(tenant, person.DECIDER.category, surrogate)):
            match recorded.event:
                case person.PersonAbsorbed(merge_id, cause, survivor, absorbed, everyone, at):
                    cause_of = _cause(log, tenant, cause, ends_of)
                    turns[merge_id] = recorded.position, Turn(at, "merged", survivor, absorbed, everyone, *cause_of)
                case person.PersonSplit(split_id, cause, giver, part, gone, at):
                    cause_of = _cause(log, tenant, cause, ends_of)
                    turns[split_id] = recorded.position, Turn(at, "split", giver, part, gone, *cause_of)
                case _:  # the other half of a pair
                    pass
    return tuple(turn for _, turn in sorted(turns.values(), key=lambda pair: pair[0]))


def _cause(
    log: EventLog, tenant: str, cause: str, ends_of: Mapping[str, tuple[str, tuple[str, ...]]]
) -> tuple[str, tuple[str, ...]]:
    if cause in ends_of:
        return ends_of[cause]
    _, state = load(log, link.DECIDER, stream_name(tenant, link.DECIDER.category, cause))
    if state.pair is None:
        return "identifier", (cause,)
    one, other, kind = state.pair
    return kind, (one, other)


def _attributed(read_models: ReadModels, known: Mapping[str, Known]) -> tuple[Attributed, ...]:
    person_of = {one: row.person for one, row in known.items() if row.person is not None}
    partition = Partition(person_of, {}, shared=frozenset(one for one, row in known.items() if row.shared))
    view = View(read_models, "sessions")
    ids = [one for found in view.get(BY_SUBJECT, known).values() for one in found]
    counted: dict[tuple[str, str], tuple[int, int]] = {}
    for row in view.get(SESSIONS, ids).values():
        whose = attribute(partition, row.visitor, account=None, session_account=row.account or None)
        sessions, facts = counted.get((row.visitor, whose), (0, 0))
        counted[row.visitor, whose] = sessions + 1, facts + len(row.touches) + len(row.steps)
    return tuple(Attributed(*key, *counts) for key, counts in sorted(counted.items()))
