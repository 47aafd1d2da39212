"""Segment's calls, read into the generic wire form and from there into canonical events."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.intake.reading import Reader, Understood
from domain.taxonomy.dialects import segment
from domain.taxonomy.refusal import Refused
from domain.taxonomy.source import Authority, Clock, Declaration
from tests.vendors.coverage import NOW
from tests.vendors.segment_coverage import message

CLOCKS: tuple[Clock, ...] = ("live", "backfill")


def read(sent: dict[str, Any], authority: Authority = "client") -> Understood:
    source = Declaration(name="segment", dialect="segment", authority=authority, currency="USD")
    (understood,) = Reader().understand(sent, source, NOW, "m-1")
    return understood


def refused(sent: dict[str, Any], authority: Authority = "client") -> str:
    with pytest.raises(Refused) as found:
        read(sent, authority)
    return f"{found.value.reason.value} {found.value.field}"


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


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_a_blank_id_names_nobody(blank: Any) -> None:
    """RudderStack's browser client sends an empty user id for visitors: the visit counts all the same."""
    sent = dict(message("Product Viewed", {"product_id": "coat"})) | {"userId": blank}
    assert dict(read(sent).canonical.identifiers) == {"anonymous": "cookie-1"}
    assert refused(sent | {"anonymousId": blank}) == "missing_required anonymous_id"


def test_an_address_is_read_where_either_vendor_puts_it() -> None:
    """Segment has the traits of an `identify` beside the context, RudderStack in it; those of a group are a group's."""
    sent = dict(message("x", {})) | {"type": "identify", "userId": "ada"}
    traits = {"traits": {"email": "ada@example.com"}}
    for said in (sent | traits, sent | {"context": traits}):
        assert dict(read(said).canonical.identifiers)["email"] == "ada@example.com"
    (grouped,) = segment.translate(sent | traits | {"type": "group"})
    assert "email" not in grouped


def test_the_time_that_the_vendor_corrected_counts_in_its_archives() -> None:
    """A message with `receivedAt` went through the vendor's server: the device's own clock is not asked again."""
    sent = dict(message("Product Viewed", {"product_id": "coat"})) | {
        "originalTimestamp": "2019-01-01T00:00:00Z",
        "sentAt": "2019-01-01T00:00:01Z",
        "receivedAt": "2026-11-24T11:00:01Z",
        "timestamp": "2026-11-24T11:00:00Z",
    }
    for clock in CLOCKS:
        source = Declaration(name="segment", dialect="segment", clock=clock)
        (understood,) = Reader().understand(sent, source, NOW, "m-1")
        assert understood.canonical.occurred_at == NOW.replace(hour=11)


def test_a_numbered_session_is_a_hint() -> None:
    """RudderStack numbers its sessions."""
    sent = dict(message("Product Viewed", {"product_id": "coat"})) | {"context": {"sessionId": 1669716245}}
    assert read(sent).canonical.envelope.session_hint == "1669716245"


def test_a_no_wins_among_the_categories_of_one_purpose() -> None:
    """In whatever order, in Segment's preferences as in RudderStack's lists, under names or OneTrust's ids."""
    view = dict(message("Product Viewed", {"product_id": "coat"}))
    for preferences in ({"Functional": True, "C0003": False}, {"Personalization": False, "Functional": True}):
        sent = view | {"context": {"consent": {"categoryPreferences": preferences}}}
        assert read(sent).canonical.envelope.consent == {"personalisation": "denied"}
    lists = {"allowedConsentIds": ["Analytics", "C0004", 7], "deniedConsentIds": ["marketing", "mystery"]}
    assert read(view | {"context": {"consentManagement": lists}}).canonical.envelope.consent == {
        "analytics": "granted",
        "ads": "denied",
    }
    denied = {"consentManagement": {"deniedConsentIds": ["Analytics"]}}
    assert refused(view | {"context": denied}) == "consent_required consent.analytics"


def test_a_changed_decision_is_a_decision() -> None:
    """Segment's own event for it says what was decided in its context; one that says nothing is refused."""
    sent = dict(message("Segment Consent Preference Updated", {}))
    said = {"context": {"consent": {"categoryPreferences": {"Analytics": False, "Advertising": True}}}}
    changed = read(sent | said).canonical
    assert (changed.name, changed.fields) == ("consent_changed", {"analytics": "denied", "ads": "granted"})
    assert refused(sent) == "missing_required context.consent"


def test_an_order_without_a_total_is_what_was_sold_with_shipping_and_tax() -> None:
    """Money of an order is the sum that was paid, also where only its parts are sent; null is absent."""
    parts: dict[str, Any] = {
        "order_id": "o",
        "total": None,
        "revenue": "25.10",
        "shipping": 3,
        "tax": 2,
        "currency": "USD",
    }
    line = {"product_id": "p", "sku": "p/m", "price": 25, "quantity": None}
    placed = tracked("Order Completed", "server", products=[line], **parts)
    assert placed.fields["total"].amount_minor == 3010
    assert placed.fields["items"][0]["quantity"] == 1
    assert tracked("Order Completed", **parts).fields["value"].amount_minor == 3010
    assert refused(dict(message("Order Completed", parts | {"tax": "much"}))) == "type_invalid tax"


def test_names_of_the_first_version_are_those_of_the_second() -> None:
    """The spec says that they are the same events."""
    first = tracked("Completed Order", order_id="o", revenue=25, currency="USD")
    second = tracked("Order Completed", order_id="o", revenue=25, currency="USD")
    assert (first.name, first.fields) == (second.name, second.fields)
    assert tracked("Added Product", id="p").name == "product_added_to_cart"
    assert tracked("Viewed Product Category", products=[{"product_id": "p"}]).name == "slate_viewed"


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("Application Opened", "app_opened"),
        ("Application Foregrounded", "app_opened"),
        ("Application Backgrounded", "app_backgrounded"),
        ("Push Notification Tapped", "notification_opened"),
        ("Email Link Clicked", "notification_opened"),
    ],
)
def test_what_an_app_tells_of_itself(name: str, becomes: str) -> None:
    """Events of the mobile and e-mail specs that a session knows."""
    found = tracked(name, campaign={"name": "spring", "medium": "push"})
    assert found.name == becomes
    if becomes == "notification_opened":
        assert found.fields == {"campaign_id": "spring", "medium": "push"}


@pytest.mark.parametrize(
    "name",
    [
        *("Application Installed", "Application Updated", "Application Crashed", "Application Uninstalled"),
        *("Install Attributed", "Deep Link Opened", "Push Notification Received", "Push Notification Bounced"),
        *("Email Opened", "Live Chat Conversation Started", "Cart Shared"),
    ],
)
def test_what_means_nothing_to_a_shop_waits_under_its_name(name: str) -> None:
    """Nothing is forced into a meaning: a tenant may alias it."""
    assert refused(dict(message(name, {}))) == "unknown_event_name event"


@pytest.mark.parametrize(
    ("name", "properties", "why"),
    [
        ("Cart Viewed", {"products": ["coat", 5]}, "type_invalid items"),
        ("Product List Viewed", {"products": [{"product_id": "p"}, 5]}, "type_invalid items"),
        ("Product List Filtered", {"filters": ["red"]}, "type_invalid facets"),
        ("Product List Filtered", {"sorts": [{"type": 5}]}, "type_invalid sorts"),
        ("Promotion Viewed", {"promotion_id": "p", "position": {"x": 1}}, "type_invalid slot"),
        ("Product Viewed", {"sku": "coat/m"}, "missing_required product_id"),
        (
            "Product List Viewed",
            {"products": [{"product_id": "p", "position": 0}]},
            "value_out_of_range items[0].position",
        ),
        ("Checkout Step Completed", {"step": "dance"}, "enum_unknown step"),
    ],
)
def test_nothing_is_dropped_in_silence(name: str, properties: dict[str, Any], why: str) -> None:
    """What stands where something else belongs is a reason with its field, not an event without it."""
    assert refused(dict(message(name, properties))) == why


def test_filters_sorts_and_coupons_are_read_in_any_spelling() -> None:
    """The examples write `coupon` where the table says `coupon_id`; names are normalised before they are read."""
    sorts = [{"type": "price", "value": "desc"}, {"type": "new"}]
    found = tracked("Product List Filtered", listId="coats", filters=[{"type": "size", "value": "m"}], sorts=sorts)
    assert found.fields == {
        "surface": "coats",
        "sort": "price:desc,new",
        "facets": ({"facet": "size", "value": "m"},),
    }
    assert tracked("Coupon Denied", coupon="may", reason="late").fields["coupon_id"] == "may"
    assert tracked("Cart Viewed", products=[{"productId": "p", "Quantity": 2}]).fields["items"][0]["quantity"] == 2
    assert "items" not in tracked("Cart Viewed", products=[]).fields


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_fields = [
    "properties",
    "context",
    "traits",
    "timestamp",
    "receivedAt",
    "consent",
    "messageId",
    "event",
    "userId",
    "originalTimestamp",
    "sentAt",
    "name",
    "category",
]
_names = [
    "Segment Consent Preference Updated",
    "Order Refunded",
    "Product List Filtered",
    "Order Completed",
    "Promotion Viewed",
    "Email Link Clicked",
    "Cart Viewed",
    "Nothing",
]
_inside = [
    "products",
    "total",
    "tax",
    "revenue",
    "consentManagement",
    "sessionId",
    "traits",
    "filters",
    "sorts",
    "campaign",
    "step",
    "page",
    "device",
    "os",
    "consent",
    "location",
    "screen",
]


@given(
    st.sampled_from(["track", "page", "screen", "identify", "alias", "group"]),
    st.dictionaries(st.sampled_from(_fields), _json),
    st.dictionaries(st.sampled_from(_inside), _json),
    st.sampled_from(_names),
)
def test_any_json_is_events_or_a_reason(call: str, sent: dict[str, Any], inside: dict[str, Any], name: str) -> None:
    """Whatever stands in any place, the dialect raises `Refused` and nothing else."""
    source = Declaration(name="segment", dialect="segment")
    for body in (
        {**sent, "type": call},
        {"event": name, **sent, "type": call, "properties": inside, "context": inside},
    ):
        try:
            outcome = [one.canonical.name for one in Reader().understand(body, source, NOW, "m-1")]
        except Refused as no:
            outcome = [no.field]
        assert all(outcome)
        assert outcome
