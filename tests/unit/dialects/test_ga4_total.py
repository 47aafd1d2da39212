"""Whatever comes in under GA4's names is read or refused: nothing else happens."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.intake.reading import Reader
from domain.taxonomy.dialects.ga4 import bigquery, measurement
from domain.taxonomy.refusal import Refused
from domain.taxonomy.source import Authority, Declaration
from tests.vendors.coverage import NOW

_NAMES = (
    *("view_item", "view_item_list", "select_item", "add_to_cart", "view_cart", "begin_checkout", "purchase", "refund"),
    *("view_promotion", "search", "view_search_results", "share", "login", "select_content", "page_view", "scroll"),
    *("user_engagement", "video_start", "click", "add", "checkout", "checkout_option", "transaction", "view", "custom"),
)
_KEYS = (
    *("items", "products", "promotions", "impressions", "actionField", "item_id", "price", "discount", "index", "id"),
    *("page_location", "ga_session_id", "session_id", "currency", "value", "transaction_id", "tax", "coupon", "key"),
    *("item_list_id", "promotion_id", "content_type", "engagement_time_msec", "search_term", "position", "slate_id"),
    *("string_value", "int_value", "batch_page_id", "item_params", "step", "revenue", "page_type", "quantity"),
)
_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=12),
    st.sampled_from(
        ["(not set)", "sNaN", "1e999", "-0", "https://[", "//\u2100", "http://a/b?c", "product", "0x1", "1_0"]
    ),
    st.just(10**300),
)
_json = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
_params = st.dictionaries(st.sampled_from(_KEYS), _json, max_size=6)
_top = st.sampled_from(
    [
        *("client_id", "app_instance_id", "user_id", "timestamp_micros", "consent", "device", "user_data"),
        *("firebase_app_id", "user_agent", "non_personalized_ads", "event_timestamp", "user_pseudo_id", "privacy_info"),
        *("items", "ecommerce", "collected_traffic_source", "app_info", "platform", "batch_page_id", "event_name"),
        *("session_traffic_source_last_click", "event_params", "name", "params"),
    ]
)


@st.composite
def _messages(draw: st.DrawFn) -> dict[str, Any]:
    params = draw(_params)
    pairs = [{"key": key, "value": {"string_value": value}} for key, value in params.items()]
    likely = {
        "name": draw(st.sampled_from(_NAMES)),
        "params": params,
        "event_params": pairs,
        "client_id": "c",
        "user_pseudo_id": "c",
    }
    return {**likely, "event_name": likely["name"], **draw(st.dictionaries(_top, _json, max_size=4))}


@pytest.mark.parametrize("dialect", ["ga4", "ga4_bigquery"])
@pytest.mark.parametrize("authority", ["client", "server"])
@given(sent=_messages() | st.dictionaries(st.text(max_size=5), _json, max_size=3))
def test_every_message_is_read_or_refused(dialect: str, authority: Authority, sent: dict[str, Any]) -> None:
    """For any values in any places there are events, at least one, or a refusal that names its field."""
    translate = {"ga4": measurement.translate, "ga4_bigquery": bigquery.translate}[dialect]
    source = Declaration(name="x", dialect=dialect, authority=authority, currency="EUR")
    events = _or_refused(lambda: translate(sent))
    if isinstance(events, Refused):
        return
    assert events
    assert translate(sent) == events or "nan" in repr(events).lower()
    understood = _or_refused(lambda: Reader().understand(sent, source, NOW, "id-1"))
    assert isinstance(understood, Refused) or len(understood) == len(events)


def _or_refused(read: Callable[[], Sequence[Any]]) -> Sequence[Any] | Refused:
    try:
        return read()
    except Refused as no:
        return no
