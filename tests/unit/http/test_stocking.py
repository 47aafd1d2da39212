"""What the shop's systems say of products and stock becomes events of the taxonomy, without loss."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.event_log import MemoryEventLog, MemoryReadModels, MemoryStore
from adapters.http.errors import Problem
from adapters.http.stocking import counts, listings
from application.serving.shelf import Shelf
from domain.catalogue.product import Colourway, ProductListed, Variant
from haberdasher.names import stored_names
from ports.event_log import Append, Commit, Fact, Metadata

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """A shelf on which one product is listed, in one size."""
    store = MemoryStore()
    log = MemoryEventLog(stored_names(), store)
    listing = ProductListed("coat", "Coat", NOW, (Colourway("coat-red", (Variant("coat/m", "m"),)),))
    log.commit(Commit(appends=[Append("main/product-coat", 0, [Fact(listing, Metadata("e-1", NOW, NOW))])]))
    found = Shelf(log, MemoryReadModels(store))
    found.refresh(NOW)
    return found


def levels(*rows: dict[str, Any]) -> bytes:
    return json.dumps({"levels": rows}).encode()


def test_a_listing_keeps_every_digit() -> None:
    """A price goes on as it was written, whatever a float would make of it."""
    body = b'{"products":[{"product_id":"coat","unit_price":1234567890123.10,"listed_at":"2026-11-01T00:00:00Z"}]}'
    (event,) = listings(body)
    assert b'"unit_price":1234567890123.10' in event
    sent = json.loads(event)
    assert (sent["event"], sent["timestamp"]) == ("product_listed", "2026-11-01T00:00:00Z")
    assert "listed_at" not in sent["properties"]


def test_a_listing_without_a_time_happened_when_it_came() -> None:
    """No time is made up, so that a request that is sent again is recognised."""
    (event,) = listings(b'{"products":[{"product_id":"coat"}]}')
    assert "timestamp" not in json.loads(event)


@pytest.mark.parametrize("products", ["3", "[]", "[7]", "{}", '[{"a":NaN}]'])
def test_a_catalogue_that_is_none_is_refused(products: str) -> None:
    """What is no list of objects is said to be none, by its place."""
    with pytest.raises(Problem) as refused:
        listings(b'{"products":%s}' % products.encode())
    assert refused.value.status in {400, 422}
    assert refused.value.field in {"products", "products[0]", "(body)"}


def test_levels_come_product_by_product(shelf: Shelf) -> None:
    """A variant finds its product by the listing, and the last word on it counts."""
    body = levels({"variant_id": "coat/m", "quantity": 3}, {"variant_id": " coat/m", "quantity": 0})
    (event,) = map(json.loads, counts(body, shelf))
    assert event["properties"] == {"product_id": "coat", "levels": [{"variant_id": "coat/m", "quantity": 0}]}


def test_a_long_list_goes_in_parts(shelf: Shelf) -> None:
    """No event holds more levels than the taxonomy takes, and none is lost."""
    rows = [{"variant_id": f"v-{n}", "product_id": "hat", "quantity": n} for n in range(450)]
    sent = [json.loads(one)["properties"]["levels"] for one in counts(levels(*rows), shelf)]
    assert [len(part) for part in sent] == [200, 200, 50]
    assert [one["quantity"] for part in sent for one in part] == list(range(450))


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"variant_id": "nowhere", "quantity": 1}, "variant_id"),
        ({"variant_id": "coat/m", "quantity": -1}, "quantity"),
        ({"variant_id": "coat/m", "quantity": 10**30}, "quantity"),
        ({"variant_id": "coat/m", "quantity": 1.5}, "quantity"),
        ({"variant_id": "coat/m", "quantity": "1"}, "quantity"),
        ({"variant_id": "coat/m"}, "quantity"),
        ({"variant_id": "coat/m", "quantity": 1, "product_id": "hat"}, "product_id"),
        ({"variant_id": ["coat/m"], "quantity": 1}, "variant_id"),
    ],
)
def test_a_level_that_cannot_be_is_named(shelf: Shelf, row: dict[str, Any], named: str) -> None:
    """Place and field are said, and nothing of the request is taken."""
    with pytest.raises(Problem) as refused:
        counts(levels({"variant_id": "coat/m", "quantity": 1}, row), shelf)
    assert (refused.value.status, refused.value.field) == (422, f"levels[1].{named}")
