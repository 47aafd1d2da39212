"""The smallest stream that has everything: two events, a state, and an older shape of one event."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from attrs import evolve as changed
from attrs import frozen

from domain.kernel import Decider
from domain.names import Names
from ports.event_log import Append, Commit, Fact, Metadata

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@frozen
class DepositedV1:
    """As it was first released: whole units."""

    units: int


@frozen
class Deposited:
    """In cents, with a remark, since version 2."""

    cents: int
    remark: str = ""


@frozen
class Weighed:
    """Holds what JSON finds hard: a float, nothing, a nested tuple, a time."""

    grams: float
    note: str | None
    parts: tuple[tuple[str, int], ...]
    at: datetime


@frozen
class Balance:
    cents: int = 0
    entries: int = 0


def _evolve(state: Balance, event: Deposited | Weighed) -> Balance:
    match event:
        case Deposited():
            return changed(state, cents=state.cents + event.cents, entries=state.entries + 1)
        case Weighed():
            return changed(state, entries=state.entries + 1)
    assert_never(event)


LEDGER: Decider[Balance, Deposited | Weighed] = Decider("ledger", Balance, _evolve)


def first_names() -> Names:
    """What the first release knew."""
    names = Names()
    names.register(DepositedV1, "ledger.deposited")
    names.register(Weighed, "ledger.weighed")
    names.register(Balance, "ledger.balance")
    return names


def current_names() -> Names:
    """What the current release knows: deposits in cents, and balances of another schema."""
    names = Names()
    names.register(Deposited, "ledger.deposited", version=2, upcasters={1: lambda old: {"cents": old["units"] * 100}})
    names.register(Weighed, "ledger.weighed")
    names.register(Balance, "ledger.balance", version=2, upcasters={1: lambda old: old})
    return names


def fact(event: Any, number: int = 1) -> Fact:
    """An event with metadata that says which one it is."""
    at = NOON + timedelta(microseconds=number)
    return Fact(event, Metadata(f"{number:032x}", at, at + timedelta(hours=1), number if number % 2 else None))


def deposits(*cents: int) -> Sequence[Fact]:
    return [fact(Deposited(each, f"n° {number}"), number) for number, each in enumerate(cents, 1)]


def append(stream: str, expected_version: int, *cents: int) -> Commit:
    """A commit of one append."""
    return Commit([Append(stream, expected_version, deposits(*cents))])
