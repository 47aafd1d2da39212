"""A day in a shop as commits of the event log: sessions of a few minutes, side by side, in the order of time."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from domain.session import facts, session
from domain.values import Money
from ports.event_log import Append, Commit, Fact, Metadata

MORNING = datetime(2026, 3, 1, 6, tzinfo=UTC)
#: Sessions that are open at the same time, and the mean of their events.
OPEN = 400
EVENTS_PER_SESSION = 8


def _product(random: Random) -> facts.ProductRef:
    number = random.randrange(40_000)
    return facts.ProductRef(
        f"p-{number}", f"p-{number}-{number % 7}", f"c-{number % 90}", f"b-{number % 300}", "navy", "M"
    )


def _act(random: Random, at: datetime) -> Any:
    page, price = f"{random.getrandbits(64):016x}", Money(random.randrange(999, 20_000), "EUR")
    match random.randrange(8):
        case 0 | 1:
            return facts.PageViewed(at, page, "plp", "/women/dresses/:id", category_id="c-12")
        case 2:
            return facts.ProductClicked(at, _product(random), position=random.randrange(1, 49), page_view_id=page)
        case 3:
            return facts.ProductAddedToCart(at, _product(random), 1, price, price, origin="pdp")
        case _:
            return facts.ProductViewed(at, _product(random), price, price, ("S", "M", "L"), page_view_id=page)


def _stream_of_facts(random: Random) -> Iterator[tuple[str, Fact]]:
    active: list[str] = []
    for number in range(1, 10**9):
        at = MORNING + timedelta(milliseconds=number * 150)
        event: Any
        if len(active) < OPEN or random.random() < 1 / EVENTS_PER_SESSION:
            name = f"{number:012x}{random.getrandbits(80):020x}"
            event = session.SessionStarted(name, f"anonymous:{random.getrandbits(80):020x}", "web", at, "mobile", "DE")
            active.append(name)
            if len(active) > OPEN:
                active.pop(random.randrange(OPEN))
        else:
            name = random.choice(active)
            event = _act(random, at)
        yield f"main/session-{name}", Fact(event, Metadata(f"{number:032x}", at, at, number))


def commits(count: int, size: int, seed: int = 7) -> Iterator[Commit]:
    """Yield `count` commits of `size` facts each, every one grouped by stream as a canonicaliser would."""
    stored: defaultdict[str, int] = defaultdict(int)
    facts_of_day = _stream_of_facts(Random(seed))
    for _ in range(count):
        groups: defaultdict[str, list[Fact]] = defaultdict(list)
        for stream, fact in islice(facts_of_day, size):
            groups[stream].append(fact)
        yield Commit([Append(stream, stored[stream], group) for stream, group in groups.items()])
        for stream, group in groups.items():
            stored[stream] += len(group)
