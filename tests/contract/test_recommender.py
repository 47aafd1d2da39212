from haberdasher.testing.recommender import RecommenderContract, VectorRecommenderContract
from ml.baselines import ItemKNN, Popularity, SessionPopularity
from ml.two_tower import TwoTower, TwoTowerSettings
from ports.models import Recommender


class TestPopularity(RecommenderContract):
    make = Popularity


class TestSessionPopularity(RecommenderContract):
    make = SessionPopularity


class TestItemKNN(RecommenderContract):
    make = ItemKNN


class TestTwoTower(VectorRecommenderContract):
    @staticmethod
    def make() -> Recommender:
        return TwoTower(TwoTowerSettings(dimension=8, recent=4, batch=32, epochs=2))
