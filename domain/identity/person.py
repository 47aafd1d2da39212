"""A person is a cell of the partition, named by its oldest identifier. Merges and splits are announced per person.

The partition decides; these events tell downstream whose history to rebuild. Any id that ever named a person is an
identifier, so `Partition.person_of` still finds the living person behind it.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from attrs import Factory, frozen
from attrs import evolve as changed

from domain.kernel import Decider


@frozen
class PersonAbsorbed:
    """On the survivor. `all_absorbed` is complete: every other identifier it now answers for."""

    merge_id: str
    cause: str
    survivor: str
    absorbed: str
    all_absorbed: tuple[str, ...]
    decided_at: datetime


@frozen
class PersonMergedInto:
    """On the person that was absorbed."""

    merge_id: str
    cause: str
    absorbed: str
    survivor: str
    decided_at: datetime


@frozen
class PersonSplit:
    """On the person that lost identifiers: `identifiers` went to the person `part`."""

    split_id: str
    cause: str
    person: str
    part: str
    identifiers: tuple[str, ...]
    decided_at: datetime


@frozen
class PersonSplitFrom:
    """On the person that got them."""

    split_id: str
    cause: str
    person: str
    origin: str
    decided_at: datetime


@frozen
class PersonForgotten:
    """These identifiers name nobody any more, and never will again; what is derived of the rest named here goes.

    `sessions`, `orders`, `slates` by id, `claims` as return/line: what was of this person when it was forgotten.
    `papers`: surrogates of orders and returns, under whose keys lay what was told of them and named nobody.
    `carriers`: browsers and devices that others use too and that keep their names; some of `sessions` were on them.
    """

    person: str
    identifiers: tuple[str, ...]
    forgotten_at: datetime
    sessions: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    slates: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()


Announced = PersonAbsorbed | PersonMergedInto | PersonSplit | PersonSplitFrom
Event = Announced | PersonForgotten


@frozen
class Person:
    """`latest`: how it last merged with, gave to or got from each other person, by the id of that decision.

    Merging settles what was given and got before, splitting settles the merge, so both can happen again.
    `forgotten`: identifiers that were erased.
    """

    latest: Mapping[str, str] = Factory(dict)
    merged_into: str | None = None
    forgotten: tuple[str, ...] = ()


def evolve(state: Person, event: Event) -> Person:
    match event:
        case PersonMergedInto(survivor=survivor):
            return Person(_settled(state, event, "gave", "got"), survivor, state.forgotten)
        case PersonAbsorbed():
            return Person(_settled(state, event, "gave", "got"), forgotten=state.forgotten)
        case PersonSplit() | PersonSplitFrom():
            return Person(_settled(state, event, "merged"), forgotten=state.forgotten)
        case PersonForgotten(identifiers=identifiers):
            return changed(state, forgotten=tuple(sorted({*state.forgotten, *identifiers})))
        case _:
            assert_never(event)


def settle(state: Person, announced: tuple[Announced, ...]) -> tuple[Announced, ...]:
    """Return what of `announced` (see `reorganise`) this person was not told yet: a retry tells nothing twice."""
    news: list[Announced] = []
    for event in announced:
        relation, other, decision = _decision(event)
        if state.latest.get(f"{relation} {other}") != decision:
            news.append(event)
            state = evolve(state, event)
    return tuple(news)


def forget(state: Person, event: PersonForgotten) -> tuple[Event, ...]:
    """Record that somebody was erased. Identifiers that are forgotten already are nothing to do."""
    return () if set(event.identifiers) <= set(state.forgotten) else (event,)


def reorganise(
    old: Mapping[str, str],
    new: Mapping[str, str],
    *,
    tenant: UUID,
    cause: str,
    policy_version: str,
    decided_at: datetime,
) -> Mapping[str, tuple[Announced, ...]]:
    """Compare two partitions of a component (identifier to person); return what to announce on each person's stream.

    `cause` is the link (or blocked identifier) whose change led to it; `tenant` the tenant's uuid5 namespace. An
    identifier absent from `old` or `new` was or is blocked, and a person of its own meanwhile.
    """
    news: dict[str, list[Announced]] = defaultdict(list)
    members: dict[str, list[str]] = defaultdict(list)
    for identifier, person in new.items():
        members[person].append(identifier)
    moved: dict[tuple[str, str], list[str]] = defaultdict(list)
    for identifier, person in old.items():
        target = new.get(identifier, identifier)
        if target != new.get(person, person):
            moved[person, target].append(identifier)

    for (person, part), identifiers in sorted(moved.items()):
        split_id = uuid5(tenant, f"split\n{person}\n{part}\n{cause}\n{policy_version}").hex
        gone = tuple(sorted(identifiers))
        news[person].append(PersonSplit(split_id, cause, person, part, gone, decided_at))
        news[part].append(PersonSplitFrom(split_id, cause, part, person, decided_at))
    for loser in sorted({*old.values(), *(new.keys() - old.keys())}):
        survivor = new.get(loser, loser)
        if survivor != loser:
            merge_id = uuid5(tenant, f"merge\n{survivor}\n{loser}\n{cause}\n{policy_version}").hex
            others = tuple(sorted(set(members[survivor]) - {survivor}))
            news[survivor].append(PersonAbsorbed(merge_id, cause, survivor, loser, others, decided_at))
            news[loser].append(PersonMergedInto(merge_id, cause, loser, survivor, decided_at))
    return {person: tuple(events) for person, events in news.items()}


def _decision(event: Announced) -> tuple[str, str, str]:
    """Return the relation, the other person, and the id of the decision."""
    match event:
        case PersonAbsorbed():
            return "merged", event.absorbed, event.merge_id
        case PersonMergedInto():
            return "merged", event.survivor, event.merge_id
        case PersonSplit():
            return "gave", event.part, event.split_id
        case PersonSplitFrom():
            return "got", event.origin, event.split_id
        case _:
            assert_never(event)


def _settled(state: Person, event: Announced, *relations: str) -> Mapping[str, str]:
    relation, other, decision = _decision(event)
    over = {f"{past} {other}" for past in relations}
    return {key: value for key, value in state.latest.items() if key not in over} | {f"{relation} {other}": decision}


DECIDER: Decider[Person, Event] = Decider(category="person", initial=Person, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = (
    (PersonAbsorbed, "identity.person_absorbed"),
    (PersonMergedInto, "identity.person_merged_into"),
    (PersonSplit, "identity.person_split"),
    (PersonSplitFrom, "identity.person_split_from"),
    (PersonForgotten, "identity.person_forgotten"),
)
