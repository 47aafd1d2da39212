"""The recommenders by the name under which settings, reports and releases know them."""

from collections.abc import Callable, Mapping

from ml.baselines import ItemKNN, Popularity, SessionPopularity
from ml.two_tower import TwoTower
from ports.models import Recommender

RECOMMENDERS: Mapping[str, Callable[[], Recommender]] = {
    "popularity": Popularity,
    "session_popularity": SessionPopularity,
    "item_knn": ItemKNN,
    "two_tower": TwoTower,
}


def make_model(name: str) -> Recommender:
    """Return a new model, not yet fitted. Errors: `KeyError`, naming those there are."""
    if name not in RECOMMENDERS:
        raise KeyError(f"no model is called {name!r}; there are {', '.join(RECOMMENDERS)}")
    return RECOMMENDERS[name]()
