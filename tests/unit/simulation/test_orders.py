from collections import Counter
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from adapters.sources.simulation.truth import Truth
from domain.returns.reasons import signal_of
from domain.returns.signal import UNKNOWN
from tests.unit.simulation.seasons import SMALL, Event, named


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth.of(SMALL)


def _returned() -> list[dict[str, str]]:
    return [item for event in named(SMALL, "return_requested") for item in event.fields["items"]]


def test_every_bill_adds_up() -> None:
    """A total is the sum of its lines, less the discount, plus shipping, to the cent."""
    orders = named(SMALL, "order_created")
    assert len(orders) > 100
    for order in orders:
        lines = sum(Decimal(item["unit_price"]) * item["quantity"] for item in order.fields["items"])
        extra = Decimal(order.fields.get("shipping", "0")) - Decimal(order.fields.get("order_discount", "0"))
        assert Decimal(order.fields["total"]) == lines + extra
        assert all(Decimal(item["unit_price"]) <= Decimal(item["list_price"]) for item in order.fields["items"])


def test_a_quarter_to_two_fifths_goes_back() -> None:
    """The share of order lines that are returned is what fashion shops online report."""
    lines = sum(len(order.fields["items"]) for order in named(SMALL, "order_created"))
    assert 0.25 <= len(_returned()) / lines <= 0.40


def test_every_reason_is_known() -> None:
    """Every reason code says something to us; most come with a comment, and several kinds occur."""
    reasons = Counter(item["reason"] for item in _returned())
    assert {"too-small", "too-big", "ordered-multiple"} <= set(reasons)
    assert all(UNKNOWN not in signal_of(reason) for reason in reasons)
    assert 0.4 < np.mean(["comment" in item for item in _returned()]) < 0.8


def test_a_return_follows_its_order() -> None:
    """Each returned line is a line of an earlier order; it arrives after it was announced, or never."""
    orders = {order.fields["order_id"]: order for order in named(SMALL, "order_created")}
    received = {event.fields["return_id"]: event for event in named(SMALL, "return_received")}
    asked = named(SMALL, "return_requested")
    long_ago = [event for event in asked if event.at < asked[-1].at - timedelta(days=10)]
    for event in asked:
        order = orders[event.fields["order_id"]]
        lines = {(item["line_id"], item["variant_id"]) for item in order.fields["items"]}
        assert order.at + timedelta(days=1) < event.at
        assert {(item["line_id"], item["variant_id"]) for item in event.fields["items"]} <= lines
        if event.fields["return_id"] in received:
            assert event.at < received[event.fields["return_id"]].at
    assert any(event.fields["return_id"] not in received for event in long_ago)
    refunded = {event.fields["return_id"] for event in named(SMALL, "refund_issued")}
    assert refunded <= set(received)


def test_sizes_that_do_not_fit_go_back(truth: Truth) -> None:
    """What is returned as too small is smaller than the body, by the label and the brand's offset; too big likewise."""
    bought = {
        (order.fields["order_id"], item["line_id"]): (order, item)
        for order in named(SMALL, "order_created")
        for item in order.fields["items"]
    }
    misfits: dict[str, list[float]] = {"too-small": [], "too-big": []}
    for event in named(SMALL, "return_requested"):
        for back in event.fields["items"]:
            order, item = bought[event.fields["order_id"], back["line_id"]]
            owner = truth.shopper_of("account", order.body.get("user_id", ""))
            if back["reason"] in misfits and owner is not None:
                misfits[back["reason"]].append(truth.misfit(owner, item["product_id"], item["size"]))
    assert np.mean(misfits["too-small"]) < -0.8
    assert np.mean(misfits["too-big"]) > 0.8


def test_two_sizes_are_ordered_and_one_goes_back() -> None:
    """Where a style was ordered in two sizes, at least one of the two is returned as such, if it comes back in time."""
    brackets = {
        order.fields["order_id"]
        for order in named(SMALL, "order_created")
        if len({item["product_id"] for item in order.fields["items"]}) < len(order.fields["items"])
    }
    told = {
        event.fields["order_id"]
        for event in named(SMALL, "return_requested")
        if any(item["reason"] == "ordered-multiple" for item in event.fields["items"])
    }
    assert told
    assert told <= brackets


def test_an_exchange_is_the_next_size() -> None:
    """An exchange orders the same product in another size, by the one who sent it back for its size before."""
    exchanges = [order for order in named(SMALL, "order_created") if order.fields["payment_kind"] == "exchange"]
    sizes = {"too-small", "too-big", "waist-too-tight", "waist-too-loose"}
    assert exchanges
    for order in exchanges:
        (item,) = order.fields["items"]
        back = [
            one["variant_id"]
            for event in named(SMALL, "return_requested")
            if event.at < order.at and _buyer(event) == _buyer(order)
            for one in event.fields["items"]
            if one["reason"] in sizes
        ]
        assert item["variant_id"] not in back
        assert item["variant_id"].rsplit("-", 1)[0] in {one.rsplit("-", 1)[0] for one in back}


def _buyer(event: Event) -> tuple[str, ...]:
    return tuple(event.body.get(one, "") for one in ("user_id", "loyalty_id", "email"))
