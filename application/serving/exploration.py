"""Controlled exploration with exact propensities: now and then one place shows what the policy would not have shown.

Each place from the second on explores with the chance `share`, but only one of a slate does: the slate explores with
`share` times the number of those places (at most always), one of them, each equally likely, takes a product drawn
evenly from the pool. So an ordinary place keeps its product with the chance 1 - share, and an explored one holds any
product of the pool with share / |pool|. The first place never explores.
"""

from collections.abc import Sequence
from random import Random

from attrs import frozen

#: One place in 20 (policy, `domain.md` §9.1).
SHARE = 0.05


@frozen
class Drawn:
    """`item`: a place in the list of candidates. `propensity`: the chance that it stands here under this policy."""

    item: int
    propensity: float
    explored: bool = False


def explore(ranked: int, pool: Sequence[int], k: int, *, seed: int, share: float = SHARE) -> Sequence[Drawn]:
    """Fill k places with candidates 0 .. ranked - 1, best first, and perhaps one of `pool`, which is disjoint."""
    places = min(k, ranked)
    if places < 2 or not pool or share <= 0:
        return [Drawn(item, 1.0) for item in range(places)]
    rate = min(1.0, share * (places - 1))
    each = rate / (places - 1)
    drawn = [Drawn(0, 1.0), *(Drawn(item, 1.0 - each) for item in range(1, places))]
    dice = Random(seed)  # noqa: S311  # a seed that is recorded is meant to be repeated
    if dice.random() < rate:
        place = dice.randrange(1, places)
        drawn[place] = Drawn(pool[dice.randrange(len(pool))], each / len(pool), explored=True)
    return drawn
