"""A house in a folder with the small shop of `tests.support.http`, under a clock that stands until it is moved."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from application.features.ranking import RANKING_FEATURES
from haberdasher.bootstrap import App, bootstrap
from haberdasher.settings import Settings
from haberdasher.testing.recommender import quiet, sessions
from ml.baselines import ItemKNN
from ports.artifacts import Draft, Manifest
from ports.models import Progress
from ports.ranker import RankingExamples
from tests.support.http import PRODUCTS, catalogue, full
from tests.support.memory_house import SetClock

#: The ranker's one array.
WEIGHTS = np.linspace(1, 2, len(RANKING_FEATURES)).astype(np.float32)


@define(eq=False)
class WeightedSum:
    """A ranker that needs no training: its score is a weighted sum of the features."""

    name: str = "weighted_sum"
    _weights: NDArray[np.float32] = field(init=False, factory=lambda: np.zeros(0, np.float32))

    def fit(self, data: RankingExamples, *, seed: int, progress: Progress) -> None:
        self._weights = WEIGHTS

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return features @ self._weights

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return {"weights": self._weights}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._weights = np.asarray(arrays["weights"], np.float32)


@define(eq=False)
class SmallHouse:
    """Nothing happens by itself: `live` has no thread, and the clock moves by a second with everything sent."""

    home: Path
    clock: SetClock = field(init=False, factory=SetClock)
    app: App = field(init=False)
    _batches: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self.app = bootstrap(Settings(home=self.home, batch=500), clock=self.clock, rankers=lambda _: WeightedSum())
        self.app.live.look_for_releases = 0.0

    def tick(self, seconds: float = 1) -> None:
        self.clock.at += timedelta(seconds=seconds)

    def send(self, source: str, *events: Mapping[str, Any]) -> int:
        """Bring events through the door, a second after the last; return the position of the last one."""
        self.tick()
        self._batches += 1
        bodies = [json.dumps(event).encode() for event in events]
        answers = self.app.door.receive(source, bodies, batch_id=f"batch-{self._batches}")
        assert {one.outcome for one in answers} == {"accepted"}, answers
        self.tick()
        return max(one.position for one in answers)

    def list_all(self) -> int:
        return self.send(
            "http_catalogue", *({"event": "product_listed", "properties": dict(one)} for one in catalogue())
        )

    def count(self, levels: Mapping[str, int]) -> int:
        """Say how many pieces there are of some variants."""
        by_product: dict[str, list[dict[str, Any]]] = {}
        for variant, quantity in levels.items():
            row = {"variant_id": variant, "quantity": quantity}
            by_product.setdefault(variant.split("/")[0], []).append(row)
        return self.send(
            "http_catalogue",
            *(
                {"event": "stock_counted", "properties": {"product_id": product, "levels": rows}}
                for product, rows in by_product.items()
            ),
        )

    def open(self) -> None:
        """Fill the shop and serve it."""
        self.list_all()
        self.count(full())
        self.app.live.round()

    def publish(self, fingerprint: str = "release-1") -> Manifest:
        """Publish item-kNN over walks along the shelf, with the ranker above."""
        self.tick()
        model = ItemKNN()
        walks = [[(start + step) % PRODUCTS for step in range(4)] for start in range(PRODUCTS)]
        model.fit(sessions(walks, PRODUCTS), seed=0, progress=quiet)
        documents = {"vocabulary": [f"p-{n}" for n in range(PRODUCTS)], "reports": [], "trained_until": 0.0}
        ranking = {"ranker": "weighted_sum", "ranking_features": RANKING_FEATURES, "propensity": {"version": "p-7"}}
        return self.app.releases.publish(
            Draft(
                model="item_knn",
                fingerprint=fingerprint,
                created_at=self.clock.now(),
                data_from=1,
                data_to=1,
                feature_schema="",
                metrics={},
                arrays={**model.arrays(), "ranker.weights": WEIGHTS},
                documents=documents | ranking,
            )
        )
