"""`python -m tests.vendors.clients.snowplow_python URL METHODS TIMES [KEY]`: what a shop sends with Snowplow's tracker.

Prints (id, type) of everything that the emitters were told arrived, and fails for what did not. METHODS: post, get or
post,get (then every event goes out twice).
"""

import json
import logging
import sys
import warnings
from collections.abc import Sequence
from typing import Any, Literal

import requests
from snowplow_tracker.emitters import Emitter
from snowplow_tracker.events.page_ping import PagePing
from snowplow_tracker.events.page_view import PageView
from snowplow_tracker.events.self_describing import SelfDescribing
from snowplow_tracker.events.structured_event import StructuredEvent
from snowplow_tracker.self_describing_json import SelfDescribingJson
from snowplow_tracker.subject import Subject
from snowplow_tracker.tracker import Tracker
from snowplow_tracker.typing import EmitterProtocol

from tests.support.snowplow import CART, HAT, SCARF

_IGLU = "iglu:com.snowplowanalytics.snowplow"
_STEP = {"step": 1, "payment_method": "card"}
_BILL = {"transaction_id": "o-1", "revenue": 92.4, "currency": "EUR", "payment_method": "card", "total_quantity": 3}
_REFUND = {"transaction_id": "o-1", "currency": "EUR", "refund_amount": 5}
_PROMOTION = {"id": "sale", "slot": "top"}
#: (type of the action, entities by their names)
ACTIONS: Sequence[tuple[str, Sequence[tuple[str, Any]]]] = (
    ("product_view", [("product", HAT)]),
    ("list_view", [("product", HAT), ("product", SCARF)]),
    ("list_click", [("product", HAT | {"position": 1})]),
    ("add_to_cart", [("product", HAT | {"quantity": 1}), ("product", SCARF), ("cart", CART)]),
    ("remove_from_cart", [("product", HAT | {"quantity": 1}), ("cart", CART)]),
    ("checkout_step", [("checkout_step", _STEP), ("cart", CART)]),
    ("transaction", [("transaction", _BILL), ("product", SCARF), ("cart", CART)]),
    ("trns_error", [("transaction_error", {"error_code": "51"}), ("cart", CART)]),
    ("refund", [("refund", _REFUND)]),
    ("promo_view", [("promotion", _PROMOTION)]),
    ("promo_click", [("promotion", _PROMOTION)]),
)
_ITEMS = ({"sku": "hat-1", "price": 19.9, "quantity": 1}, {"sku": "scarf-7", "price": 35, "quantity": 2})
#: Messages of one round, the three of the legacy transaction included.
PER_ROUND = len(ACTIONS) + 11


def _described(schema: str, data: Any) -> SelfDescribingJson:
    return SelfDescribingJson(schema, data)


def act(tracker: Tracker, kind: str, entities: Sequence[tuple[str, Any]], page: str) -> None:
    around = [_described(f"{_IGLU}.ecommerce/{name}/jsonschema/1-0-0", data) for name, data in entities]
    around.append(_described(f"{_IGLU}/web_page/jsonschema/1-0-0", {"id": page}))
    said = _described(f"{_IGLU}.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2", {"type": kind, "name": "Hüte"})
    tracker.track(SelfDescribing(said, context=around))


def one_round(tracker: Tracker, number: int) -> None:
    page = f"page-{number}"
    around = [_described(f"{_IGLU}/web_page/jsonschema/1-0-0", {"id": page})]
    url = "https://shop.example/hats?gclid=secret"
    tracker.track(PageView(page_url=url, page_title="Hüte", referrer="https://www.google.com/", context=around))
    tracker.track(PagePing(page_url=url, min_y=0, max_y=1200, context=around))
    for kind, entities in ACTIONS:
        act(tracker, kind, entities, page)
    tracker.track(StructuredEvent("shop", "add-to-basket", "hat-1", "pcs", 2))
    tracker.track(StructuredEvent("video", "play", "hat-1"))
    tracker.track_ecommerce_transaction("o-2", 89.9, currency="EUR", items=[dict(one) for one in _ITEMS])
    tracker.track_site_search(["red", "hat"], total_results=7)
    tracker.track_link_click("https://shop.example/scarves", element_id="next")
    tracker.track_add_to_cart("hat-1", 1, unit_price=19.9, currency="EUR")
    tracker.track_remove_from_cart("hat-1", 1, unit_price=19.9, currency="EUR")


def main(url: str, methods: str, times: int, key: str = "") -> None:
    arrived: list[tuple[str, str]] = []
    failed: list[int] = []

    def note(events: Sequence[Any]) -> None:
        arrived.extend((one["eid"], one["e"]) for one in events)

    def worry(_: int, events: Sequence[Any]) -> None:
        failed.append(len(events))

    with requests.Session() as session:
        session.headers.update({"Authorization": f"Bearer {key}"} if key else {})
        ways: list[Literal["post", "get"]] = [one for one in ("post", "get") if one in methods.split(",")]
        emitters = [
            Emitter(f"{url}/collect/snowplow", method=way, on_success=note, on_failure=worry, session=session)
            for way in ways
        ]
        for number in range(times):
            subject = Subject().set_platform("web").set_domain_user_id(f"cookie-{number}").set_viewport(1280, 800)
            told: list[EmitterProtocol] = [*emitters]
            tracker = Tracker("shop", told, subject=subject, app_id="shop", encode_base64=number % 2 == 0)
            one_round(tracker, number)
        for emitter in emitters:
            emitter.sync_flush()
    print(json.dumps(arrived))
    sys.exit(f"{sum(failed)} events did not arrive" if failed else 0)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore", DeprecationWarning)
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
