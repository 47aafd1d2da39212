"""Self-describing events of Snowplow itself and of a shop's own schemas."""

from collections.abc import Callable, Mapping, Sequence

from domain.taxonomy.consent import PURPOSES
from domain.taxonomy.dialects.dialect import WireEvent
from domain.taxonomy.dialects.snowplow.baked_in import page
from domain.taxonomy.dialects.snowplow.consent import decided
from domain.taxonomy.dialects.snowplow.message import MOBILE as MOBILE_VENDOR
from domain.taxonomy.dialects.snowplow.message import Described, Message, taken, whole
from domain.taxonomy.refusal import Reason, Refused

Reading = Callable[[Message, Described], Sequence[WireEvent]]


def own(_: Message, said: Described) -> Sequence[WireEvent]:
    """Pass on an event of a schema that no table here knows: its name and its fields may be those of the taxonomy."""
    return [{"event": said.name, "properties": said.data}]


def _cart_changed(_: Message, said: Described) -> Sequence[WireEvent]:
    """The old cart events name the SKU only; it stands for the product until a catalogue says more."""
    named = taken(
        said.data,
        product_id="sku",
        variant_id="sku",
        category_id="category",
        unit_price="unitPrice",
        quantity="quantity",
        currency="currency",
    )
    return [{"event": said.name, "properties": named}]


def _site_search(_: Message, said: Described) -> Sequence[WireEvent]:
    terms = said.data.get("terms")
    if not isinstance(terms, list) or not all(isinstance(one, str) for one in terms):
        raise Refused(Reason.TYPE_INVALID, "ue_pr.data.data.terms", "expected a list of texts")
    found = taken(said.data, result_count="totalResults")
    return [{"event": said.name, "properties": {"query_text": " ".join(terms), **found}}]


def _consent_preferences(_: Message, said: Described) -> Sequence[WireEvent]:
    return [{"event": "consent_changed", "properties": decided(said.data), "consent": None}]


def _consent_withdrawn(_: Message, said: Described) -> Sequence[WireEvent]:
    """Which purposes a withdrawn document was about nobody says, so nothing is allowed any longer."""
    answers = dict.fromkeys(PURPOSES, "denied") | taken(said.data, policy_version="version")
    return [{"event": "consent_changed", "properties": answers, "consent": None}]


def _screen_view(_: Message, said: Described) -> Sequence[WireEvent]:
    named = taken(said.data, page_view_id="id", path_template="name", previous_page_view_id="previousId")
    return [{"event": said.name, "properties": named}]


def _screen_end(message: Message, _: Described) -> Sequence[WireEvent]:
    """The summary of a screen counts whole seconds, as far as the screen was seen and how far down."""
    summary, seconds = message.about(MOBILE_VENDOR, "screen_summary"), 1000
    seen = whole(summary.get("foreground_sec"))
    reached, height = whole(summary.get("max_y_offset")), whole(summary.get("content_height"))
    properties = {
        **taken(message.about(MOBILE_VENDOR, "screen"), page_view_id="id"),
        **page(message),
        **({} if seen is None else {"engaged_ms": seen * seconds, "visible_ms": seen * seconds}),
        **({"max_scroll_pct": min(100, max(reached, 0) * 100 // height)} if reached is not None and height else {}),
    }
    return [{"event": "screen_end", "properties": properties}]


def _named(canonical: str) -> Reading:
    return lambda _, __: [{"event": canonical, "properties": {}}]


SNOWPLOW: Mapping[str, Reading] = {
    "add_to_cart": _cart_changed,
    "remove_from_cart": _cart_changed,
    "site_search": _site_search,
    "consent_preferences": _consent_preferences,
    "consent_withdrawn": _consent_withdrawn,
    "screen_view": _screen_view,
    "application_foreground": _named("app_opened"),
    "application_background": _named("app_backgrounded"),
}
MOBILE: Mapping[str, Reading] = {"screen_view": _screen_view, "screen_end": _screen_end}
