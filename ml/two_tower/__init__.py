"""Two-tower retrieval: a session and an item are near each other if the one is likely to come next.

Trained in JAX, served in numpy: importing `TwoTower` does not import JAX, fitting it does.
"""

from ml.two_tower.model import TwoTower
from ml.two_tower.settings import TwoTowerSettings

__all__ = ["TwoTower", "TwoTowerSettings"]
