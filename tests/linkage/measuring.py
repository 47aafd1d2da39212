"""How good suggested links are: pair by pair, and as clusters if somebody believed them all."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from attrs import frozen

Pair = tuple[str, str]


@frozen
class Share:
    """`of`: how many it is a share of; 1 where there is nothing to be wrong about."""

    right: float
    of: int

    @property
    def value(self) -> float:
        return self.right / self.of if self.of else 1.0


@frozen
class Measured:
    """B-cubed is of the connected components of the pairs. `worst`: the largest component of more than one person."""

    precision: Share
    recall: Share
    b_cubed_precision: float
    b_cubed_recall: float
    wrong: int
    worst: tuple[str, ...]


def measure(pairs: Collection[Pair], cluster: Mapping[str, str]) -> Measured:
    """Hold pairs (smaller key first) against who everybody really is."""
    true = {pair for members in _gathered(cluster).values() for pair in combinations(sorted(members), 2)}
    right = len(true & set(pairs))
    component_of = components(pairs, cluster)
    components_of, clusters_of = _gathered(component_of), _gathered(cluster)
    shared = {key: len(components_of[component_of[key]] & clusters_of[cluster[key]]) for key in cluster}
    wrong = [tuple(sorted(one)) for one in components_of.values() if len({cluster[key] for key in one}) > 1]
    return Measured(
        Share(right, len(pairs)),
        Share(right, len(true)),
        sum(shared[key] / len(components_of[component_of[key]]) for key in cluster) / len(cluster),
        sum(shared[key] / len(clusters_of[cluster[key]]) for key in cluster) / len(cluster),
        len(wrong),
        max(wrong, key=lambda one: (len(one), one), default=()),
    )


def components(pairs: Collection[Pair], keys: Collection[str]) -> Mapping[str, str]:
    """Return for each key the smallest key that pairs lead to."""
    parent = {key: key for key in keys}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for a, b in pairs:
        first, second = sorted((root(a), root(b)))
        parent[second] = first
    return {key: root(key) for key in keys}


def _gathered(group_of: Mapping[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, group in group_of.items():
        found.setdefault(group, set()).add(key)
    return found


def at_bounds(pairs: Mapping[Pair, float], cluster: Mapping[str, str], bounds: Sequence[float]) -> Sequence[Measured]:
    return [measure([pair for pair, probability in pairs.items() if probability >= one], cluster) for one in bounds]
