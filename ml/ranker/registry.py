"""The rankers by the name under which settings, reports and releases know them."""

from collections.abc import Callable, Mapping

from ml.ranker.gradient_boosting import GradientBoosting
from ml.ranker.network import Network
from ports.ranker import Ranker

RANKERS: Mapping[str, Callable[[], Ranker]] = {"network": Network, "gradient_boosting": GradientBoosting}


def make_ranker(name: str) -> Ranker:
    """Return a new ranker, not yet fitted. Errors: `KeyError`, naming those there are."""
    if name not in RANKERS:
        raise KeyError(f"no ranker is called {name!r}; there are {', '.join(RANKERS)}")
    return RANKERS[name]()
