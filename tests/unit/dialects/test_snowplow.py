"""Snowplow: what trackers say becomes the canonical events that it means, or is refused with a reason."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from application.intake import wire
from application.intake.reading import Reader, Understood
from domain.taxonomy.dialects.snowplow.message import ECOMMERCE, MOBILE, SNOWPLOW
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Authority, Declaration
from domain.values import Money
from tests.support.snowplow import AT, CART, HAT, SCARF, action, commerce, ecomm, entity, message, said
from tests.vendors.coverage import NOW

EUR = "EUR"


def understood(sent: Mapping[str, Any], authority: Authority = "client", **declared: Any) -> Sequence[Understood]:
    """Read a message as the door would: through its bytes."""
    source = Declaration(name="snowplow", dialect="snowplow", authority=authority, **declared)
    return Reader().understand(wire.decode(wire.encode(sent)), source, NOW, "id-1")


def told(sent: Mapping[str, Any], authority: Authority = "client") -> list[tuple[str, Mapping[str, Any]]]:
    """Return name and fields of each canonical event."""
    return [(one.canonical.name, one.canonical.fields) for one in understood(sent, authority)]


def refused(sent: Mapping[str, Any], authority: Authority = "client") -> tuple[Reason, str]:
    with pytest.raises(Refused) as no:
        understood(sent, authority)
    return no.value.reason, no.value.field


def eur(minor: int) -> Money:
    return Money(minor, EUR)


PRODUCT = {
    "product_id": "hat-1",
    "variant_id": "hat-1-m",
    "category_id": "hats",
    "brand_id": "acme",
    "size_label": "M",
    "unit_price": eur(1990),
    "list_price": eur(2990),
}
SCARF_LINE = {
    "product_id": "scarf-7",
    "variant_id": "scarf-7",
    "category_id": "scarves",
    "unit_price": eur(3500),
    "quantity": 2,
}


def test_a_product_that_is_looked_at() -> None:
    """Each product of a `product_view` is one event, with the page view that it happened in."""
    page = entity(SNOWPLOW, "web_page", {"id": "page-1"})
    sent = action("product_view", product=[HAT, SCARF])
    sent["co"]["data"].append(page)
    first, second = told(sent)
    assert first == ("product_viewed", PRODUCT | {"page_view_id": "page-1"})
    assert (second[0], second[1]["product_id"]) == ("product_viewed", "scarf-7")


def test_events_of_one_message_are_numbered() -> None:
    """The producer's id is that of the first; the others follow from it, and all share who and when."""
    first, second = understood(action("product_view", product=[HAT, SCARF]))
    assert first.who == second.who
    assert first.canonical.occurred_at == second.canonical.occurred_at


def test_a_list_that_is_seen() -> None:
    """Places count from 1 as they were sent, and the name of the list is the surface."""
    shown = [HAT | {"position": 2}, SCARF | {"position": 1}]
    assert told(action("list_view", name="shop the look", product=shown)) == [
        (
            "slate_viewed",
            {
                "items": (
                    {"product_id": "hat-1", "variant_id": "hat-1-m", "position": 2},
                    {"product_id": "scarf-7", "position": 1},
                ),
                "surface": "shop the look",
            },
        )
    ]


@pytest.mark.parametrize("places", [(0, 1), (1, 1), (1, None), (None, None)])
def test_places_that_do_not_count_from_one_give_way_to_the_order(places: tuple[int | None, int | None]) -> None:
    """A list whose places start at 0, repeat or are missing is in the order that it was sent in."""
    shown = [one | {"position": place} for one, place in zip((HAT, SCARF), places, strict=True)]
    [seen] = understood(action("list_view", product=shown))
    assert [item.get("position") for item in seen.canonical.fields["items"]] == [None, None]
    assert seen.fact is not None
    assert [slot.position for slot in seen.fact.items] == [1, 2]  # type: ignore[union-attr]


def test_a_product_that_is_chosen_from_a_list() -> None:
    """List name and place are kept; a place of 0 is left out, for nobody knows where that shop's lists begin."""
    assert told(action("list_click", name="search results", product=HAT | {"position": 3})) == [
        ("product_clicked", PRODUCT | {"surface": "search results", "position": 3})
    ]
    [(_, fields)] = told(action("list_click", product=HAT | {"position": 0}))
    assert "position" not in fields


@pytest.mark.parametrize(
    ("kind", "name"), [("add_to_cart", "product_added_to_cart"), ("remove_from_cart", "product_removed_from_cart")]
)
def test_a_cart_that_changes(kind: str, name: str) -> None:
    """Each product is one event with the cart it went into or out of."""
    first, second = told(action(kind, product=[HAT, SCARF], cart=CART))
    assert first == (name, PRODUCT | {"cart_id": "cart-1"})
    assert (second[1]["quantity"], second[1]["cart_id"]) == (2, "cart-1")


def test_two_vendors_say_the_same() -> None:
    """A product put into a cart is the same event whichever of Snowplow's vocabularies, or ours, says it."""
    ours = {
        "event": "cart_add",
        "event_id": "e-9",
        "timestamp": "2026-11-24T11:59:00Z",
        "anonymous_id": "cookie-1",
        "properties": {"product_id": "hat-1", "sku": "hat-1", "price": "19.9", "currency": EUR, "quantity": 2},
    }
    [plain] = Reader().understand(ours, Declaration(name="http"), NOW, "id-1")
    short = {"id": "hat-1", "variant": "hat-1", "price": 19.90, "currency": EUR, "quantity": 2}
    old = {"sku": "hat-1", "unitPrice": 19.9, "quantity": 2, "currency": EUR}
    product = {"product_id": "hat-1", "variant_id": "hat-1", "price": 19.9, "currency": EUR}
    for sent in (
        action("add_to_cart", product=short),
        said(SNOWPLOW, "add_to_cart", old),
        ecomm("add_to_cart", {"item_id": "hat-1", "item_type": "product", "quantity": 2}, product=product),
    ):
        [(name, fields)] = told(sent)
        assert (name, fields) == (plain.canonical.name, plain.canonical.fields)


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        ({"step": 2, "payment_method": "card"}, ["payment"]),
        ({"step": 4, "delivery_provider": "post", "shipping_postcode": "1010"}, ["shipping"]),
        ({"step": 2, "billing_full_address": "x"}, ["address"]),
        ({"step": 3, "marketing_opt_in": False}, ["contact"]),
    ],
)
def test_a_step_of_a_checkout_is_known_by_what_it_asked_for(asked: Mapping[str, Any], steps: list[str]) -> None:
    """The last thing that was asked for names the step, and no address gets into the event."""
    events = told(action("checkout_step", checkout_step=asked, cart=CART))
    assert events == [("checkout_step_completed", {"step": step, "cart_id": "cart-1"}) for step in steps]


def test_the_first_step_of_a_checkout_starts_it() -> None:
    """Snowplow has no other word for the start, so step 1 is the start, and the step too where it says which."""
    assert told(action("checkout_step", checkout_step={"step": 1}, cart=CART, product=SCARF)) == [
        ("checkout_started", {"cart_id": "cart-1", "value": eur(8990), "items": (SCARF_LINE,)})
    ]
    both = told(action("checkout_step", checkout_step={"step": 1, "account_type": "guest"}, cart=CART))
    assert [name for name, _ in both] == ["checkout_started", "checkout_step_completed"]
    assert refused(action("checkout_step", checkout_step={"step": 2})) == (Reason.MISSING_REQUIRED, "step")


BILL = {
    "transaction_id": "order-1",
    "revenue": 92.4,
    "currency": EUR,
    "payment_method": "card",
    "total_quantity": 3,
    "tax": 15.4,
    "shipping": 2.5,
}


def test_a_transaction_of_a_client_is_behaviour() -> None:
    """`revenue` is the total of the order; an id that is SKU or product stands for the variant of a line."""
    [(name, fields)] = told(action("transaction", transaction=BILL, product=SCARF, cart=CART))
    assert name == "checkout_completed"
    assert fields == {
        "order_id": "order-1",
        "checkout_id": "cart-1",
        "value": eur(9240),
        "items": (SCARF_LINE,),
    }


def test_a_payment_that_failed() -> None:
    """The code of the error is its class, its kind where there is no code."""
    failed = {"error_type": "hard", "error_description": "the card of Ada"}
    assert told(action("trns_error", transaction_error=failed | {"error_code": "51"}, cart=CART)) == [
        ("payment_failed", {"cart_id": "cart-1", "reason_class": "51"})
    ]
    assert told(action("trns_error", transaction_error=failed))[0][1] == {"reason_class": "hard"}


def test_a_refund_is_a_servers_word() -> None:
    """Money that goes back is taken from a source with authority, from a client it waits with the reason."""
    sent = action("refund", refund={"transaction_id": "order-1", "currency": EUR, "refund_amount": 12})
    assert refused(sent) == (Reason.ENUM_UNKNOWN, "event")
    assert told(sent, "server") == [("refund_issued", {"order_id": "order-1", "amount": eur(1200)})]


@pytest.mark.parametrize(("kind", "name"), [("promo_view", "promotion_viewed"), ("promo_click", "promotion_clicked")])
def test_promotions(kind: str, name: str) -> None:
    """Each promotion of a message is one event, with its slot, or its place where it has no slot."""
    shown = [{"id": "sale", "creative_id": "blue", "slot": "top", "position": 1}, {"id": "new", "position": 2}]
    assert told(action(kind, promotion=shown)) == [
        (name, {"promotion_id": "sale", "creative_id": "blue", "slot": "top"}),
        (name, {"promotion_id": "new", "slot": "2"}),
    ]


@pytest.mark.parametrize("kind", ["product_view", "list_click", "add_to_cart", "promo_view", "transaction", "refund"])
def test_an_action_without_its_entities_is_refused(kind: str) -> None:
    """It is not lost in silence: the field that is missing is named."""
    authority: Authority = "server" if kind == "refund" else "client"
    if kind == "transaction":
        assert told(action(kind)) == [("checkout_completed", {})]
    else:
        assert refused(action(kind), authority)[0] is Reason.MISSING_REQUIRED


def test_an_action_of_another_kind_is_refused() -> None:
    """A type that the schema does not have is no guess."""
    kinds: tuple[Any, ...] = ("teleport", "cart_viewed", [], None)
    for kind in kinds:
        sent = said(ECOMMERCE, "snowplow_ecommerce_action", {"type": kind})
        assert refused(sent) == (Reason.UNKNOWN_EVENT_NAME, "event")


def test_a_page_view() -> None:
    """Path without query, the kind of page in our words, and the id of the page view."""
    around = [*commerce(page={"type": "Product page"}, product=HAT), entity(SNOWPLOW, "web_page", {"id": "page-1"})]
    url = "https://shop.example/hats/hat-1?email=ada@example.com"
    assert told(message("pv", around, url=url)) == [
        (
            "page_viewed",
            {"page_view_id": "page-1", "path_template": "/hats/hat-1", "page_type": "pdp", "product_id": "hat-1"},
        )
    ]


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("homepage", "home"),
        ("Category Page", "plp"),
        ("search", "search"),
        ("basket", "cart"),
        ("checkout page", "checkout"),
        ("Size chart", "other"),
    ],
)
def test_kinds_of_pages(kind: str, known: str) -> None:
    """Shops name them freely; what no table knows is another kind."""
    assert told(message("pv", commerce(page={"type": kind})))[0][1]["page_type"] == known


def test_a_page_ping_says_how_far() -> None:
    """How far down is known from offset, viewport and height; how long is not in one ping, so it is not said."""
    around = [entity(SNOWPLOW, "web_page", {"id": "page-1"})]
    sent = message("pp", around, pp_mix="0", pp_max="0", pp_miy="0", pp_may="1200", vp="1280x800", ds="1280x4000")
    assert told(sent) == [("page_engaged", {"page_view_id": "page-1", "max_scroll_pct": 50})]
    assert told(message("pp", around, pp_may=9000, vp="1x800", ds="1x900"))[0][1]["max_scroll_pct"] == 100
    assert told(message("pp", around)) == [("page_engaged", {"page_view_id": "page-1"})]


def test_a_screen_of_an_app_says_how_long() -> None:
    """Seconds in the foreground are milliseconds of engagement."""
    summary = {"foreground_sec": 12, "background_sec": 3, "max_y_offset": 500, "content_height": 1000}
    around = [entity(MOBILE, "screen", {"id": "screen-1"}), entity(MOBILE, "screen_summary", summary)]
    [(name, fields)] = told(said(MOBILE, "screen_end", {}, around))
    assert (name, fields) == (
        "page_engaged",
        {"page_view_id": "screen-1", "engaged_ms": 12000, "visible_ms": 12000, "max_scroll_pct": 50},
    )


def test_a_structured_event_of_a_shop() -> None:
    """Action names it, label is the product, and the value counts where the property says pieces."""
    sent = message("se", se_ca="shop", se_ac="add-to-basket", se_la="hat-1", se_pr="pcs", se_va="2.00")
    assert told(sent) == [("product_added_to_cart", {"product_id": "hat-1", "quantity": 2})]
    [(name, fields)] = told(message("se", commerce(product=HAT), se_ca="ecomm", se_ac="product_view"))
    assert (name, fields) == ("product_viewed", PRODUCT)
    assert told(message("se", se_ca="Search", se_ac="search", se_la="red hat")) == [
        ("products_searched", {"query_text": "red hat"})
    ]


def test_a_structured_event_of_something_else_waits() -> None:
    """Outside a shop's categories an action alone says too little, and an action in a shop must be known."""
    assert refused(message("se", se_ca="video", se_ac="add"))[0] is Reason.UNKNOWN_EVENT_NAME
    assert refused(message("se", se_ca="shop", se_ac="click"))[0] is Reason.AMBIGUOUS_NAME
    assert refused(message("se", se_ca="shop"))[1] == "se_ac"


def test_legacy_transactions() -> None:
    """The total of a legacy transaction is behaviour; its lines by themselves are no events."""
    sent = message("tr", tr_id="order-1", tr_tt="92.40", tr_tx="15.4", tr_sh="2.5", tr_cu=EUR)
    [(name, fields)] = told(sent)
    assert (name, fields) == ("checkout_completed", {"order_id": "order-1", "value": eur(9240)})
    assert refused(message("ti", ti_id="order-1", ti_sk="hat-1")) == (Reason.UNKNOWN_EVENT_NAME, "event")


def test_a_site_search() -> None:
    """Terms are one query."""
    assert told(said(SNOWPLOW, "site_search", {"terms": ["red", "hat"], "totalResults": 7})) == [
        ("products_searched", {"query_text": "red hat", "result_count": 7})
    ]
    assert refused(said(SNOWPLOW, "site_search", {"terms": "red"}))[0] is Reason.TYPE_INVALID


@pytest.mark.parametrize(
    ("before", "after", "name"), [(1, 3, "product_added_to_cart"), (3, 1, "product_removed_from_cart")]
)
def test_a_quantity_that_changes(before: int, after: int, name: str) -> None:
    """What happened is the difference; without the number before, nobody knows."""
    data = {"cart_id": "c", "item_id": "hat-1", "item_type": "product", "quantity": after}
    [(became, fields)] = told(ecomm("update_quantity", data | {"previous_quantity": before}))
    assert (became, fields["quantity"]) == (name, 2)
    assert refused(ecomm("update_quantity", data))[0] is Reason.AMBIGUOUS_NAME


def test_a_list_must_say_that_it_is_for_wishes() -> None:
    """Comparing and gift lists have the same events."""
    data = {"list_id": "l-1", "item_id": "hat-1", "item_type": "product"}
    assert told(ecomm("add_to_list", data | {"list_name": "My Wishlist"})) == [
        ("product_added_to_wishlist", {"product_id": "hat-1"})
    ]
    assert told(ecomm("remove_from_list", data | {"list_id": "favourites"}))[0][0] == "product_removed_from_wishlist"
    assert refused(ecomm("add_to_list", data))[0] is Reason.UNKNOWN_EVENT_NAME


def test_a_bundle_is_no_product() -> None:
    """Its id would be one that no catalogue knows."""
    assert refused(ecomm("view_item", {"item_id": "b-1", "item_type": "bundle"})) == (
        Reason.MISSING_REQUIRED,
        "product_id",
    )


def test_entities_of_the_older_vocabulary() -> None:
    """Carts, collections, searches and orders are read with the events that point at them."""
    cart = {"total": 70, "currency": EUR, "items_in_cart": [{"item_id": "scarf-7", "quantity": 2}]}
    product = {
        "product_id": "scarf-7",
        "price": 35,
        "currency": EUR,
        "category_hierarchy": ["women", "scarves"],
        "variant_attributes": [{"name": "Size", "value": "M"}, {"name": "Color", "value": "red"}],
    }
    line = SCARF_LINE | {"size_label": "M", "colour": "red"}
    assert told(ecomm("view_cart", {"cart_id": "c-1"}, cart=cart, product=product)) == [
        ("cart_viewed", {"cart_id": "c-1", "value": eur(7000), "items": (line,)})
    ]
    listed = {"collection_name": "Hats", "items": [{"item_id": "hat-1", "item_type": "product", "position": 1}]}
    assert told(ecomm("view_collection", {"collection_id": "c-9"}, collection=listed)) == [
        ("slate_viewed", {"items": ({"product_id": "hat-1", "position": 1},), "surface": "Hats"})
    ]
    asked = {"search_id": "s-1", "search_term": "hat", "total_items": 3}
    assert told(ecomm("submit_search", {"search_id": "s-1"}, search=asked)) == [
        ("products_searched", {"query_text": "hat", "result_count": 3, "query_id": "s-1"})
    ]
    order = {"order_id": "o-1", "total": 70, "currency": EUR}
    [(name, fields)] = told(ecomm("create_order", {"order_id": "o-1"}, order=order, product=product), "server")
    assert (name, fields["total"]) == ("order_placed", eur(7000))
    assert told(ecomm("complete_checkout", {"order_id": "o-1", "cart_id": "c-1"}, order=order)) == [
        ("checkout_completed", {"checkout_id": "c-1", "order_id": "o-1", "value": eur(7000)})
    ]


def test_a_shops_own_schema_keeps_its_words() -> None:
    """Where name and fields are those of the taxonomy they are read, otherwise the event waits under its name."""
    assert told(said("com.acme", "product_view", {"sku": "s-1", "product_id": "p-1"})) == [
        ("product_viewed", {"variant_id": "s-1", "product_id": "p-1"})
    ]
    assert refused(said("com.acme", "teleport", {}))[0] is Reason.UNKNOWN_EVENT_NAME


def test_another_model_of_a_schema_is_not_guessed_at() -> None:
    """The first figure of a version changes when the old meaning breaks."""
    assert refused(said(SNOWPLOW, "site_search", {"terms": ["x"]}, version="2-0-0"))[0] is (
        Reason.SCHEMA_VERSION_UNSUPPORTED
    )


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"e": None}, Reason.MISSING_REQUIRED, "e"),
        ({"e": "xx"}, Reason.UNKNOWN_EVENT_NAME, "event"),
        ({"e": "ue"}, Reason.MISSING_REQUIRED, "ue_pr"),
        ({"e": "ue", "ue_px": "!!"}, Reason.NOT_JSON, "ue_px"),
        ({"e": "ue", "ue_pr": 7}, Reason.TYPE_INVALID, "ue_pr"),
        ({"e": "ue", "ue_pr": {"data": 7}}, Reason.TYPE_INVALID, "ue_pr.data"),
        ({"e": "ue", "ue_pr": {"data": {"schema": "x", "data": {}}}}, Reason.TYPE_INVALID, "ue_pr.data.schema"),
        ({"co": {"data": {}}}, Reason.TYPE_INVALID, "co.data"),
        ({"co": {"data": [{"schema": 1}]}}, Reason.TYPE_INVALID, "co.data[0].schema"),
        ({"cx": "e30"}, Reason.NOT_JSON, "cx"),
        ({"dtm": "yesterday"}, Reason.TYPE_INVALID, "dtm"),
        ({"dtm": 9999999999999999}, Reason.VALUE_OUT_OF_RANGE, "dtm"),
        ({"duid": None}, Reason.MISSING_REQUIRED, "anonymous_id"),
        ({"eid": {}}, Reason.TYPE_INVALID, "event_id"),
    ],
)
def test_what_cannot_be_read_is_refused_by_field(change: dict[str, Any], reason: Reason, field: str) -> None:
    """Every part has its reason, under the tracker's name of the field."""
    assert refused(message("pv") | change) == (reason, field)


def test_clocks() -> None:
    """The device's clock is corrected by when it sent; a true timestamp needs no correction."""
    [late] = understood(message("pv", dtm=AT - 60_000, stm=AT + 30_000))
    assert late.canonical.occurred_at.isoformat() == "2026-11-24T11:58:30+00:00"
    assert late.canonical.envelope.clock_skew_ms == -30_000
    [true] = understood(message("pv", ttm=str(AT - 60_000), dtm=0, stm=AT))
    assert true.canonical.occurred_at.isoformat() == "2026-11-24T11:58:00+00:00"


def test_who() -> None:
    """Account, address and cookie each go to their place; a guest's number is no account."""

    def who(*entities: dict[str, Any], **fields: Any) -> Mapping[str, str]:
        return dict(understood(message("pv", [*entities], **fields))[0].canonical.identifiers)

    user = {"id": "u-1", "email": "Ada@example.com"}
    assert who(uid="u-9") == {"account": "u-9", "anonymous": "cookie-1"}
    assert who(uid="Ada@example.com") == {"email": "ada@example.com", "anonymous": "cookie-1"}
    assert who(*commerce(user=user)) == {"account": "u-1", "email": "ada@example.com", "anonymous": "cookie-1"}
    assert who(*commerce(user=user | {"is_guest": True})) == {"email": "ada@example.com", "anonymous": "cookie-1"}
    session = entity(SNOWPLOW, "client_session", {"userId": "device-7", "sessionId": "s-1"}, "1-0-2")
    assert who(session, duid=None) == {"anonymous": "device-7"}
    assert who(duid=None, tnuid="network-1") == {"anonymous": "network-1"}


def test_context() -> None:
    """What a tracker knows of device and page is kept in few values."""
    sent = message("pv", lang="de-AT", tz="Europe/Vienna", vp="390x800", url="https://shop.example/", sid="s-1")
    sent |= {"refr": "https://www.google.com/search?q=hat", "ua": "Mozilla/5.0"}
    [one] = understood(sent)
    kept = one.canonical.envelope.context
    assert (kept["locale"], kept["viewport_class"], kept["local_hour"]) == ("de-AT", "xs", 13)
    assert kept["referral"] == {"channel_group": "organic_search", "referrer_domain": "www.google.com"}
    assert (one.canonical.context.user_agent, one.canonical.envelope.session_hint) == ("Mozilla/5.0", "s-1")


@pytest.mark.parametrize(
    ("fields", "channel", "device"),
    [
        ({"p": "web"}, "web", None),
        ({"p": "mob", "tv": "ios-5.2.0"}, "app_ios", "mobile"),
        ({"p": "mob", "tv": "andr-5.4.1"}, "app_android", "mobile"),
        ({"p": "tv"}, "web", "tv"),
        ({"p": "srv"}, "web", None),
        ({"p": []}, "web", None),
    ],
)
def test_channels(fields: dict[str, Any], channel: str, device: str | None) -> None:
    """The platform says which channel it was, or the source does."""
    [one] = understood(message("pv") | fields)
    assert (one.canonical.envelope.channel, one.canonical.context.device_type) == (channel, device)


def test_a_place_needs_a_grant() -> None:
    """Coordinates of a geolocation entity are kept coarsely where geo was granted, and nowhere else."""
    place = entity(SNOWPLOW, "geolocation_context", {"latitude": 48.2, "longitude": 16.4}, "1-1-0")
    scopes = {"eventType": "allow_all", "consentScopes": ["analytics", "geolocation"]}
    granted = entity(SNOWPLOW, "consent_preferences", scopes)
    [without] = understood(message("pv", [place]))
    assert "geo" not in without.canonical.envelope.context
    assert without.canonical.envelope.marks == ("geo_stripped",)
    [with_grant] = understood(message("pv", [place, granted]))
    assert with_grant.canonical.envelope.context["geo"] == {"geohash": "u2ed"}


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        (
            {"eventType": "deny_all"},
            {"analytics": "denied", "personalisation": "denied", "geo": "denied", "ads": "denied"},
        ),
        (
            {"eventType": "allow_selected", "consentScopes": ["necessary", "statistics"], "consentVersion": "7"},
            {
                "analytics": "granted",
                "personalisation": "denied",
                "geo": "denied",
                "ads": "denied",
                "policy_version": "7",
            },
        ),
        ({"eventType": "allow_all", "consentScopes": ["marketing"]}, {"ads": "granted"}),
        ({"eventType": "implicit_consent", "consentScopes": ["marketing", "analytics"]}, {"analytics": "granted"}),
        ({"eventType": "pending"}, {}),
    ],
)
def test_decisions_about_consent(data: Mapping[str, Any], answers: Mapping[str, str]) -> None:
    """Scopes become purposes; what was not selected is denied, and going on grants nothing that needs a yes."""
    assert told(said(SNOWPLOW, "consent_preferences", data)) == [("consent_changed", answers)]


def test_a_withdrawal_ends_everything() -> None:
    """Which purposes a document was about nobody says."""
    [(name, fields)] = told(said(SNOWPLOW, "consent_withdrawn", {"all": False, "id": "d"}))
    assert (name, set(fields.values())) == ("consent_changed", {"denied"})


def test_consent_as_the_basis_of_an_event() -> None:
    """Where the shop's basis is consent, an event that says it was collected by consent is taken."""
    basis = entity(SNOWPLOW, "gdpr", {"basisForProcessing": "consent"})
    with pytest.raises(Refused, match="consent_required"):
        understood(message("pv"), legal_basis="consent")
    assert understood(message("pv", [basis]), legal_basis="consent")[0].canonical.name == "page_viewed"
