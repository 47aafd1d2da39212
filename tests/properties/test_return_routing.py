"""What returns say in the end is a function of the set of facts: the order in which they are heard does not matter."""

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from application.intake.reading import Reader
from application.intake.transactions import HANDLERS, reading_comments
from application.projections.rows import View, generation_name
from application.returns.signals import LINES
from domain.returns.maturity import LabelMatured
from domain.returns.routes import SignalRouted, SignalWithdrawn
from domain.returns.routing import ROUTING
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY, ordered, sent, sent_back
from tests.unit.returns.test_routed import Words, listed

DAY = 24 * 60
VARIANTS = ("coat/m", "coat/l", "coat/m/blue")
#: Order -> minute: two of one wish, one of another shopper, one so much later that the first have matured.
PLACED = {"o-1": (0, "ada"), "o-2": (2 * DAY, "ada"), "o-3": (60, "bob"), "o-4": (50 * DAY, "ada")}
variants = st.sampled_from(VARIANTS)
orders = st.sampled_from(sorted(PLACED))
Say = st.sampled_from(
    [*["unknown"] * 4, *["ordered-multiple"] * 3, "too-small", "size", "style", "quality", "SWITCHEROO"]
)


def order_of(name: str, bought: Sequence[str]) -> bytes:
    minute, user = PLACED[name]
    return ordered(name, minute, *bought, user=user)


def amended(name: str, bought: Sequence[str]) -> bytes:
    minute, user = PLACED[name]
    return json.dumps(json.loads(ordered(name, minute + 5, *bought, user=user)) | {"event": "order_updated"}).encode()


def back(number: int, name: str, variant: str, reason: str, comment: str) -> bytes:
    body = json.loads(sent_back(f"r-{number}", name, PLACED[name][0] + 100 + number, variant, reason))
    body["properties"]["items"][0]["comment"] = comment
    return json.dumps(body).encode()


def inspected(number: int, name: str, variant: str, reason: str) -> bytes:
    properties = {"return_id": f"r-{number}", "order_id": name, "line": variant, "disposition": "restocked"}
    return sent("return_inspected", PLACED[name][0] + 500, properties=properties | {"graded_reason": reason})


def exchanged(number: int, name: str, variant: str, to: str) -> bytes:
    properties = {"exchange_id": f"x-{number}", "order_id": name, "from_variant_id": variant, "to_variant_id": to}
    return sent("exchange_created", PLACED[name][0] + 300 + number, properties=properties)


@st.composite
def stories(draw: st.DrawFn) -> list[bytes]:
    """Draw what a shop's systems say of four orders."""
    found = [order_of(name, draw(st.lists(variants, min_size=1, max_size=2))) for name in PLACED]
    found += [
        amended(name, draw(st.lists(variants, min_size=1, max_size=3))) for name in draw(st.sets(orders, max_size=1))
    ]
    comments = st.sampled_from(["", "", "", "fit_large 0.95", "fit_large 0.85", "none"])
    for number in range(draw(st.integers(1, 5))):
        name, variant = draw(orders), draw(variants)
        found.append(back(number, name, variant, draw(Say), draw(comments)))
        if draw(st.integers(0, 3)) == 0:
            found.append(inspected(number, name, variant, draw(Say)))
    found += [
        exchanged(number, draw(orders), draw(variants), draw(variants)) for number in range(draw(st.integers(0, 2)))
    ]
    if draw(st.booleans()):
        found.append(listed("coat", "m", "l", colours=("red", "blue")))
    return found


def hear(bodies: Sequence[bytes], sizes: Sequence[int]) -> MemoryHouse:
    house, rest, number = MemoryHouse(batch=3), list(bodies), 0
    house.canonicaliser.reader = Reader(handlers=reading_comments(HANDLERS, Words()))
    while rest:
        size = sizes[number % len(sizes)]
        house.receive("oms", rest[:size], f"batch-{number}")
        rest, number = rest[size:], number + 1
    return house


def standing(house: MemoryHouse) -> tuple[Mapping[Any, SignalRouted], Mapping[str, LabelMatured]]:
    """Return what is routed and which labels are final, in the end."""
    routed: dict[Any, SignalRouted] = {}
    for event in house.events(SignalRouted, SignalWithdrawn):
        if isinstance(event, SignalRouted):
            routed[event.order_id, event.key] = evolve(event, routed_at=MONDAY, customer=None)
        else:
            del routed[event.withdrawn.order_id, event.withdrawn.key]
    return routed, {event.order_id: event for event in house.events(LabelMatured)}


SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=3)


@settings(max_examples=100, deadline=None)
@given(stories(), st.integers(0, 99), SIZES, SIZES)
def test_what_is_routed_in_the_end_follows_from_the_facts(
    bodies: list[bytes], seed: int, sizes: list[int], others: list[int]
) -> None:
    """Another order and other batches end the same, a rebuild gives the live rows, and weights are the policy's."""
    house = hear(bodies, sizes)
    routed, matured = standing(house)
    shuffled = list(bodies)
    Random(seed).shuffle(shuffled)
    again, matured_again = standing(hear(shuffled, others))

    assert again == routed
    assert matured_again == matured
    for name in ("return_routing", "signals", "purchases"):
        live = house.rows(generation_name(name, 1))
        house.runner.rebuild(house.projections[name])
        assert house.rows(generation_name(name, 2)) == live
    rows = dict(View(house.read_models, "signals").all(LINES))
    assert {
        evolve(one, routed_at=MONDAY, customer=None) for row in rows.values() for one in row.routed.values()
    } == set(routed.values())
    allowed = {*ROUTING.taste.values(), ROUTING.aspect, 1.0, 0.3}
    allowed |= {strength * sure for strength in ROUTING.size.values() for sure in (1.0, 0.95, 0.85, 0.4)}
    assert {one.weight for one in routed.values()} <= allowed
