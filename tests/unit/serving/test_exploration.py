"""The propensities of a slate are the chances that it was drawn with."""

from collections import Counter
from collections.abc import Sequence
from math import sqrt

import pytest

from application.serving.exploration import SHARE, Drawn, explore

SEEDS = range(20_000)
K = 6
POOL = (6, 7, 8, 9, 10)


@pytest.fixture(scope="module", params=[SHARE, 0.15, 0.9], ids=lambda share: f"share {share}")
def slates(request: pytest.FixtureRequest) -> Sequence[Sequence[Drawn]]:
    """Return a slate for each seed; at the largest share every slate explores."""
    return [explore(11, POOL, K, seed=seed, share=request.param) for seed in SEEDS]


def test_frequencies_are_the_propensities(slates: Sequence[Sequence[Drawn]]) -> None:
    """Every product that may stand in a place stands there as often as stated, within four standard errors."""
    n = len(slates)
    stated = {(place, one.item): one.propensity for slate in slates for place, one in enumerate(slate)}
    counts = Counter((place, one.item) for slate in slates for place, one in enumerate(slate))
    assert set(stated) == {(0, 0), *((place, item) for place in range(1, K) for item in (place, *POOL))}
    for what, chance in stated.items():
        assert abs(counts[what] / n - chance) <= 4 * sqrt(chance * (1 - chance) / n), what


def test_a_product_in_its_place_has_one_propensity(slates: Sequence[Sequence[Drawn]]) -> None:
    """What is stated depends on place and product only, not on what else was drawn."""
    stated: dict[tuple[int, int], set[float]] = {}
    for slate in slates:
        for place, one in enumerate(slate):
            stated.setdefault((place, one.item), set()).add(one.propensity)
    assert {len(chances) for chances in stated.values()} == {1}


def test_the_chances_of_a_place_sum_to_one(slates: Sequence[Sequence[Drawn]]) -> None:
    """Something always stands there: the ordinary product or one of the pool."""
    stated = {(place, one.item): one.propensity for slate in slates for place, one in enumerate(slate)}
    for place in range(K):
        assert sum(chance for (where, _), chance in stated.items() if where == place) == pytest.approx(1)


def test_one_place_explores_at_most_and_never_the_first(slates: Sequence[Sequence[Drawn]]) -> None:
    """The first place is the policy's best, and no slate has two explored places."""
    for slate in slates:
        assert slate[0] == Drawn(0, 1.0)
        assert sum(one.explored for one in slate) <= 1
        assert {one.item for one in slate if one.explored} <= set(POOL)
        assert all(one.item == place for place, one in enumerate(slate) if not one.explored)


def test_the_same_seed_draws_the_same() -> None:
    """A seed repeats the draw, and seeds differ."""
    once = [explore(11, POOL, K, seed=seed, share=0.9) for seed in range(50)]
    assert once == [explore(11, POOL, K, seed=seed, share=0.9) for seed in range(50)]
    assert len({tuple(one.item for one in slate) for slate in once}) > 10


@pytest.mark.parametrize(
    ("ranked", "pool", "k", "share"),
    [(6, (), 6, 0.9), (1, POOL, 6, 0.9), (6, POOL, 1, 0.9), (6, POOL, 6, 0.0), (0, POOL, 6, 0.9)],
    ids=["no pool", "one candidate", "one place", "no share", "nothing"],
)
def test_where_nothing_can_be_explored_all_is_certain(ranked: int, pool: Sequence[int], k: int, share: float) -> None:
    """Without a pool, a second place or a share the slate is the policy's, and each place is certain."""
    for seed in range(200):
        drawn = explore(ranked, pool, k, seed=seed, share=share)
        assert drawn == [Drawn(item, 1.0) for item in range(min(k, ranked))]
