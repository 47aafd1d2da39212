"""The floors that a learned model has to beat: counts, and nothing that needs a gradient."""

from ml.baselines.item_knn import ItemKNN
from ml.baselines.popularity import Popularity
from ml.baselines.session_popularity import SessionPopularity

__all__ = ["ItemKNN", "Popularity", "SessionPopularity"]
