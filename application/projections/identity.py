"""Identifiers, links and persons: the partition is recomputed for the component that a change touches, only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from attrs import frozen

from application.projections.rows import Collection, Rows
from domain.identity import identifier, link
from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy
from domain.identity.resolver import Link, Node, Partition, component, resolve
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
        self.refold(batch, rows)

    def refold(self, batch: Sequence[Recorded], rows: Rows) -> list[Reorganisation]:
        """Apply a batch; return what it did to the persons, in order, for those who announce it."""
        rows.prefetch(IDENTIFIERS, (one.event.surrogate for one in batch if isinstance(one.event, _OF_IDENTIFIER)))
        done: list[Reorganisation] = []
        for recorded in batch:
            touched = self._note(recorded, rows)
            if not touched:
                continue
            old, new = self._reorganise(touched, rows)
            if old and old != new:
                done.append(Reorganisation(recorded.stream, recorded.metadata.known_at, old, new))
        return done

    def _note(self, recorded: Recorded, rows: Rows) -> tuple[str, ...]:
        """Keep the fact; return the identifiers whose component it may change."""
        key = recorded.stream.rpartition("-")[2]
        match recorded.event:
            case identifier.IdentifierObserved(surrogate, kind, first_seen):
                known = rows.get(IDENTIFIERS, surrogate) or Known(Node(surrogate, kind, first_seen))
                known.node = Node(surrogate, kind, first_seen)
                rows.put(IDENTIFIERS, surrogate, known)
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
        while waiting:
            start = waiting.pop()
            if start in done:
                continue
            group, partition = self._component(start, rows)
            done.update(group)
            before = {one: person for one in group if (person := known_in(rows, one).person) is not None}
            old |= before
            for person in sorted(set(before.values())):
                waiting += [one for one in rows.get(PERSONS, person) or () if one not in done]
            for one in group:
                known = known_in(rows, one)
                shared = one in partition.shared
                if shared is not known.shared:
                    rows.put(SHARED, one, True) if shared else rows.delete(SHARED, one)
                known.person, known.shared = partition.person_of.get(one), shared
                rows.put(IDENTIFIERS, one, known)
            for person, members in partition.members.items():
                rows.put(PERSONS, person, members)
            new |= partition.person_of
        for person in set(old.values()) - set(new.values()):
            rows.delete(PERSONS, person)
        return old, new

    def _component(self, start: str, rows: Rows) -> tuple[list[str], Partition]:
        """Return the identifiers around `start` and their partition; a blocked one stands alone and is nobody."""
        blocked: list[str] = rows.get(BLOCKED, "all") or []
        nodes, links = component(
            start,
            lambda one: known_in(rows, one).node,
            lambda one: tuple(known_in(rows, one).links.values()),
            blocked,
            self.policy,
        )
        return [node.surrogate for node in nodes] or [start], resolve(nodes, links, policy=self.policy)


_OF_IDENTIFIER = (identifier.IdentifierObserved, identifier.IdentifierBlocked, identifier.IdentifierUnblocked)


def known_in(rows: Rows, surrogate: str) -> Known:
    known = rows.get(IDENTIFIERS, surrogate)
    if known is None:
        raise LookupError(f"identifier {surrogate} is linked but was never observed")
    return known
