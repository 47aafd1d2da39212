"""Shopify's orders, refunds and returns: what the money was, what came back, and what is not said."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from application.intake.reading import Reader
from application.intake.transactions import bill_of
from domain.returns.reasons import signal_of
from domain.returns.signal import fit
from domain.taxonomy.dialects.shopify.topics import READ, UNREAD
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Declaration
from domain.values import Bill, LineItem, Money
from tests.support.shopify import (
    NOW,
    SOURCE,
    line,
    message,
    money,
    order,
    refund,
    return_requested,
    returned,
    shipping,
    understood,
)


def names(topic: str, payload: Any, **changes: Any) -> list[str]:
    return [one.canonical.name for one in understood(topic, payload, **changes)]


def fields(topic: str, payload: Any, place: int = 0) -> Mapping[str, Any]:
    return understood(topic, payload)[place].canonical.fields


def refused(topic: str, payload: Any, **changes: Any) -> tuple[Reason, str]:
    with pytest.raises(Refused) as found:
        understood(topic, payload, **changes)
    return found.value.reason, found.value.field


BILLS = {
    "plain": order([line(1, "100.00"), line(2, "19.99", 3)], "159.97"),
    "tax on top": order([line(1, "100.00")], "119.00", taxes_included=False, total_tax="19.00"),
    "tax included": order([line(1, "119.00")], "119.00", total_tax="19.00"),
    "a code over two lines": order(
        [line(1, "100.00", off=["10.00"]), line(2, "50.00", off=["5.00"])], "135.00", total_discounts="15.00"
    ),
    "two discounts on a line": order([line(1, "100.00", 2, off=["10.00", "3.33"])], "186.67", total_discounts="13.33"),
    "a discount that stands nowhere": order(
        [line(1, "199.00"), line(2, "199.00")], "388.00", total_discounts="20.00", shipping_lines=[shipping("10.00")]
    ),
    "the older field of a line": order(
        [line(1, "100.00", total_discount="7.00") | {"discount_allocations": None}], "93.00", total_discounts="7.00"
    ),
    "shipping": order([line(1, "100.00")], "104.99", shipping_lines=[shipping("4.99")]),
    "free shipping by a code": order(
        [line(1, "100.00")], "100.00", shipping_lines=[shipping("4.99", "4.99")], total_discounts="4.99"
    ),
    "shipping by its set alone": order(
        [line(1, "100.00")], "104.99", shipping_lines=None, total_shipping_price_set=money("4.99")
    ),
    "shipping that was removed": order(
        [line(1, "100.00")], "100.00", shipping_lines=[shipping("5.00") | {"is_removed": True}]
    ),
    "duties and fees": order(
        [line(1, "100.00")],
        "133.50",
        taxes_included=False,
        total_tax="20.00",
        original_total_duties_set=money("12.00"),
        original_total_additional_fees_set=money("1.50"),
    ),
    "a tip as a line": order(
        [line(1, "100.00"), line(2, "5.00", title="Tip", variant_id=None, product_id=None, sku=None)],
        "105.00",
        total_tip_received="5.00",
    ),
    "a tip in the total alone": order([line(1, "100.00")], "105.00", total_tip_received="5.00"),
    "a gift card": order([line(1, "50.00", gift_card=True)], "50.00"),
    "nothing to pay": order([line(1, "50.00", off=["50.00"])], "0.00", total_discounts="50.00"),
    "a line that was taken out again": order([line(1, "50.00"), line(2, "10.00", 0)], "50.00"),
}


@pytest.mark.parametrize("what", BILLS)
@pytest.mark.parametrize("topic", ["orders/create", "orders/paid", "orders/updated"])
def test_every_bill_adds_up(topic: str, what: str) -> None:
    """Lines less their discounts, less the order's, with shipping and what the prices do not include, are the total."""
    bill = bill_of(fields(topic, BILLS[what]))
    assert bill.unexplained_minor() == 0
    assert bill.total == Money.parse(BILLS[what]["total_price"], "EUR")


def test_amounts_are_shop_money() -> None:
    """What the shopper saw in another currency is in no amount."""
    bill = bill_of(fields("orders/create", order([line(1, "100.00", off=["1.00"])], "99.00", total_discounts="1.00")))
    assert bill == Bill(
        items=(
            LineItem(
                line_id="9001",
                variant_id="801",
                product_id="701",
                quantity=1,
                unit_price=Money(10_000, "EUR"),
                line_discount=Money(100, "EUR"),
                tax_included=True,
                brand_id="Brand",
            ),
        ),
        total=Money(9_900, "EUR"),
        order_discount=Money(0, "EUR"),
        shipping=Money(0, "EUR"),
        tax=Money(0, "EUR"),
    )


def test_an_order_says_who_when_and_where() -> None:
    """Identifiers, business time and circumstances come from the order; no address of the internet does."""
    placed = understood("orders/create", order([line(1, "1.00")], "1.00"))[0].canonical
    assert placed.identifiers == (("account", "207119551"), ("email", "bob@example.com"), ("phone", "+49 151 0000000"))
    assert placed.occurred_at.isoformat() == "2026-11-24T11:50:00+00:00"
    assert placed.fields["payment_kind"] == "shopify_payments"
    kept = placed.envelope.context
    assert (kept["locale"], kept["viewport_class"]) == ("de-DE", "xl")
    assert kept["referral"] == {
        "channel_group": "email",
        "referrer_domain": "www.google.com",
        "utm_source": "news",
        "utm_medium": "email",
    }


def test_the_till_is_a_place() -> None:
    """A sale of Shopify's point of sale happened in a store."""
    sold = order([line(1, "1.00")], "1.00", source_name="pos", location_id=487838322, device_id=7)
    envelope = understood("orders/create", sold)[0].canonical.envelope
    assert (envelope.channel, envelope.store_id, envelope.till_id) == ("in_store", "487838322", "7")
    web = understood("orders/create", order([line(1, "1.00")], "1.00", location_id=487838322))[0].canonical.envelope
    assert (web.channel, web.store_id) == ("web", None)


def test_a_line_without_a_variant_is_called_after_what_is_left() -> None:
    """Custom items and deleted variants stay in the bill under their SKU, their product or their line."""
    lines = [
        line(1, "1.00", variant_id=None),
        line(2, "1.00", variant_id=None, sku=""),
        line(3, "1.00", variant_id=None, sku=None, product_id=None),
        line(4, "1.00", gift_card=True),
    ]
    items = fields("orders/create", order(lines, "4.00"))["items"]
    assert [one["variant_id"] for one in items] == ["COAT-1-M", "702", "line-9003", "804"]
    assert [one.get("category_id") for one in items] == [None, None, None, "gift_card"]


def test_an_order_is_placed_when_it_was_processed() -> None:
    """An order imported into Shopify keeps its own day."""
    old = order([line(1, "1.00")], "1.00", processed_at="2024-02-01T10:00:00+01:00")
    assert understood("orders/create", old)[0].canonical.occurred_at.isoformat() == "2024-02-01T09:00:00+00:00"


def test_a_test_order_is_no_sale() -> None:
    """What was tried out is refused with its reason, unless the source is declared for tests."""
    tried = order([line(1, "1.00")], "1.00", test=True)
    for topic in ("orders/create", "orders/paid", "orders/updated", "orders/cancelled", "orders/fulfilled"):
        assert refused(topic, tried) == (Reason.ENUM_UNKNOWN, "payload.test")
    development = Declaration(name="shopify", authority="server", legal_basis="contract", dialect="shopify_test")
    assert names("orders/create", tried, source=development) == ["order_placed"]


def test_a_cancelled_order_says_so_under_either_topic() -> None:
    """An update carries the cancellation too, for a shop that sends updates only; both are one by their time."""
    cancelled = order([line(1, "1.00")], "1.00", cancelled_at="2026-11-24T06:54:00-05:00", cancel_reason="customer")
    assert names("orders/updated", cancelled) == ["order_amended", "order_cancelled"]
    both = [understood("orders/cancelled", cancelled)[0], understood("orders/updated", cancelled)[1]]
    assert both[0].canonical.fields == both[1].canonical.fields == {"order_id": "450789469", "reason": "customer"}
    assert both[0].canonical.occurred_at == both[1].canonical.occurred_at
    assert both[0].canonical.occurred_at.isoformat() == "2026-11-24T11:54:00+00:00"


def test_quantities_are_those_before_returns() -> None:
    """What came back is told by returns, and is not taken off the bill a second time."""
    after = order([line(1, "50.00", 3, current_quantity=1)], "150.00", current_total_price="50.00")
    bill = bill_of(fields("orders/updated", after))
    assert (bill.items[0].quantity, bill.total) == (3, Money(15_000, "EUR"))


SHIPMENT = {
    "id": 255858046,
    "order_id": 450789469,
    "status": "success",
    "created_at": "2026-11-20T10:00:00-05:00",
    "updated_at": "2026-11-23T10:00:00-05:00",
    "tracking_company": "DHL",
    "shipment_status": None,
}


def test_a_shipment_goes_out_and_comes() -> None:
    """A fulfilment that succeeded went out when it was made; it came when the carrier says so."""
    assert names("fulfillments/create", SHIPMENT) == ["shipment_dispatched"]
    came = SHIPMENT | {"shipment_status": "delivered"}
    out, there = (one.canonical for one in understood("fulfillments/update", came))
    assert out.fields == {"shipment_id": "255858046", "order_id": "450789469", "carrier": "DHL"}
    assert out.occurred_at.isoformat() == "2026-11-20T15:00:00+00:00"
    assert (there.name, there.fields) == (
        "shipment_delivered",
        {"shipment_id": "255858046", "order_id": "450789469"},
    )
    assert there.occurred_at.isoformat() == "2026-11-23T15:00:00+00:00"
    for status in ("pending", "open", "cancelled", "error", "failure"):
        assert refused("fulfillments/update", SHIPMENT | {"status": status}) == (Reason.ENUM_UNKNOWN, "payload.status")


def test_an_order_tells_its_shipments() -> None:
    """`orders/fulfilled` tells the same dispatch as `fulfillments/create`, so both together are one."""
    whole = order([line(1, "1.00")], "1.00", fulfillments=[SHIPMENT, SHIPMENT | {"id": 2, "status": "cancelled"}])
    told = [one.canonical for one in understood("orders/fulfilled", whole)]
    apart = [one.canonical for one in understood("fulfillments/create", SHIPMENT)]
    assert [(one.name, one.fields, one.occurred_at) for one in told] == [
        (one.name, one.fields, one.occurred_at) for one in apart
    ]
    assert refused("orders/fulfilled", order([line(1, "1.00")], "1.00"))[1] == "payload.fulfillments"


def test_the_carrier_reports_the_delivery() -> None:
    """A station on the way is no fact; the delivery is, with what was promised."""
    report = {
        "id": 1,
        "fulfillment_id": 255858046,
        "order_id": 450789469,
        "status": "delivered",
        "happened_at": "2026-11-22T09:00:00Z",
        "estimated_delivery_at": "2026-11-21T09:00:00Z",
    }
    there = understood("fulfillment_events/create", report)[0].canonical
    assert there.name == "shipment_delivered"
    assert there.fields["promised_at"] < there.occurred_at
    assert refused("fulfillment_events/create", report | {"status": "in_transit"})[0] is Reason.ENUM_UNKNOWN


def test_a_refund_without_a_return_of_its_own_tells_what_was_restocked() -> None:
    """Lines restocked as a return came back, for no reason that anybody gave; the refund belongs to them."""
    back, paid = (one.canonical for one in understood("refunds/create", refund()))
    assert (back.name, paid.name) == ("return_requested", "refund_issued")
    assert back.fields["items"] == ({"line_id": "9001", "variant_id": "801", "product_id": "701", "quantity": 1},)
    assert paid.fields["return_id"] == back.fields["return_id"] == "refund-509562969"
    assert paid.fields["amount"] == Money(10_000, "EUR")


@pytest.mark.parametrize("how", ["cancel", "no_restock", "legacy_restock", None])
def test_a_refund_is_not_a_return(how: str | None) -> None:
    """Money goes back for pieces that never left, or that the shopper keeps: no return is made up."""
    item = refund()["refund_line_items"][0] | {"restock_type": how}
    paid = [one.canonical for one in understood("refunds/create", refund(refund_line_items=[item]))]
    assert [one.name for one in paid] == ["refund_issued"]
    assert "return_id" not in paid[0].fields


def test_a_refund_that_settles_a_return_keeps_its_reasons() -> None:
    """The return was told with reasons; the refund names it and does not tell it again without them."""
    settles = refund(**{"return": {"id": 3547267221, "admin_graphql_api_id": "gid://shopify/Return/3547267221"}})
    paid = [one.canonical for one in understood("refunds/create", settles)]
    assert [(one.name, one.fields["return_id"]) for one in paid] == [("refund_issued", "3547267221")]


def test_only_money_that_went_back_counts() -> None:
    """A payment that failed, waits or is of another kind paid nothing back; several of one currency are one refund."""
    one = refund()["transactions"][0]
    sent = [
        one | {"amount": "60.00"},
        one | {"amount": "40.00", "gateway": "gift_card"},
        one | {"status": "failure"},
        one | {"status": "pending"},
        one | {"kind": "void"},
    ]
    assert fields("refunds/create", refund(transactions=sent, refund_line_items=[]))["amount"] == Money(10_000, "EUR")
    shop = one | {"amount": "110.00", "currency": "USD", "amount_set": money("100.00")}
    assert fields("refunds/create", refund(transactions=[shop], refund_line_items=[]))["amount"] == Money(10_000, "EUR")
    mixed = understood("refunds/create", refund(transactions=[one, one | {"currency": "USD"}], refund_line_items=[]))
    assert [part.canonical.fields["refund_id"] for part in mixed] == ["509562969", "509562969-USD"]
    nothing = refund(transactions=[], refund_line_items=[])
    assert refused("refunds/create", nothing) == (Reason.MISSING_REQUIRED, "payload.transactions")


@pytest.mark.parametrize("topic", ["returns/request", "returns/approve"])
def test_a_return_tells_the_line_and_the_reason(topic: str) -> None:
    """Requested by the shopper or made by the shop: its lines are those of the order, its reasons Shopify's codes.

    What the customer noted comes with it, to be read and not to be kept.
    """
    back = fields(topic, return_requested())
    assert (back["return_id"], back["order_id"]) == ("3547267221", "450789469")
    coded = {"line_id": "9001", "quantity": 1, "reason_code": "size_too_small", "reason_system": "shopify"}
    assert back["items"] == (coded | {"comment": "call me on [removed]"},)
    assert signal_of(back["items"][0]["reason_code"]) == (fit("too_small"),)


def test_a_reason_of_the_open_taxonomy_comes_before_the_coarse_one() -> None:
    """Since 2026-01 a handle says more than the ten words that it replaces."""
    defined = {"id": 1, "handle": "sleeves-too-long", "name": "Sleeves too long"}
    back = return_requested(return_line_items=[returned(9001, return_reason_definition=defined)])
    assert signal_of(fields("returns/request", back)["items"][0]["reason_code"]) == (
        fit("too_large", "sleeve", "length"),
    )


def test_a_line_in_two_parcels_comes_back_as_one() -> None:
    """An order knows a line once, so its claims are added up."""
    back = return_requested(return_line_items=[returned(9001, 2), returned(9002), returned(9001, 1)])
    assert [(one["line_id"], one["quantity"]) for one in fields("returns/request", back)["items"]] == [
        ("9001", 3),
        ("9002", 1),
    ]


def test_what_shoppers_wrote_stays_outside() -> None:
    """Notes hold names and numbers; none of their text is in a canonical event."""
    told = [*understood("returns/request", return_requested()), *understood("refunds/create", refund())]
    assert "0151" not in str([one.canonical.fields for one in told])
    assert "bob@" not in str([one.canonical.fields for one in told])


@pytest.mark.parametrize("topic", sorted(UNREAD))
def test_what_cannot_be_read_says_why(topic: str) -> None:
    """Each topic that becomes nothing has its reason, whatever it carries."""
    with pytest.raises(Refused) as found:
        understood(topic, {"id": 1, "order_id": 2})
    assert (found.value.field, found.value.reason) == ("topic", UNREAD[topic][0])
    assert len(found.value.detail) > 10


def test_no_topic_is_in_both_tables() -> None:
    """A topic is read, or there is a reason why not."""
    assert set(READ) & set(UNREAD) == set()


def test_the_rest_is_told_by_its_own_name() -> None:
    """A topic that nobody foresaw is refused as a name, so a tenant can give it a meaning."""
    assert refused("metaobjects/create", {"id": 1}) == (Reason.UNKNOWN_EVENT_NAME, "event")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"topic": None}, (Reason.MISSING_REQUIRED, "topic")),
        ({"topic": 7}, (Reason.MISSING_REQUIRED, "topic")),
        ({"payload": [1]}, (Reason.TYPE_INVALID, "payload")),
        ({"payload": None}, (Reason.TYPE_INVALID, "payload")),
        ({"webhook_id": "a@b.example"}, (Reason.PII_DETECTED, "event_id")),
    ],
)
def test_a_broken_envelope_is_refused_by_field(changes: dict[str, Any], expected: tuple[Reason, str]) -> None:
    """What the door stored without its parts is named."""
    sent = message("orders/create", order([line(1, "1.00")], "1.00")) | changes
    with pytest.raises(Refused) as found:
        Reader().understand(sent, SOURCE, NOW, "id-1")
    assert (found.value.reason, found.value.field) == expected


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (order([line(1, "abc")], "1.00"), "payload.line_items[0].price"),
        (order([line(1, "1.00", discount_allocations=7)], "1.00"), "payload.line_items[0].discount_allocations"),
        (order([line(1, "1.00", variant_id={})], "1.00"), "payload.line_items[0].variant_id"),
        (order([line(1, "1.00")], "1.00", line_items={}), "payload.line_items"),
        (order([line(1, "1.00")], "1.00", customer=[]), "payload.customer"),
        (order([line(1, "1.00", quantity=-1)], "1.00"), "items[0].quantity"),
        (order([line(1, "1.00")], "1.00", id=None, admin_graphql_api_id=None), "order_id"),
        (order([line(1, "1.00")], "1.00", currency="XXX"), "currency"),
        (order([], "1.00"), "items"),
    ],
)
def test_a_bad_value_is_refused_by_its_place(payload: dict[str, Any], field: str) -> None:
    """No guess, no crash, and no value in the reason."""
    with pytest.raises(Refused) as found:
        understood("orders/create", payload)
    assert found.value.field == field
    assert "abc" not in str(found.value)


def test_digits_are_kept() -> None:
    """Yen have no minor unit, dinars have three; a price is never a binary fraction."""
    yen = order([line(1, "1980", price_set=None)], "1980", total_price_set=None, currency="JPY")
    assert bill_of(fields("orders/create", yen)).total == Money(1980, "JPY")
    dinar = order([line(1, "1.234", price_set=None)], "1.234", total_price_set=None, currency="KWD")
    assert bill_of(fields("orders/create", dinar)).total == Money(1234, "KWD")
    exact = order([line(1, "0.10", 3, price_set=None) | {"price": Decimal("0.10")}], "0.30")
    assert bill_of(fields("orders/create", exact)).unexplained_minor() == 0


def test_a_return_and_the_generic_form_say_the_same() -> None:
    """Two spellings of one action give equal canonical payloads."""
    plain = Declaration(name="oms", authority="server", legal_basis="contract")
    generic = {
        "event": "return_requested",
        "properties": {
            "return_id": "3547267221",
            "order_id": "450789469",
            "items": [
                {"line_id": "9001", "quantity": 1, "reason": "size_too_small", "reason_system": "shopify"}
                | {"comment": "call me on 0151 23456789"}
            ],
        },
    }
    other = Reader().understand(generic, plain, NOW, "id-2")[0].canonical
    ours = understood("returns/request", return_requested(), source=SOURCE)[0].canonical
    assert (ours.name, ours.fields) == (other.name, other.fields)
