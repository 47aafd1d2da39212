"""A server over a real house in a folder, and a small shop to put into it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import evolve, frozen
from litestar import Litestar
from litestar.testing import TestClient

from adapters.http.api import api
from adapters.http.service import Service
from haberdasher.bootstrap import App
from haberdasher.serving import service_of
from haberdasher.testing.recommender import quiet, sessions
from ml.baselines import ItemKNN
from ports.artifacts import Draft, Manifest
from tests.support.house import house

PRODUCTS = 24
SIZES = ("s", "m", "l")


@frozen
class Served:
    """`client` asks over HTTP what `app` is behind."""

    app: App
    service: Service
    client: TestClient[Litestar]

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(path, json=body, headers=headers)

    def ask(self, **changes: Any) -> Any:
        return self.client.post("/v1/recommendations", json={"surface": "home"} | changes)

    def stock(self, levels: Mapping[str, int]) -> Any:
        return self.client.put("/v1/inventory", json=inventory(levels))


@contextmanager
def served(home: Path, *, stocked: bool = True, **changes: Any) -> Iterator[Served]:
    """Serve a house, by default with a small shop whose shelves are full. `changes`: other fields of `Service`."""
    app = house(home)
    app.live.look_for_releases = 0.0  # in every round
    service = evolve(service_of(app), **({"pages": False} | changes))
    with TestClient(api(service, version="test", close=app.close), raise_server_exceptions=False) as client:
        found = Served(app, service, client)
        if stocked:
            fill(found)
        yield found


def fill(server: Served) -> None:
    key = next((key for key, scopes in server.service.keys.items() if "catalog" in scopes), "")
    headers = {"x-api-key": key}
    listed = server.client.post("/v1/catalog", json={"products": catalogue()}, headers=headers)
    assert (listed.status_code, listed.json()["accepted"]) == (202, PRODUCTS)
    counted = server.client.put("/v1/inventory", json=inventory(full()), headers=headers)
    assert (counted.status_code, counted.json()["accepted"]) == (202, PRODUCTS)


def catalogue() -> Sequence[dict[str, Any]]:
    """Products p-0, p-1, ... of four categories and eight brands, in two colours and three sizes."""
    return [
        {
            "product_id": f"p-{n}",
            "title": f"Thing {n}",
            "category_id": f"c-{n % 4}",
            "brand_id": f"b-{n % 8}",
            "unit_price": "19.90",
            "list_price": 29.9,
            "currency": "EUR",
            "attributes": {"material": "wool"},
            "colourways": [
                {
                    "colourway_id": f"p-{n}-{colour}",
                    "colour": colour,
                    "image_url": f"/pictures/p-{n}-{colour}.png",
                    "variants": [{"variant_id": f"p-{n}/{colour}/{size}", "size": size} for size in SIZES],
                }
                for colour in ("red", "navy")
            ],
        }
        for n in range(PRODUCTS)
    ]


def full(pieces: int = 5) -> Mapping[str, int]:
    """Return every variant of the shop with so many pieces."""
    return {
        variant["variant_id"]: pieces
        for product in catalogue()
        for colourway in product["colourways"]
        for variant in colourway["variants"]
    }


def inventory(levels: Mapping[str, int]) -> dict[str, Any]:
    return {"levels": [{"variant_id": variant, "quantity": quantity} for variant, quantity in levels.items()]}


def publish(app: App, fingerprint: str) -> Manifest:
    """Publish a release of the small shop: item-kNN over walks along the shelf."""
    model = ItemKNN()
    walks = [[(start + step) % PRODUCTS for step in range(4)] for start in range(PRODUCTS)]
    model.fit(sessions(walks, PRODUCTS), seed=0, progress=quiet)
    draft = Draft(
        model="item_knn",
        fingerprint=fingerprint,
        created_at=app.clock.now(),
        data_from=1,
        data_to=1,
        feature_schema="",
        metrics={},
        arrays=model.arrays(),
        documents={"vocabulary": [f"p-{n}" for n in range(PRODUCTS)], "reports": [], "trained_until": 0.0},
    )
    return app.releases.publish(draft)
