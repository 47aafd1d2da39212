from haberdasher.testing.ranker import RankerContract
from ml.ranker import GradientBoosting, Network, NetworkSettings
from ports.ranker import Ranker


class TestNetwork(RankerContract):
    @staticmethod
    def make() -> Ranker:
        return Network(NetworkSettings(epochs=15, batch=16))


class TestGradientBoosting(RankerContract):
    make = GradientBoosting
