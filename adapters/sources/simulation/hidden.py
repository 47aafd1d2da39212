"""The shoppers as they are: tastes, bodies, money, habits. Nobody outside this folder may know (see `truth`)."""

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from adapters.sources.simulation.garments import AXES, SIZES
from adapters.sources.simulation.season import Season
from adapters.sources.simulation.words import BRANDS

#: Facets of a taste: how many values each has and how much it matters (deviation of its weights).
FACETS = {
    "category": (18, 1.6),
    "silhouette": (6, 0.9),
    "pattern": (8, 1.0),
    "colour": (6, 1.2),
    "price": (4, 0.8),
    "brand": (len(BRANDS), 0.8),
    "texture": (8, 0.5),
    "occasion": (5, 0.5),
}
WIDTH = sum(count for count, _ in FACETS.values())
#: Kinds of people whose tastes are alike; a person is one kind and herself.
_KINDS = 12
_SHARED = 0.65
_CIRCLE = 6
#: Deviation of the brands' offsets, in steps of a label.
_RUNS = 0.55
_BODY_MEAN = np.array([2.0, 2.4, 4.6, 0.0], np.float32)
_BODY_SPREAD = np.array([1.0, 1.2, 2.1, 0.0], np.float32)
_LARGEST = np.array([len(SIZES[axis]) - 1 for axis in AXES], np.float32)


@frozen(eq=False)
class Shoppers:
    """Row per shopper. `taste` at the first day and where it `drifts` to: [shoppers, WIDTH].

    `body`: [shoppers, axes] in steps of the labels of each axis (`garments.AXES`); the number of a label that fits.
    `budget`: cents for one piece on an average day. `thrift`: how much more than that hurts.
    """

    taste: NDArray[np.float32]
    drifts: NDArray[np.float32]
    body: NDArray[np.float32]
    budget: NDArray[np.float32]
    thrift: NDArray[np.float32]
    brackets: NDArray[np.float32]
    picky: NDArray[np.float32]
    activity: NDArray[np.float64]
    circle: NDArray[np.int32]

    @classmethod
    def of(cls, season: Season) -> "Shoppers":
        rng = np.random.default_rng([season.seed, 3])
        count = season.shoppers
        scale = np.concatenate([np.full(size, spread) for size, spread in FACETS.values()]).astype(np.float32)
        kinds = rng.standard_normal((_KINDS, WIDTH), dtype=np.float32)
        first, later = rng.integers(_KINDS, size=count), rng.integers(_KINDS, size=count)
        own = (1 - _SHARED) ** 0.5 * rng.standard_normal((count, WIDTH), dtype=np.float32)
        amount = rng.beta(1.5, 3, count).astype(np.float32)[:, None]
        kind = _SHARED**0.5 * kinds
        build = rng.standard_normal((count, 1), dtype=np.float32)
        parts = rng.standard_normal((count, len(_BODY_MEAN)), dtype=np.float32)
        return cls(
            taste=scale * (kind[first] + own),
            drifts=scale * amount * (kind[later] - kind[first]),
            body=np.clip(_BODY_MEAN + _BODY_SPREAD * (0.8 * build + 0.6 * parts), -0.4, _LARGEST + 0.4),
            budget=(7000 * np.exp(rng.normal(0, 0.45, count))).astype(np.float32),
            thrift=rng.uniform(0.5, 2.0, count).astype(np.float32),
            brackets=rng.beta(1, 7, count).astype(np.float32),
            picky=rng.uniform(0.5, 1.5, count).astype(np.float32),
            activity=rng.gamma(1.3, 1.0, count) + 0.05,
            circle=(rng.permutation(count) // _CIRCLE).astype(np.int32),
        )


@frozen(eq=False)
class Brands:
    """What a brand does not say, in the order of `words.BRANDS`: steps by which it runs large, faults per piece."""

    offset: NDArray[np.float32]
    faults: NDArray[np.float32]

    @classmethod
    def of(cls, season: Season) -> "Brands":
        rng = np.random.default_rng([season.seed, 4])
        offset = rng.standard_normal(len(BRANDS))
        # Of every seed the same spread: the share of returns hangs on it.
        offset *= _RUNS / offset.std()
        return cls(
            offset.astype(np.float32),
            rng.beta(1.2, 30, len(BRANDS)).astype(np.float32),
        )
