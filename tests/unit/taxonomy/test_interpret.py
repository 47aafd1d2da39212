"""Reading the wire form: clean values out, or a refusal that names the field."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.taxonomy.aliases import SERVER_ONLY
from domain.taxonomy.interpret import Canonical
from domain.taxonomy.interpret import interpret as interpret_with
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.schemas import SCHEMAS, example
from domain.taxonomy.source import Declaration
from domain.taxonomy.vocabulary import Vocabulary

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LIVE = Declaration(name="web")
HISTORY = Declaration(name="history", clock="backfill", delay_s=3600)
ORDERS = Declaration(name="oms", authority="server")


def interpret(sent: Any, source: Declaration, received_at: datetime) -> Canonical:
    return interpret_with(sent, source, received_at, Vocabulary())


def view(**changes: Any) -> dict[str, Any]:
    event: dict[str, Any] = {
        "event": "product_viewed",
        "event_id": "e-1",
        "anonymous_id": "cookie-CRUNCHY-ARMCHAIR",
        "properties": {"product_id": "p-1"},
    }
    return event | changes


def reason_of(sent: Any, source: Declaration = LIVE) -> tuple[Reason, str]:
    with pytest.raises(Refused) as refused:
        interpret(sent, source, NOW)
    return refused.value.reason, refused.value.field


def test_a_product_view_is_read() -> None:
    """The smallest good event gives its name, its subject and its field."""
    canonical = interpret(view(), LIVE, NOW)
    assert (canonical.name, canonical.identifiers) == ("product_viewed", (("anonymous", "cookie-CRUNCHY-ARMCHAIR"),))
    assert canonical.fields == {"product_id": "p-1"}
    assert canonical.occurred_at == canonical.known_at == NOW


def test_two_spellings_give_equal_payloads() -> None:
    """`cart_add` with vendor field names reads the same as `product_added_to_cart` with ours."""
    sent: dict[str, Any] = {"product_id": "p", "currency": "EUR", "unit_price": "9.90"}
    ours = interpret(view(event="product_added_to_cart", properties=sent), LIVE, NOW)
    sent = {"itemId": "p", "currency": "eur", "price": Decimal("9.90")}
    theirs = interpret(view(event="cart_add", properties=sent), LIVE, NOW)
    assert ours.fields == theirs.fields
    assert ours.name == theirs.name


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_canonical_event_has_an_example_that_is_taken(name: str) -> None:
    """The smallest payload of each schema is accepted from a source that may send it."""
    source = ORDERS if name in SERVER_ONLY else LIVE
    interpret({"event": name, "anonymous_id": "a", "properties": dict(example(name))}, source, NOW)


@pytest.mark.parametrize("name", sorted(name for name in SCHEMAS if example(name)))
def test_a_missing_required_field_is_named(name: str) -> None:
    """Leaving out any required field is refused under that field's name."""
    source = ORDERS if name in SERVER_ONLY else LIVE
    for field in example(name):
        properties = {key: value for key, value in example(name).items() if key != field}
        assert reason_of({"event": name, "anonymous_id": "a", "properties": properties}, source) == (
            Reason.MISSING_REQUIRED,
            field,
        )


@pytest.mark.parametrize(
    ("properties", "reason", "field"),
    [
        ({"product_id": "p", "unit_price": -1}, Reason.VALUE_OUT_OF_RANGE, "unit_price"),
        ({"product_id": "p", "unit_price": "nan"}, Reason.NUMBER_INVALID, "unit_price"),
        ({"product_id": "p", "unit_price": "9" * 40}, Reason.NUMBER_INVALID, "unit_price"),
        ({"product_id": "p", "unit_price": "1e400000"}, Reason.NUMBER_INVALID, "unit_price"),
        ({"product_id": "p", "unit_price": [1]}, Reason.TYPE_INVALID, "unit_price"),
        ({"product_id": "p", "unit_price": 1}, Reason.MISSING_REQUIRED, "currency"),
        ({"product_id": "p", "unit_price": 1, "currency": "XXQ"}, Reason.CURRENCY_UNKNOWN, "currency"),
        ({"product_id": "p", "unit_price": "1.999", "currency": "EUR"}, Reason.MONEY_PRECISION, "unit_price"),
        ({"product_id": {"a": 1}}, Reason.TYPE_INVALID, "product_id"),
        ({"product_id": "p\x00"}, Reason.TEXT_INVALID, "product_id"),
        ({"product_id": "p\ud800"}, Reason.TEXT_INVALID, "product_id"),
        ({"product_id": "p" * 129}, Reason.VALUE_OUT_OF_RANGE, "product_id"),
        ({"product_id": "  "}, Reason.MISSING_REQUIRED, "product_id"),
    ],
)
def test_a_bad_value_is_refused_by_its_field(properties: dict[str, Any], reason: Reason, field: str) -> None:
    """Wrong types, sizes, signs and characters name the field and the reason."""
    assert reason_of(view(properties=properties)) == (reason, field)


@pytest.mark.parametrize("sent", [None, [], 1, "text", True])
def test_an_event_is_an_object(sent: Any) -> None:
    """Anything but a JSON object is refused."""
    assert reason_of(sent)[0] is Reason.TYPE_INVALID


def test_a_live_source_is_held_to_the_present() -> None:
    """The future and the far past are refused from a live source; a little skew is corrected."""
    assert reason_of(view(timestamp=(NOW + timedelta(minutes=6)).isoformat()))[0] is Reason.TIMESTAMP_FUTURE
    assert reason_of(view(timestamp=(NOW - timedelta(days=31)).isoformat()))[0] is Reason.TIMESTAMP_TOO_OLD
    skewed = view(
        timestamp=(NOW + timedelta(hours=1, minutes=-2)).isoformat(), sent_at=(NOW + timedelta(hours=1)).isoformat()
    )
    assert interpret(skewed, LIVE, NOW).occurred_at == NOW - timedelta(minutes=2)


def test_a_clock_wrong_by_more_than_a_day_is_not_trusted() -> None:
    """Then the event is dated by our own clock and says so."""
    sent = view(timestamp="2031-01-01T00:00:00Z", sent_at="2031-01-01T00:00:01Z")
    canonical = interpret(sent, LIVE, NOW)
    assert (canonical.occurred_at, canonical.envelope.marks) == (NOW, ("clock_untrusted",))


def test_history_keeps_its_own_time() -> None:
    """A backfill event is known its source's delay after it happened, not when it was imported."""
    canonical = interpret(view(timestamp="2016-01-01T00:00:00+01:00"), HISTORY, NOW)
    assert canonical.occurred_at == datetime(2015, 12, 31, 23, tzinfo=UTC)
    assert canonical.known_at - canonical.occurred_at == timedelta(hours=1)
    assert reason_of(view(), HISTORY) == (Reason.MISSING_REQUIRED, "timestamp")


def test_somebody_must_have_done_it() -> None:
    """Behaviour without any identifier is refused; an order of the order system is not."""
    assert reason_of({"event": "page_viewed"}) == (Reason.MISSING_REQUIRED, "anonymous_id")
    assert interpret({"event": "order_cancelled", "properties": {"order_id": "o"}}, ORDERS, NOW).identifiers == ()


def test_the_envelope_says_how_it_was_read() -> None:
    """Source, spelling, versions, times as sent and skew travel with the event."""
    sent = view(
        event="Viewed Product", timestamp="2026-11-23T11:59:00Z", sent_at="2026-11-23T12:00:02Z", session_id="s"
    )
    envelope = interpret(sent | {"store_id": "paris", "till_id": 4}, LIVE, NOW).envelope
    assert (envelope.source, envelope.source_event_name, envelope.channel) == ("web", "Viewed Product", "web")
    assert (envelope.taxonomy_version, envelope.schema_version) == (Vocabulary().version, "1.0")
    assert (envelope.clock_skew_ms, envelope.session_hint, envelope.store_id, envelope.till_id) == (
        2000,
        "s",
        "paris",
        "4",
    )
    assert envelope.client_occurred_at == datetime(2026, 11, 23, 11, 59, tzinfo=UTC)
    assert envelope.received_at == NOW


def test_another_major_version_is_not_guessed_at() -> None:
    """A minor version is read, a major one waits for its upcaster."""
    interpret(view(schema_version="1.7"), LIVE, NOW)
    assert reason_of(view(schema_version="2.0")) == (Reason.SCHEMA_VERSION_UNSUPPORTED, "schema_version")


def test_behaviour_needs_what_its_source_declared() -> None:
    """Where the basis is consent a yes is needed; a no always wins; orders and decisions about data are taken."""
    asks = Declaration(name="web", legal_basis="consent")
    denied = {"analytics": "denied"}
    assert reason_of(view(), asks) == (Reason.CONSENT_REQUIRED, "consent.analytics")
    assert reason_of(view(consent=denied), LIVE) == (Reason.CONSENT_REQUIRED, "consent.analytics")
    assert interpret(view(consent={"analytics": True}), asks, NOW).envelope.consent == {"analytics": "granted"}
    interpret({"event": "consent_changed", "anonymous_id": "a", "properties": denied, "consent": denied}, asks, NOW)
    interpret({"event": "order_cancelled", "properties": {"order_id": "o"}, "consent": denied}, ORDERS, NOW)
    assert reason_of(view(consent={"geo": "perhaps"})) == (Reason.ENUM_UNKNOWN, "consent.geo")


def test_a_place_is_coarse_and_needs_a_yes() -> None:
    """With a grant a cell of four characters and the country are kept, without one nothing."""
    context = {"geo": {"latitude": 48.8566, "longitude": 2.3522, "country": "fr", "city": "Paris"}}
    granted = interpret(view(context=context, consent={"geo": "granted"}), LIVE, NOW).envelope
    assert granted.context["geo"] == {"country": "FR", "geohash": "u09t"}
    for consent in ({}, {"geo": "denied"}, {"geo": "unknown"}):
        envelope = interpret(view(context=context, consent=consent), LIVE, NOW).envelope
        assert ("geo" in envelope.context, envelope.marks) == (False, ("geo_stripped",))


def test_circumstances_are_coarse_and_never_refuse_an_event() -> None:
    """What can be read of a context is kept in few values; what cannot is left out."""
    context: dict[str, Any] = {
        "os": "iPadOS",
        "viewport_width": 800,
        "locale": "de-CH",
        "market": "au",
        "timezone": "Australia/Sydney",
        "referrer": "https://www.google.de/search?q=secret",
        "campaign": {"medium": "cpc", "source": "g", "term": "a@b.example"},
        "app_version": "1.2",
        "experiment_arms": ["ranker:b", 5],
    }
    kept = interpret(view(context=context), LIVE, NOW).envelope.context
    assert kept == {
        "os_family": "ios",
        "viewport_class": "md",
        "locale": "de-CH",
        "market": "AU",
        "app_version": "1.2",
        "experiment_arms": ["ranker:b"],
        "referral": {
            "channel_group": "paid_search",
            "referrer_domain": "www.google.de",
            "utm_source": "g",
            "utm_medium": "cpc",
        },
        "local_hour": 23,
        "local_dow": 0,
        "season": "spring",
    }


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_PARTS = ("os", "viewport_width", "viewport_class", "locale", "market", "timezone", "referrer", "campaign", "geo")
_MORE = ("app_version", "experiment_arms", "user_agent", "webdriver", "page_url", "page_host")


@given(
    st.dictionaries(st.sampled_from([*_PARTS, *_MORE]), _JSON),
    st.dictionaries(st.sampled_from(["geo", "analytics", "ads", "policy_version"]), _JSON),
    st.dictionaries(st.sampled_from(["content_type", "delta", "step", "items", "option", "product_id"]), _JSON),
    st.sampled_from(["product_viewed", "select_content", "update_cart", "checkout", "view_search_results", "scroll"]),
)
def test_no_circumstance_is_a_crash(context: Any, consent: Any, properties: Any, name: str) -> None:
    """Whatever stands where a context, a consent or a discriminator should: an event, or a refusal with its reason."""
    sent = view(event=name, context=context, consent=consent, properties=properties)
    said: Canonical | Refused
    try:
        said = interpret(sent, LIVE, NOW)
    except Refused as refused:
        said = refused
    assert isinstance(said, Canonical) or said.field


def test_a_circumstance_alone_never_refuses_an_event() -> None:
    """What cannot be read of a context is left out."""
    odd: dict[str, Any] = {name: {"a": [1]} for name in [*_PARTS, *_MORE]}
    assert interpret(view(context=odd), LIVE, NOW).envelope.context == {}


def test_fields_without_a_name_are_noticed() -> None:
    """They stay in the raw event; whoever watches the taxonomy hears of them."""
    canonical = interpret(view(properties={"product_id": "p", "sparkle": 1}), LIVE, NOW)
    assert canonical.unknown == ("sparkle",)
