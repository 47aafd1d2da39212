"""A small listed shop in memory, with a release over it and everything that an answer needs."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from adapters.item_index import ExactItemIndex
from application.features.ranking import RANKING_FEATURES
from application.serving.asked import Asked
from application.serving.recommending import Recommending
from application.serving.recording import SlateRecorder
from application.serving.shelf import Shelf
from application.serving.stack import Makers, Stack, open_stack
from domain.slate.slate import SlateServed
from haberdasher.testing.recommender import quiet, sessions
from ml.baselines import ItemKNN
from ports.artifacts import Draft, Manifest, Release
from ports.models import Progress, Recommender
from ports.ranker import RankingExamples
from ports.vault import Identifier
from tests.support.memory_house import MemoryHouse, SetClock
from tests.support.shop import MONDAY, sent

N = 48
SIZES = ("s", "m")
ADA = Identifier("account", "ada")
TUESDAY = MONDAY + timedelta(days=1)


class Linear:
    """A ranker that likes one feature; `broken` is raised when it is asked."""

    name = "linear"

    def __init__(self, feature: str = "retrieval", broken: Exception | None = None) -> None:
        self.weights, self.broken = np.zeros(len(RANKING_FEATURES), np.float32), broken
        self.weights[RANKING_FEATURES.index(feature)] = 1.0

    def fit(self, data: RankingExamples, *, seed: int, progress: Progress) -> None:
        raise NotImplementedError

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.broken is not None:
            raise self.broken
        return np.asarray(features @ self.weights, np.float32)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return {"weights": self.weights}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self.weights = np.asarray(arrays["weights"], np.float32)


def product(n: int) -> str:
    return f"p-{n:02d}"


def listed(n: int, minute: float = -600, **changes: Any) -> bytes:
    """Return the listing of a product: six categories, twelve brands, two colours, two sizes of each."""
    properties = {
        "product_id": product(n),
        "title": f"Thing {n}",
        "category_id": f"c-{n % 6}",
        "brand_id": f"b-{n % 12}",
        "unit_price": f"{20 + n}.00",
        "list_price": "80.00",
        "currency": "EUR",
        "colourways": [
            {
                "colourway_id": f"{product(n)}-{colour}",
                "colour": colour,
                "variants": [{"variant_id": f"{product(n)}-{colour}/{size}", "size": size} for size in SIZES],
            }
            for colour in ("red", "navy")
        ],
    }
    return sent("product_listed", minute, properties=properties | changes)


def counted(n: int, pieces: int, minute: float = -600, *, only: str = "") -> bytes:
    """Return a count of all variants of a product, or of those whose id holds `only`."""
    variants = [f"{product(n)}-{colour}/{size}" for colour in ("red", "navy") for size in SIZES]
    levels = [{"variant_id": one, "quantity": pieces} for one in variants if only in one]
    return sent("stock_counted", minute, properties={"product_id": product(n), "levels": levels})


def draft(fingerprint: str = "f-1", ranker: Linear | None = None) -> Draft:
    """Return a release of item-kNN over walks along the shelf, with a ranker if there is to be one."""
    model = ItemKNN()
    walks = [[(start + step) % N for step in range(6)] for start in range(N)]
    model.fit(sessions(walks, N), seed=0, progress=quiet)
    documents: dict[str, Any] = {"vocabulary": [product(n) for n in range(N)], "reports": [], "trained_until": 0.0}
    arrays = dict(model.arrays())
    if ranker is not None:
        documents |= {"ranker": ranker.name, "ranking_features": list(RANKING_FEATURES)}
        documents |= {"propensity": {"version": "seen-1"}}
        arrays |= {f"ranker.{name}": array for name, array in ranker.arrays().items()}
    return Draft("item_knn", fingerprint, MONDAY, 1, 2, "", {}, arrays, documents)


def release_of(one: Draft, release_id: str = "r-1") -> Release:
    manifest = Manifest(release_id, one.model, one.fingerprint, one.created_at, 1, 2, "", "", {}, {})
    return Release(manifest, one.arrays, one.documents)


def makers(ranker: Linear | None = None) -> Makers:
    def model(name: str) -> Recommender:
        assert name == "item_knn"
        return ItemKNN()

    return Makers(model, lambda _: ranker or Linear(), lambda _: ExactItemIndex())


@define(eq=False)
class Counter:
    """Where slates are handed out. `failures`: what answers did without."""

    house: MemoryHouse
    shelf: Shelf
    stack: Stack
    recommending: Recommending
    failures: list[str] = field(factory=list)

    @classmethod
    def open(cls, ranker: Linear | None = None, *, released: bool = True, listings: Sequence[bytes] = ()) -> "Counter":
        """List and stock the whole shop, let `ada` look around, and open a release."""
        house = MemoryHouse(batch=500)
        stock = [body for n in range(N) for body in (listed(n), counted(n, 3))]
        house.receive("oms", [*stock, *listings], "stock")
        looks = [
            sent("product_viewed", n, anonymous_id="cookie", user_id="ada", properties=_looked(n)) for n in (1, 7, 13)
        ]
        house.receive("web", looks, "looks")
        shelf = Shelf(house.log, house.read_models)
        shelf.refresh(TUESDAY)
        release = release_of(draft(ranker=ranker)) if released else None
        stack = open_stack(release, makers(ranker), shelf, house.read_models, TUESDAY.timestamp())
        recommending = Recommending(
            stack=lambda: stack,
            shelf=shelf,
            read_models=house.read_models,
            vault=house.vault,
            record=SlateRecorder(house.log, house.ids, "main"),
            wait=lambda _: True,
            clock=SetClock(TUESDAY),
            ids=house.ids,
        )
        counter = cls(house, shelf, stack, recommending)
        recommending.failed = lambda stage, error: counter.failures.append(f"{stage}: {error}")
        return counter

    def ask(self, **changes: Any) -> SlateServed:
        return self.recommending.answer(Asked(**({"surface": "home", "request_id": "request-1"} | changes)))

    def restock(self, *bodies: bytes, batch_id: str = "restock") -> None:
        """Let the stock change, as a server would notice it."""
        self.house.receive("oms", bodies, batch_id)
        self.stack.restock(self.shelf, self.shelf.refresh(TUESDAY))


def _looked(n: int) -> dict[str, Any]:
    return {"product_id": product(n), "category_id": f"c-{n % 6}", "color": "navy", "size": "m"}
