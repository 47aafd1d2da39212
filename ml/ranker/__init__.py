"""Rankers: a shallow network, trained in JAX and served in numpy, and gradient boosting as its baseline.

Importing them imports neither JAX nor scikit-learn: fitting does, and restoring the trees.
"""

from ml.ranker.gradient_boosting import GradientBoosting
from ml.ranker.network import Network
from ml.ranker.registry import RANKERS, make_ranker
from ml.ranker.settings import NetworkSettings

__all__ = ["RANKERS", "GradientBoosting", "Network", "NetworkSettings", "make_ranker"]
