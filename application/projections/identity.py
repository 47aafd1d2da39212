"""Identifiers, links and persons: the partition is recomputed for the component that a change touches, only."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

import msgspec
from attrs import frozen

from application.projections.rows import Collection, Rows
from domain.identity import identifier, link, person
from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy
from domain.identity.resolver import Link, Node, Partition, component, persons
from ports.event_log import Recorded


@frozen
class Retracted:
    """A link that was taken back and not shown again since."""

    link: Link
    reason: str
    at: datetime


class Known(msgspec.Struct, omit_defaults=True):
    """An identifier with its active links (by link id) and the person it belongs to, none while it is blocked.

    `retracted`: links that are no more, for those who ask why.
    """

    node: Node
    person: str | None = None
    shared: bool = False
    links: dict[str, Link] = msgspec.field(default_factory=dict)
    retracted: dict[str, Retracted] = msgspec.field(default_factory=dict)


IDENTIFIERS: Collection[Known] = Collection("identifiers", Known)
#: person id -> its members, sorted
PERSONS: Collection[tuple[str, ...]] = Collection("persons", tuple[str, ...])
#: identifiers that several accounts use: what happens on them without an account is no resolved person's
SHARED: Collection[bool] = Collection("shared", bool)
#: session tokens -> until when (Unix seconds) what happens on one can be of the person that its session was of
BOUND: Collection[float] = Collection("bound", float)
#: identifiers that were erased -> the person that they were of: nothing that is told of one counts any more
FORGOTTEN: Collection[str] = Collection("forgotten", str)
#: one row, "all": the identifiers blocked by hand
BLOCKED: Collection[list[str]] = Collection("blocked", list[str])


@frozen
class Reorganisation:
    """What one fact did to the persons: identifier -> person before and after, for all that it touched."""

    cause: str
    at: datetime
    old: Mapping[str, str]
    new: Mapping[str, str]


class IdentityProjection:
    name = "identity"

    def __init__(self, policy: IdentityPolicy = DEFAULT_POLICY) -> None:
        self.policy = policy

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        """Persons are a function of the facts, so a batch of facts is followed by one look at what it touched."""
        touched: list[str] = []
        for recorded, ends in self._noted(batch, rows):
            if isinstance(recorded.event, person.PersonForgotten):
                self._reorganise(touched, rows)  # as they were before, of those who are dropped now
                touched = list(_forget(recorded.event, rows))
            touched += ends
        self._reorganise(touched, rows)

    def refold(self, batch: Sequence[Recorded], rows: Rows) -> list[Reorganisation]:
        """Apply a batch; return what each of its facts did to the persons, in order, for those who announce it."""
        done: list[Reorganisation] = []
        for recorded, ends in self._noted(batch, rows):
            touched = _forget(recorded.event, rows) if isinstance(recorded.event, person.PersonForgotten) else ends
            if not touched:
                continue
            old, new = self._reorganise(touched, rows)
            if old and old != new:
                done.append(Reorganisation(recorded.stream, recorded.metadata.known_at, old, new))
        return done

    def _noted(self, batch: Sequence[Recorded], rows: Rows) -> Iterator[tuple[Recorded, tuple[str, ...]]]:
        """Keep fact after fact; yield each that counts with the identifiers whose component it may change."""
        named = [(recorded, named_in(recorded.event)) for recorded in batch]
        rows.prefetch(IDENTIFIERS, (one for _, ends in named for one in ends))
        rows.prefetch(FORGOTTEN, (one for _, ends in named for one in ends))
        for recorded, ends in named:
            if all(rows.get(FORGOTTEN, one) is None for one in ends):
                yield recorded, self._note(recorded, rows)

    def _note(self, recorded: Recorded, rows: Rows) -> tuple[str, ...]:
        """Keep the fact; return the identifiers whose component it may change."""
        key = recorded.stream.rpartition("-")[2]
        match recorded.event:
            case identifier.IdentifierObserved(surrogate, kind, first_seen):
                known = rows.get(IDENTIFIERS, surrogate) or Known(Node(surrogate, kind, first_seen))
                known.node = Node(surrogate, kind, first_seen)
                rows.put(IDENTIFIERS, surrogate, known)
                if (within := self.policy.bound_within.get(kind)) is not None:
                    rows.put(BOUND, surrogate, (first_seen + within).timestamp())
                return (surrogate,)
            case identifier.IdentifierBlocked(surrogate) | identifier.IdentifierUnblocked(surrogate):
                by_hand: list[str] = rows.get(BLOCKED, "all") or []
                others = set(by_hand) - {surrogate}
                now = isinstance(recorded.event, identifier.IdentifierBlocked)
                rows.put(BLOCKED, "all", sorted(others | {surrogate} if now else others))
                return (surrogate, *(one.other(surrogate) for one in known_in(rows, surrogate).links.values()))
            case link.IdentityLinked(a, b, kind, occurred_at):
                for end in (a, b):
                    known = known_in(rows, end)
                    known.links[key] = Link(key, a, b, kind, occurred_at)
                    known.retracted.pop(key, None)
                    rows.put(IDENTIFIERS, end, known)
                return a, b
            case link.IdentityLinkRetracted(a, b, reason=reason, retracted_at=at):
                for end in (a, b):
                    known = known_in(rows, end)
                    if (gone := known.links.pop(key, None)) is not None:
                        known.retracted[key] = Retracted(gone, reason, at)
                    rows.put(IDENTIFIERS, end, known)
                return a, b
            case _:
                return ()

    def _reorganise(self, touched: Iterable[str], rows: Rows) -> tuple[dict[str, str], dict[str, str]]:
        """Recompute every component reached from `touched`, and those that their former persons fell into."""
        old: dict[str, str] = {}
        new: dict[str, str] = {}
        waiting, done = list(touched), set[str]()
        self._load(waiting, rows)
        while waiting:
            start = waiting.pop()
            if start in done:
                continue
            group, partition = self._component(start, rows)
            done.update(group)
            found = {one: known_in(rows, one) for one in group}
            before = {one: row.person for one, row in found.items() if row.person is not None}
            old |= before
            new |= partition.person_of
            former = {person: rows.get(PERSONS, person) or () for person in sorted(set(before.values()))}
            waiting += [one for members in former.values() for one in members if one not in done]
            for one, row in found.items():
                _settle(one, row, partition, rows)
            for name, members in partition.members.items():
                if former.get(name) != members:
                    rows.put(PERSONS, name, members)
        for name in set(old.values()) - set(new.values()):
            rows.delete(PERSONS, name)
        return old, new

    def _load(self, touched: Iterable[str], rows: Rows) -> None:
        """Read what is connected with `touched`: their persons, then level by level, in one read each.

        Who identifies nobody is not walked through; of its neighbours as many are read as show that.
        """
        seen = set(touched)
        rows.prefetch(IDENTIFIERS, seen)
        persons = {row.person for one in seen if (row := rows.get(IDENTIFIERS, one)) is not None and row.person}
        rows.prefetch(PERSONS, persons)
        level = seen | {member for person in persons for member in rows.get(PERSONS, person) or ()}
        while level:
            rows.prefetch(IDENTIFIERS, level)
            seen |= level
            found = [(one, row) for one in level if (row := rows.get(IDENTIFIERS, one)) is not None]
            enough = max(self.policy.degree_caps.values(), default=0) + 1
            nobodys = (islice(row.links.values(), enough) for _, row in found if row.person is None)
            rows.prefetch(IDENTIFIERS, (end for ties in nobodys for tie in ties for end in (tie.a, tie.b)))
            level = {tie.other(one) for one, row in found if row.person for tie in row.links.values()} - seen

    def _component(self, start: str, rows: Rows) -> tuple[list[str], Partition]:
        """Return the identifiers around `start` and their partition; a blocked one stands alone and is nobody."""
        blocked: list[str] = rows.get(BLOCKED, "all") or []
        nodes, links = component(
            start,
            lambda one: known_in(rows, one).node,
            lambda one: known_in(rows, one).links.values(),
            blocked,
            self.policy,
        )
        return [node.surrogate for node in nodes] or [start], persons(nodes, links, self.policy)


def _forget(event: person.PersonForgotten, rows: Rows) -> tuple[str, ...]:
    """Drop identifiers with every link to them; return those that stay behind, whose persons may be others now."""
    gone, touched = set(event.identifiers), set[str]()
    found = {one: known for one in event.identifiers if (known := rows.get(IDENTIFIERS, one)) is not None}
    for one, known in found.items():
        for end in {tie.other(one) for tie in _ties(known)} - gone:
            other = known_in(rows, end)
            other.links = {key: tie for key, tie in other.links.items() if tie.other(end) != one}
            other.retracted = {key: tie for key, tie in other.retracted.items() if tie.link.other(end) != one}
            rows.put(IDENTIFIERS, end, other)
            touched.add(end)
        if known.person is not None:
            members = tuple(member for member in rows.get(PERSONS, known.person) or () if member not in gone)
            rows.put(PERSONS, known.person, members) if members else rows.delete(PERSONS, known.person)
            touched |= set(members)
    for one in event.identifiers:
        rows.delete(IDENTIFIERS, one)
        rows.delete(SHARED, one)
        rows.delete(BOUND, one)
        rows.put(FORGOTTEN, one, event.person)
    if by_hand := rows.get(BLOCKED, "all"):
        rows.put(BLOCKED, "all", [one for one in by_hand if one not in gone])
    return tuple(sorted(touched))


def _ties(known: Known) -> Iterable[Link]:
    return (*known.links.values(), *(one.link for one in known.retracted.values()))


def named_in(event: object) -> tuple[str, ...]:
    """Return the identifiers that a fact is about."""
    match event:
        case identifier.IdentifierObserved(surrogate) | identifier.IdentifierBlocked(surrogate):
            return (surrogate,)
        case identifier.IdentifierUnblocked(surrogate):
            return (surrogate,)
        case link.IdentityLinked(a, b) | link.IdentityLinkRetracted(a, b):
            return a, b
        case _:
            return ()


def _settle(surrogate: str, known: Known, partition: Partition, rows: Rows) -> None:
    """Keep whose an identifier is now, and whether it is shared, if that is news."""
    person, shared = partition.person_of.get(surrogate), surrogate in partition.shared
    if (known.person, known.shared) == (person, shared):
        return
    if known.shared is not shared:
        rows.put(SHARED, surrogate, True) if shared else rows.delete(SHARED, surrogate)
    known.person, known.shared = person, shared
    rows.put(IDENTIFIERS, surrogate, known)


def known_in(rows: Rows, surrogate: str) -> Known:
    known = rows.get(IDENTIFIERS, surrogate)
    if known is None:
        raise LookupError(f"identifier {surrogate} is linked but was never observed")
    return known
