"""A plain HTTP client that sends what Google's documentation shows to a running server. Google publishes no client.

The payloads are those of the reference of the Measurement Protocol: one event each, a session, and then some that no
shop can mean.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import time_ns
from typing import Any
from urllib.request import Request, urlopen

from tests.support.server_process import Server, serving
from tests.vendors.ledger import ledger_of

KEY = "a-secret-of-ours"
OPERATOR = "a-key-of-the-operator"
TIMES = 15
ITEM: Mapping[str, Any] = {
    "item_id": "SKU_12345",
    "item_name": "Stan and Friends Tee",
    "affiliation": "Google Merchandise Store",
    "coupon": "SUMMER_FUN",
    "discount": 2.22,
    "index": 0,
    "item_brand": "Google",
    "item_category": "Apparel",
    "item_category2": "Adult",
    "item_list_id": "related_products",
    "item_list_name": "Related Products",
    "item_variant": "green",
    "location_id": "ChIJIQBpAG2ahYAR_6128GcTUEo",
    "price": 10.01,
    "quantity": 3,
}
_MONEY = {"currency": "USD", "value": 30.03, "items": [ITEM]}
_LIST = {"item_list_id": "related_products", "item_list_name": "Related products", "items": [ITEM]}
_PROMOTION = {"creative_name": "Summer Banner", "creative_slot": "featured_app_1", "promotion_id": "P_12345"}
_SALE = {**_MONEY, "transaction_id": "T_12345", "coupon": "SUMMER_SALE", "shipping": 3.33, "tax": 1.11}

#: (name, parameters, facts that come of it)
SAID: Sequence[tuple[str, Mapping[str, Any], Sequence[str]]] = (
    ("page_view", {"page_title": "Sale"}, ["PageViewed"]),
    ("search", {"search_term": "t-shirts"}, ["ProductsSearched"]),
    ("view_item_list", _LIST, ["SlateViewed"]),
    ("select_item", {**_LIST, "currency": "USD"}, ["ProductClicked"]),
    ("view_item", _MONEY, ["ProductViewed"]),
    ("user_engagement", {"engagement_time_msec": "1200"}, ["PageEngaged"]),
    ("scroll", {"percent_scrolled": 90}, ["PageEngaged"]),
    ("view_promotion", {**_PROMOTION, "items": [ITEM]}, ["PromotionViewed"]),
    ("select_promotion", {**_PROMOTION, "items": [ITEM]}, ["PromotionClicked"]),
    ("add_to_wishlist", _MONEY, ["ProductAddedToWishlist"]),
    ("add_to_cart", {**_MONEY, "items": [ITEM, {**ITEM, "item_id": "SKU_2", "index": 1}]}, ["ProductAddedToCart"] * 2),
    ("remove_from_cart", _MONEY, ["ProductRemovedFromCart"]),
    ("view_cart", _MONEY, ["CartViewed"]),
    ("begin_checkout", {**_MONEY, "coupon": "SUMMER_FUN"}, ["CheckoutStarted", "CouponChanged"]),
    ("add_shipping_info", {**_MONEY, "shipping_tier": "Ground"}, ["CheckoutStepCompleted"]),
    ("add_payment_info", {**_MONEY, "payment_type": "Credit Card"}, ["CheckoutStepCompleted"]),
    ("purchase", _SALE, ["CheckoutCompleted", "CouponChanged"]),
    ("share", {"method": "Twitter", "content_type": "product", "item_id": "SKU_12345"}, ["ProductShared"]),
)
WAITING: Sequence[tuple[str, Mapping[str, Any], str]] = (
    ("generate_lead", {"currency": "USD", "value": 99.99}, "unknown_event_name"),
    ("click", {"link_url": "https://elsewhere.example/"}, "ambiguous_name"),
    ("refund", _SALE, "enum_unknown"),
    ("view_item", {"currency": "USD", "value": 30.03}, "missing_required"),
)


def post(server: Server, path: str, body: Any) -> tuple[int, bytes]:
    url = f"{server.url}/collect/ga4/{path}?measurement_id=G-ABCDEFGHIJ&api_secret={KEY}"
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return answer.status, answer.read()


def counted(server: Server) -> Counter[str]:
    """Return how many events the server answered for, by outcome, as its figures say."""
    request = Request(f"{server.url}/metrics", headers={"X-Api-Key": OPERATOR})
    with urlopen(request, timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    found: Counter[str] = Counter()
    for line in lines:
        if line.startswith("haberdasher_intake_events_total{"):
            found[line.partition('outcome="')[2].partition('"')[0]] += int(float(line.rpartition(" ")[2]))
    return found


def payload(client: int, micros: int) -> Mapping[str, Any]:
    """Return a request with everything that a visitor did, a second apart."""
    session = {"session_id": str(1795521000 + client), "page_location": "https://shop.example/sale"}
    events = [
        {
            "name": name,
            "params": {**session, "engagement_time_msec": "100", **params},
            "timestamp_micros": micros + place * 1_000_000,
        }
        for place, (name, params, _) in enumerate((*SAID, *WAITING))
    ]
    return {"client_id": f"{client}.1795520000", "consent": {"ad_user_data": "DENIED"}, "events": events}


def test_what_google_documents_is_taken_and_nothing_is_lost(tmp_path: Path) -> None:
    """Sent = facts + duplicates + quarantined with a reason; a request that is sent again changes nothing."""
    begun = time_ns() // 1000 - 600_000_000
    requests = [payload(client, begun) for client in range(TIMES)]
    with serving(tmp_path, api_keys=f"{KEY}=events, {OPERATOR}=read") as server:
        for request in (*requests, *requests[:3]):  # three are sent again
            assert post(server, "mp/collect", request) == (204, b"")
        status, said = post(server, "debug/mp/collect", requests[0])
        outcomes = counted(server)
    assert status == 200
    assert len(json.loads(said)["validationMessages"]) == len(WAITING)
    sent = [(f"{event['name']}-{n}", event["name"]) for one in requests for n, event in enumerate(one["events"])]
    again = 3 * (len(SAID) + len(WAITING))
    assert outcomes["accepted"] + outcomes["quarantined"] == len(sent)
    assert (outcomes["duplicate"], outcomes.total()) == (again, len(sent) + again)
    ledger = ledger_of("ga4", tmp_path, sent)
    print(ledger.show())
    assert len(ledger.stored) == len(sent) == TIMES * (len(SAID) + len(WAITING))
    assert ledger.quarantined == Counter(reason for _, _, reason in WAITING for _ in range(TIMES))
    facts = Counter({name: count for name, count in ledger.names.items() if name in _KNOWN})
    assert facts == Counter(fact for _, _, told in SAID for fact in told for _ in range(TIMES))


_KNOWN = {fact for _, _, told in SAID for fact in told}
