"""Whatever comes instead of a payload, the answer is events or a reason; and every bill that Shopify adds up does."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.intake.reading import Reader
from application.intake.transactions import bill_of
from domain.taxonomy.dialects.shopify import exports, translate
from domain.taxonomy.dialects.shopify.topics import READ, UNREAD
from domain.taxonomy.refusal import Refused
from tests.support.shopify import (
    FILES,
    NOW,
    SOURCE,
    line,
    message,
    order,
    product,
    refund,
    return_requested,
    shipping,
    understood,
    variant,
)

SCALARS = st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=8)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
TOPICS = st.sampled_from([*READ, *UNREAD, "themes/update"])
SHAPES: list[dict[str, Any]] = [
    order([line(1, "10.00", off=["1.00"])], "9.00", shipping_lines=[shipping("1.00")], fulfillments=[{"id": 1}]),
    refund(),
    return_requested(),
    product([variant(1, "Red", "M")], variant_gids=[]),
    {"token": "t", "customer": {"id": 1}, "line_items": [line(1, "1")], "inventory_quantity": 1, "status": "delivered"},
    {"rows": [{"Handle": "h", "Title": "t", "Variant Price": "1"}], "export": "products"},
    {
        "rows": [{"Name": "#1", "Lineitem name": "t", "Lineitem price": "1", "Lineitem quantity": "1"}],
        "export": "orders",
    },
]


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A payload of which one place, at any depth, holds something else."""
    payload = draw(st.sampled_from(SHAPES))

    def spoil(value: Any) -> Any:
        if isinstance(value, dict) and value:
            name = draw(st.sampled_from(sorted(value)))
            return value | {name: spoil(value[name])}
        if isinstance(value, list) and value:
            return [spoil(value[0]), *value[1:]]
        return draw(JSON)

    return spoil(payload)


def answers(sent: Any, source: Any) -> None:
    said: Any
    try:
        said = Reader().understand(sent, source, NOW, "id-1")
    except Refused as no:
        said = no.field and no.detail
    assert said


@settings(max_examples=400, deadline=None)
@given(TOPICS, JSON | spoiled(), st.none() | JSON)
def test_webhooks_become_events_or_a_reason(topic: str, payload: Any, triggered_at: Any) -> None:
    """No payload is a crash: neither in the dialect nor in what reads its events."""
    answers(message(topic, payload, triggered_at=triggered_at), SOURCE)


@settings(max_examples=300, deadline=None)
@given(JSON | spoiled())
def test_rows_become_events_or_a_reason(sent: Any) -> None:
    """No row is a crash, nor is what is no row."""
    answers(sent, FILES)
    answers({"export": "products", "rows": sent, "exported_at": "2026-01-01"}, FILES)


@given(st.dictionaries(st.sampled_from(["topic", "payload", "webhook_id", "triggered_at", "rows", "export"]), JSON))
def test_the_dialects_raise_nothing_else(sent: dict[str, Any]) -> None:
    """By themselves, too, for any object."""
    for dialect in (translate, exports.translate):
        with suppress(Refused):
            assert dialect(sent)


CENTS = st.integers(0, 50_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def sold(draw: st.DrawFn) -> dict[str, Any]:
    """An order as Shopify adds it up: discounts allocated to lines and shipping, tax within or on top."""
    lines, total, discounts = [], Decimal(0), Decimal(0)
    for number in range(1, draw(st.integers(1, 4)) + 1):
        price, count = draw(CENTS), draw(st.integers(1, 3))
        off = min(draw(st.just(Decimal(0)) | CENTS), price * count)
        lines.append(line(number, str(price), count, off=[str(off)] if off else []))
        total, discounts = total + price * count - off, discounts + off
    cost = draw(CENTS)
    less = draw(st.sampled_from([Decimal(0), cost]))
    included, tax, duties = draw(st.booleans()), draw(CENTS), draw(st.just(Decimal(0)) | CENTS)
    tip = draw(st.just(Decimal(0)) | CENTS)
    total += cost - less + duties + tip + (0 if included else tax)
    return order(
        lines,
        str(total),
        total_discounts=str(discounts + less),
        shipping_lines=[shipping(str(cost), str(less) if less else "0.00")],
        taxes_included=included,
        total_tax=str(tax),
        original_total_duties_set={"shop_money": {"amount": str(duties), "currency_code": "EUR"}} if duties else None,
        total_tip_received=str(tip),
    )


@pytest.mark.parametrize("topic", ["orders/create", "orders/updated"])
@settings(max_examples=150, deadline=None)
@given(payload=sold())
def test_every_order_of_shopify_adds_up(topic: str, payload: dict[str, Any]) -> None:
    """The parts of the bill are its total, whatever the mixture of discounts, shipping, tax, duties and tips."""
    bill = bill_of(understood(topic, payload)[0].canonical.fields)
    assert bill.unexplained_minor() == 0
