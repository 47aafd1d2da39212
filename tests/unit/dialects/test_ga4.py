"""Google Analytics 4, read into the generic wire form and from there into canonical events."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from application.intake.reading import Reader
from domain.taxonomy.interpret import Canonical
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Authority, Declaration
from domain.values import Money
from tests.vendors.coverage import NOW
from tests.vendors.ga4_coverage import message
from tests.vendors.segment_coverage import message as segment_message

#: As Google's documentation shows an item.
ITEM: dict[str, Any] = {
    "item_id": "SKU_12345",
    "item_name": "Stan and Friends Tee",
    "affiliation": "Google Merchandise Store",
    "coupon": "SUMMER_FUN",
    "discount": Decimal("2.22"),
    "index": 0,
    "item_brand": "Google",
    "item_category": "Apparel",
    "item_category2": "Adult",
    "item_list_id": "related_products",
    "item_list_name": "Related Products",
    "item_variant": "green",
    "price": Decimal("10.01"),
    "quantity": 3,
}
LINE = {
    "product_id": "SKU_12345",
    "variant_id": "green",
    "category_id": "Apparel",
    "brand_id": "Google",
    "unit_price": Money(1001, "USD"),
    "list_price": Money(1223, "USD"),
    "position": 1,
}


def read(sent: Any, authority: Authority = "client", dialect: str = "ga4", currency: str = "") -> list[Canonical]:
    source = Declaration(name="ga4", dialect=dialect, authority=authority, currency=currency)
    return [one.canonical for one in Reader().understand(sent, source, NOW, "id-1")]


def said(name: str, authority: Authority = "client", **params: Any) -> Canonical:
    """Read an event with dollars and one item, unless said otherwise; the first of what it becomes."""
    whole = {"currency": "USD", "items": [ITEM], **params}
    return read(message(name, {key: value for key, value in whole.items() if value is not None}), authority)[0]


def refused(name: str, authority: Authority = "client", **params: Any) -> Refused:
    with pytest.raises(Refused) as found:
        said(name, authority, **params)
    return found.value


def page_id(canonical: Canonical) -> str:
    return str(canonical.fields["page_view_id"])


@pytest.mark.parametrize(
    ("name", "canonical", "fields"),
    [
        ("view_item", "product_viewed", LINE),
        ("select_item", "product_clicked", {**LINE, "surface": "related_products"}),
        ("add_to_cart", "product_added_to_cart", {**LINE, "quantity": 3}),
        ("remove_from_cart", "product_removed_from_cart", {**LINE, "quantity": 3}),
        ("add_to_wishlist", "product_added_to_wishlist", {k: v for k, v in LINE.items() if k != "position"}),
        ("view_cart", "cart_viewed", {"items": ({**LINE, "quantity": 3},)}),
        ("begin_checkout", "checkout_started", {"items": ({**LINE, "quantity": 3},)}),
        ("add_shipping_info", "checkout_step_completed", {"step": "shipping"}),
        ("add_payment_info", "checkout_step_completed", {"step": "payment"}),
    ],
)
def test_the_shop_events(name: str, canonical: str, fields: dict[str, Any]) -> None:
    """Each becomes its canonical event, with Google's item as a product of ours and nothing that nobody knows."""
    found = said(name)
    told = {key: value for key, value in found.fields.items() if key != "page_view_id"}
    assert (found.name, told, found.unknown) == (canonical, fields, ())


def test_several_items_are_several_events() -> None:
    """What happened to a product happened to each of the items, in their order."""
    items = [ITEM, {"item_id": "SKU_2", "price": 1, "index": 1}]
    found = read(message("add_to_cart", {"currency": "USD", "items": items}))
    assert [(one.name, one.fields["product_id"], one.fields["position"]) for one in found] == [
        ("product_added_to_cart", "SKU_12345", 1),
        ("product_added_to_cart", "SKU_2", 2),
    ]
    assert found[1].fields["quantity"] == 1  # as Google counts an item without one
    assert "variant_id" not in found[1].fields


def test_places_count_from_one() -> None:
    """Google's `index` starts at 0: the first place is 1 with us, whether it comes as a number or as text."""
    for index, position in ((0, 1), (4, 5), ("4", 5), (Decimal(2), 3)):
        assert said("select_item", items=[{**ITEM, "index": index}]).fields["position"] == position
    assert "position" not in said("select_item", items=[{"item_id": "p"}]).fields
    assert refused("select_item", items=[{**ITEM, "index": -1}]).reason is Reason.VALUE_OUT_OF_RANGE
    assert refused("select_item", items=[{**ITEM, "index": "first"}]).field == "position"


def test_the_price_is_after_the_discount() -> None:
    """`price` is what is paid for one, so `discount` makes the list price and is never taken off again."""
    (line,) = said("begin_checkout").fields["items"]
    assert (line["unit_price"], line["list_price"]) == (Money(1001, "USD"), Money(1223, "USD"))
    assert "line_discount" not in line
    without = said("view_item", items=[{**ITEM, "discount": 0}]).fields
    assert "list_price" not in without


def test_a_price_needs_a_currency() -> None:
    """Of the item, of the event, or of the source; else it is refused, for nobody knows what it means."""
    assert refused("view_item", currency=None).field == "currency"
    assert said("view_item", currency=None, items=[{**ITEM, "currency": "EUR"}]).fields["unit_price"].currency == "EUR"
    assert read(message("view_item", {"items": [ITEM]}), currency="CHF")[0].fields["unit_price"].currency == "CHF"


def test_a_line_without_a_variant_stands_for_itself() -> None:
    """Where a cart needs to know the piece, Google's item id is the finest that there is; a `sku` counts first."""
    (line,) = said("view_cart", items=[{"item_id": "SKU_1"}]).fields["items"]
    assert line == {"product_id": "SKU_1", "variant_id": "SKU_1", "quantity": 1}
    (line,) = said("view_cart", items=[{**ITEM, "sku": "tee-green-m"}]).fields["items"]
    assert (line["product_id"], line["variant_id"]) == ("SKU_12345", "tee-green-m")


def test_a_list_is_a_slate_that_we_name() -> None:
    """Its surface is the list's id, else its name; places count from one; no list id is taken for a slate id."""
    found = said("view_item_list", item_list_id="event_list")
    assert found.name == "slate_viewed"
    assert found.fields == {
        "surface": "related_products",
        "items": ({"product_id": "SKU_12345", "variant_id": "green", "position": 1},),
    }
    assert said("view_item_list", items=[{"item_id": "p"}], item_list_name="Sale").fields["surface"] == "Sale"
    long_id = said("view_item_list", items=[{"item_id": "p"}], item_list_id="x" * 65, item_list_name="Sale")
    assert long_id.fields["surface"] == "Sale"
    ours = said("view_item_list", slate_id="slate-1").fields
    assert ours["slate_id"] == "slate-1"


def test_items_of_several_lists_are_several_slates() -> None:
    """Two lists on a page may come in one event; they are not one slate."""
    items = [{"item_id": str(n), "index": n // 2, "item_list_id": f"list-{n % 2}"} for n in range(4)]
    found = read(message("view_item_list", {"items": items}))
    slots = [(one.fields["surface"], [(s["product_id"], s["position"]) for s in one.fields["items"]]) for one in found]
    assert slots == [("list-0", [("0", 1), ("2", 2)]), ("list-1", [("1", 1), ("3", 2)])]


def test_a_purchase_is_behaviour_from_a_client_and_an_order_from_a_server() -> None:
    """`value` has no tax and no shipping in it, so the total of an order is the sum of the three, exactly."""
    bill: dict[str, Any] = {
        "transaction_id": "T_1",
        "value": Decimal("30.03"),
        "tax": Decimal("1.11"),
        "shipping": "3.33",
    }
    seen = said("purchase", **bill)
    assert (seen.name, seen.fields["order_id"], seen.fields["value"]) == (
        "checkout_completed",
        "T_1",
        Money(3003, "USD"),
    )
    order = said("purchase", "server", **bill)
    assert (order.name, order.fields["total"]) == ("order_placed", Money(3447, "USD"))
    assert (order.fields["tax"], order.fields["shipping"]) == (Money(111, "USD"), Money(333, "USD"))


def test_a_refund_is_taken_from_a_server_only() -> None:
    """What a page says of money that was given back is not taken."""
    assert refused("refund", transaction_id="T_1", value=5).field == "event"
    found = said("refund", "server", transaction_id="T_1", value=5)
    assert (found.name, found.fields) == ("refund_issued", {"order_id": "T_1", "amount": Money(500, "USD")})
    assert refused("refund", "server", transaction_id="T_1").field == "amount"


def test_a_coupon_of_a_checkout_is_an_event_of_its_own() -> None:
    """Google has no event for coupons: an event of the checkout that names one says that it is applied."""
    checkout, coupon = read(message("begin_checkout", {"coupon": "SUMMER", "currency": "USD", "items": [ITEM]}))
    assert checkout.name == "checkout_started"
    assert (coupon.name, coupon.fields) == ("coupon_changed", {"status": "applied", "coupon_id": "SUMMER"})
    assert len(read(message("begin_checkout", {"coupon": "", "currency": "USD", "items": [ITEM]}))) == 1


def test_each_promotion_counts_once() -> None:
    """The item's word counts more than the event's, and three products of one promotion are one promotion."""
    whole = {"promotion_id": "P_1", "promotion_name": "Summer", "creative_name": "banner", "creative_slot": "top"}
    found = read(message("view_promotion", {**whole, "items": [ITEM, ITEM, {**ITEM, "promotion_id": "P_2"}]}))
    assert [(one.name, one.fields["promotion_id"]) for one in found] == [
        ("promotion_viewed", "P_1"),
        ("promotion_viewed", "P_2"),
    ]
    assert found[0].fields == {"promotion_id": "P_1", "creative_id": "banner", "slot": "top"}
    assert said("select_promotion", promotion_name="Summer", items=None).fields == {"promotion_id": "Summer"}
    assert refused("select_promotion").field == "promotion_id"


@pytest.mark.parametrize(
    ("name", "params", "canonical", "fields"),
    [
        ("search", {"search_term": "red coat"}, "products_searched", {"query_text": "red coat"}),
        ("view_search_results", {"search_term": "coat", "items": []}, "products_searched", {"query_text": "coat"}),
        ("login", {"method": "Google"}, "identity_asserted", {"method": "login"}),
        ("sign_up", {"method": "Google"}, "identity_asserted", {"method": "sign_up"}),
        ("first_open", {}, "app_opened", {}),
        ("select_content", {"content_type": "Product", "item_id": "p"}, "product_clicked", {"product_id": "p"}),
        (
            "share",
            {"content_type": "product", "item_id": "p", "method": "Twitter"},
            "product_shared",
            {"product_id": "p", "share_via": "Twitter"},
        ),
        ("video_start", {"item_id": "p"}, "product_media_viewed", {"product_id": "p", "media_kind": "video"}),
    ],
)
def test_the_other_events(name: str, params: dict[str, Any], canonical: str, fields: dict[str, Any]) -> None:
    """What is about one thing says so in its parameters."""
    (found,) = read(message(name, params))
    assert (found.name, {k: v for k, v in found.fields.items() if k != "page_view_id"}) == (canonical, fields)


def test_search_results_with_items_are_a_slate() -> None:
    """What was shown decides, as for every vendor."""
    assert said("view_search_results", search_term="coat").name == "slate_viewed"


@pytest.mark.parametrize(
    ("name", "params", "reason"),
    [
        ("click", {"link_url": "https://elsewhere.example/"}, Reason.AMBIGUOUS_NAME),
        ("select_content", {"content_type": "article", "item_id": "a"}, Reason.AMBIGUOUS_NAME),
        ("share", {"content_type": "article", "item_id": "a"}, Reason.MISSING_REQUIRED),
        ("generate_lead", {"currency": "USD", "value": 5}, Reason.UNKNOWN_EVENT_NAME),
        ("file_download", {"file_name": "sizes.pdf"}, Reason.UNKNOWN_EVENT_NAME),
        ("video_start", {"video_title": "Our mill"}, Reason.UNKNOWN_EVENT_NAME),
        ("view_item", {}, Reason.MISSING_REQUIRED),
        ("view_item", {"items": [{"item_name": "a name is no id"}]}, Reason.MISSING_REQUIRED),
        ("view_item", {"items": {"item_id": "p"}}, Reason.TYPE_INVALID),
        ("add_to_cart", {"items": ["p"]}, Reason.TYPE_INVALID),
        ("view_item", {"items": [{"item_id": "ada@example.com"}]}, Reason.PII_DETECTED),
    ],
)
def test_what_says_too_little_waits(name: str, params: dict[str, Any], reason: Reason) -> None:
    """Nothing is guessed: a link, a lead and a film are no facts of a shop, and a product has an id."""
    with pytest.raises(Refused) as found:
        read(message(name, params))
    assert found.value.reason is reason


def test_pages_are_named_by_session_and_path() -> None:
    """A page view has a name that its engagement has too; queries, fragments and addresses are not shown."""
    view = said("page_view", page_location="https://shop.example/sale?page=2#top")
    assert view.fields["path_template"] == "/sale"
    assert "/sale" not in page_id(view)
    engaged = said("user_engagement", engagement_time_msec="1200", page_location="https://shop.example/sale?page=3")
    scrolled = said("scroll", percent_scrolled=75)
    assert page_id(view) == page_id(engaged) == page_id(scrolled)
    assert (engaged.name, engaged.fields["engaged_ms"]) == ("page_engaged", 1200)
    assert scrolled.fields["max_scroll_pct"] == 75
    assert said("scroll").fields["max_scroll_pct"] == 90
    other = said("page_view", page_location="https://shop.example/")
    assert page_id(other) != page_id(view)
    assert page_id(said("page_view", ga_session_id=2)) != page_id(view)
    assert "page_view_id" not in said("page_view", ga_session_id="").fields


def test_the_request_says_who_when_and_where() -> None:
    """Identifiers, time, session, consent and context come from Google's places; blanks are nobody."""
    sent = {
        "client_id": "123.456",
        "user_id": "ada",
        "timestamp_micros": "1795520000123456",
        "user_data": {"email_address": "Ada@Example.com", "sha256_phone_number": ["ab12"]},
        "consent": {"ad_user_data": "GRANTED", "ad_personalization": "DENIED"},
        "device": {"category": "mobile", "operating_system": "iOS", "language": "de-de"},
        "user_agent": "Mozilla/5.0",
        "name": "page_view",
        "params": {
            "session_id": "1795520000",
            "page_location": "https://shop.example/",
            "page_referrer": "https://www.google.com/",
            "medium": "(none)",
        },
    }
    (found,) = read(sent)
    assert found.identifiers == (("account", "ada"), ("email", "ada@example.com"), ("anonymous", "123.456"))
    assert found.occurred_at == datetime.fromtimestamp(1795520000, UTC).replace(microsecond=123456)
    assert (found.envelope.session_hint, found.envelope.consent) == ("1795520000", {"ads": "denied"})
    assert found.envelope.context == {
        "device_type": "mobile",
        "os_family": "ios",
        "locale": "de-de",
        "referral": {"channel_group": "organic_search", "referrer_domain": "www.google.com"},
    }
    assert found.context.user_agent == "Mozilla/5.0"
    app = {"firebase_app_id": "1:123:android:abc", "app_instance_id": "inst-1", "user_id": "", "name": "screen_view"}
    (screen,) = read({**app, "params": {"screen_name": "Sale"}})
    assert (screen.envelope.channel, screen.identifiers) == ("app_android", (("anonymous", "inst-1"),))
    assert screen.fields["path_template"] == "Sale"


@pytest.mark.parametrize(
    ("micros", "reason"),
    [
        ("soon", Reason.TYPE_INVALID),
        (1.5, Reason.TYPE_INVALID),
        (10**19, Reason.VALUE_OUT_OF_RANGE),
        (10**40, Reason.TYPE_INVALID),
        (1795900000000000, Reason.TIMESTAMP_FUTURE),
    ],
)
def test_a_time_that_cannot_be_is_refused(micros: Any, reason: Reason) -> None:
    """Whole microseconds since 1970, within the calendar and not ahead of us."""
    with pytest.raises(Refused) as found:
        read({**message("page_view", {}), "timestamp_micros": micros})
    assert found.value.reason is reason


def test_a_shopper_who_denied_analytics_is_not_recorded() -> None:
    """Consent mode's `analytics_storage` is ours; advertising is asked for by several names, and one no is a no."""
    sent = {**message("page_view", {}), "consent": {"analytics_storage": "denied"}}
    with pytest.raises(Refused) as found:
        read(sent)
    assert found.value.reason is Reason.CONSENT_REQUIRED
    (allowed,) = read({**message("page_view", {}), "consent": {"ad_user_data": "GRANTED"}})
    assert allowed.envelope.consent == {"ads": "granted"}
    (plain,) = read({**message("page_view", {}), "non_personalized_ads": True})
    assert plain.envelope.consent == {"ads": "denied"}


def test_two_vendors_say_the_same() -> None:
    """GA4's `add_to_cart` and Segment's `Product Added` are one canonical event with one payload."""
    segment = segment_message(
        "Product Added",
        {
            "product_id": "SKU_12345",
            "sku": "green",
            "category": "Apparel",
            "brand": "Google",
            "price": Decimal("10.01"),
            "currency": "USD",
            "quantity": 3,
            "position": 1,
        },
    )
    (theirs,) = read(segment, dialect="segment")
    ours = said("add_to_cart", items=[{**ITEM, "discount": None}])
    assert (ours.name, ours.fields) == (theirs.name, theirs.fields)


def test_a_name_of_somebody_else_is_read_like_googles_own() -> None:
    """`cart_add` sent through GA4 is `add_to_cart`; what the tables do not know keeps its parameters."""
    assert said("cart_add").fields == said("add_to_cart").fields
    assert read(message("size_selected", {"items": [{"item_id": "p", "size": "M"}]}))[0].fields["size_label"] == "M"
    assert read(message("logout", {}))[0].name == "logged_out"


def test_the_universal_data_layer_is_understood() -> None:
    """Enhanced Ecommerce counts places from 1, and its revenue is the grand total."""
    product = {"id": "p", "price": Decimal("9.90"), "brand": "b", "category": "c", "variant": "v", "position": 1}
    (added,) = read(message("add", {"currencyCode": "EUR", "products": [{**product, "quantity": 2}]}))
    assert (added.name, added.fields["position"], added.fields["quantity"]) == ("product_added_to_cart", 1, 2)
    field = {"id": "T", "revenue": Decimal("12.50"), "tax": 1, "shipping": Decimal("2.60")}
    (order,) = read(message("purchase", {"currency": "EUR", "products": [product], "actionField": field}), "server")
    assert (order.fields["total"], order.fields["order_id"]) == (Money(1250, "EUR"), "T")
    (start,) = read(message("checkout", {"currency": "EUR", "products": [product], "actionField": {"step": 1}}))
    assert start.name == "checkout_started"
    with pytest.raises(Refused) as later:
        read(message("checkout", {"products": [product], "currency": "EUR", "actionField": {"step": 2}}))
    assert later.value.reason is Reason.AMBIGUOUS_NAME
    promotions = {"promotions": [{"id": "P", "creative": "banner", "position": "top"}]}
    (promotion,) = read(message("view", promotions))
    assert promotion.fields == {"promotion_id": "P", "creative_id": "banner", "slot": "top"}
