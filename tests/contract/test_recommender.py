from haberdasher.testing.recommender import RecommenderContract
from ml.baselines import ItemKNN, Popularity, SessionPopularity


class TestPopularity(RecommenderContract):
    make = Popularity


class TestSessionPopularity(RecommenderContract):
    make = SessionPopularity


class TestItemKNN(RecommenderContract):
    make = ItemKNN
