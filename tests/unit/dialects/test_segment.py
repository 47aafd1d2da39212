"""Segment's calls, read into the generic wire form and from there into canonical events."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.intake.reading import Reader, Understood
from domain.taxonomy.dialects import segment
from domain.taxonomy.refusal import Refused
from domain.taxonomy.source import Authority, Declaration
from tests.vendors.coverage import NOW
from tests.vendors.segment_coverage import message


def read(sent: dict[str, Any], authority: Authority = "client") -> Understood:
    source = Declaration(name="segment", dialect="segment", authority=authority, currency="USD")
    (understood,) = Reader().understand(sent, source, NOW, "m-1")
    return understood


def tracked(name: str, authority: Authority = "client", **properties: Any) -> Any:
    return read(dict(message(name, properties)), authority).canonical


def test_a_call_says_who_when_and_where() -> None:
    """Identifiers, corrected time, channel, consent and a coarse context come out of the vendor's own places."""
    sent = dict(message("Product Viewed", {"product_id": "coat"})) | {
        "userId": "ada",
        "originalTimestamp": "2026-11-24T12:01:00Z",
        "sentAt": "2026-11-24T12:02:00Z",
        "context": {
            "userAgent": "Mozilla/5.0",
            "locale": "de-DE",
            "timezone": "Europe/Berlin",
            "os": {"name": "iOS"},
            "device": {"id": "dev-1", "type": "ios"},
            "app": {"version": "3.2"},
            "traits": {"email": "Ada@Example.com"},
            "page": {"url": "https://shop.example/coat?utm_term=red", "referrer": "https://www.google.com/"},
            "campaign": {"name": "spring", "source": "news", "medium": "email"},
            "consent": {"categoryPreferences": {"Advertising": False, "Analytics": True, "Geolocation": True}},
            "location": {"country": "DE", "latitude": 52.5, "longitude": 13.4},
        },
    }
    canonical = read(sent).canonical
    assert dict(canonical.identifiers) == {
        "account": "ada",
        "email": "ada@example.com",
        "device": "dev-1",
        "anonymous": "cookie-1",
    }
    assert canonical.occurred_at == NOW.replace(minute=0) - (NOW.replace(minute=1) - NOW)
    assert canonical.context.user_agent == "Mozilla/5.0"
    envelope = canonical.envelope
    assert (envelope.channel, envelope.consent) == (
        "app_ios",
        {"ads": "denied", "analytics": "granted", "geo": "granted"},
    )
    assert envelope.context["geo"] == {"country": "DE", "geohash": "u33d"}
    assert envelope.context["referral"]["channel_group"] == "email"
    assert envelope.context["referral"]["utm_campaign"] == "spring"
    assert (envelope.context["device_type"], envelope.context["os_family"]) == ("mobile", "ios")


def test_a_finished_checkout_is_worth_what_was_paid() -> None:
    """`revenue` leaves shipping and tax out; `total` is what counts where both are sent."""
    both = tracked(
        "Order Completed", order_id="o", total=27.5, revenue=25, currency="USD", products=[{"product_id": "p"}]
    )
    assert both.name == "checkout_completed"
    assert both.fields["value"].amount_minor == 2750
    assert tracked("Order Completed", order_id="o", revenue=25, currency="USD").fields["value"].amount_minor == 2500


def test_only_a_server_says_that_an_order_was_placed_or_refunded() -> None:
    """The same call is behaviour from a client and money from a server."""
    line = {"product_id": "p", "sku": "p/m", "price": 10, "quantity": 2}
    placed = tracked("Order Completed", "server", order_id="o", total=20, currency="USD", products=[line])
    assert (placed.name, placed.fields["items"][0]["variant_id"]) == ("order_placed", "p/m")
    assert tracked("Order Refunded", "server", order_id="o", total=20, currency="USD").name == "refund_issued"
    with pytest.raises(Refused):
        tracked("Order Refunded", order_id="o", total=20, currency="USD")


def test_places_count_from_one_as_sent() -> None:
    """Segment's examples start at one; a list without places is in its order."""
    listed = tracked(
        "Product List Viewed", list_id="x", products=[{"product_id": "a", "position": 1}, {"product_id": "b"}]
    )
    assert [item.get("position") for item in listed.fields["items"]] == [1, None]
    fact = read(dict(message("Product List Viewed", {"products": [{"product_id": "a"}, {"product_id": "b"}]}))).fact
    assert [slot.position for slot in fact.items] == [1, 2]  # type: ignore[union-attr]


def test_a_numbered_step_is_what_was_filled_in() -> None:
    """Numbers of steps mean something in one shop only."""
    assert tracked("Checkout Step Completed", step=2, payment_method="Visa").fields["step"] == "payment"
    assert tracked("Checkout Step Completed", step=1, shipping_method="Post").fields["step"] == "shipping"
    with pytest.raises(Refused) as refused:
        tracked("Checkout Step Completed", step=3)
    assert refused.value.field == "step"
    assert tracked("Payment Info Entered", step=1).fields["step"] == "payment"


def test_two_ways_to_say_one_thing_are_one_event() -> None:
    """`Product Added` of Segment and `cart_add` in our own form carry equal payloads."""
    theirs = tracked("Product Added", product_id="coat", sku="coat/m", price="89.90", quantity=1, currency="EUR")
    sent = {"product_id": "coat", "variant_id": "coat/m", "unit_price": "89.90", "quantity": 1, "currency": "EUR"}
    plain = {"event": "cart_add", "event_id": "1", "anonymous_id": "cookie-1", "properties": sent}
    (ours,) = Reader().understand(plain, Declaration(name="web"), NOW, "1")
    assert (theirs.name, theirs.fields) == (ours.canonical.name, ours.canonical.fields)


def test_an_alias_links_what_somebody_was_called_before() -> None:
    """The earlier id stands for the visitor."""
    sent = dict(message("x", {})) | {"type": "alias", "previousId": "old", "userId": "ada", "anonymousId": None}
    assert dict(read(sent).canonical.identifiers) == {"account": "ada", "anonymous": "old"}


@pytest.mark.parametrize("call", [None, 5, "beam", ["track"]])
def test_an_unknown_call_is_refused_by_its_field(call: Any) -> None:
    """Nothing is guessed."""
    with pytest.raises(Refused) as refused:
        segment.translate({"type": call})
    assert refused.value.field == "type"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_fields = ["properties", "context", "traits", "event", "userId", "originalTimestamp", "sentAt", "name", "category"]
_names = [
    "Product List Filtered",
    "Order Completed",
    "Promotion Viewed",
    "Email Link Clicked",
    "Cart Viewed",
    "Nothing",
]
_inside = ["products", "filters", "sorts", "campaign", "step", "page", "device", "os", "consent", "location", "screen"]


@given(
    st.sampled_from(["track", "page", "screen", "identify", "alias", "group"]),
    st.dictionaries(st.sampled_from(_fields), _json),
    st.dictionaries(st.sampled_from(_inside), _json),
    st.sampled_from(_names),
)
def test_any_json_is_events_or_a_reason(call: str, sent: dict[str, Any], inside: dict[str, Any], name: str) -> None:
    """Whatever stands in any place, the dialect raises `Refused` and nothing else."""
    for body in (
        {**sent, "type": call},
        {"event": name, **sent, "type": call, "properties": inside, "context": inside},
    ):
        try:
            found = list(segment.translate(body))
        except Refused as refused:
            found = [{"event": refused.field}]
        assert found
