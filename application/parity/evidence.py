"""What the lake says of the slates that differ: the versions behind a customer, and when a product was another."""

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from application.features.touch import Observation
from application.parity.computing import Owner, Showing
from application.parity.past import Past

#: So many changes of a product are looked at before and after.
_CHANGES = 8
#: Seconds: before a touch it does not count, after it, it does.
_INSTANT = 1e-3
#: When a value is of, and when what it is made of was known (Unix s).
Moment = tuple[float, float]


@frozen(eq=False)
class Evidence:
    """`observed`: owner -> all versions of what was ever theirs. `changes`: product -> moment (Unix s) and position."""

    observed: Mapping[Owner, Sequence[Observation]]
    changes: Mapping[str, Sequence[tuple[float, int]]]

    @classmethod
    def of(cls, past: Past, slates: Iterable[Showing]) -> "Evidence":
        owners: dict[Owner, set[str]] = {owner: set() for one in slates for owner in one.owners}
        which = {
            "customer": frozenset(one.key for one in owners if one.entity == "customer"),
            "session": frozenset(one.key for one in owners if one.entity == "session"),
            "product": frozenset(product for one in slates for product in one.products),
        }
        versions: dict[str, list[Observation]] = {}
        changes: dict[str, list[tuple[float, int]]] = {}
        for one in past.observations({name: keys for name, keys in which.items() if keys}):
            versions.setdefault(one.id, []).append(one)
            if one.product in which["product"]:
                changes.setdefault(one.product, []).append((max(one.known, one.at), one.position))
            for owner in (Owner("customer", one.customer), Owner("session", one.session)):
                if owner in owners:
                    owners[owner].add(one.id)
        return cls({owner: [one for key in ids for one in versions[key]] for owner, ids in owners.items()}, changes)

    def behind(self, showing: Showing) -> Sequence[Observation]:
        """Return what a slate's customer may have been made of."""
        return [one for owner in showing.owners for one in self.observed[owner]]

    def moments(self, product: str, at: float, stale_s: float, behind_s: float) -> Sequence[Moment]:
        """Return moments, in pairs between which a product did not change, up to that of a slate, `at`.

        They begin where it may have been read. What reads the product may be behind by up to `behind_s`: it then fades
        without the news. Of many changes only the newest are told apart.
        """
        begin = at - stale_s
        steps = sorted({known for known, _ in self.changes.get(product, ()) if begin <= known < at})[-_CHANGES:]
        found = [(begin, begin)]
        for one in steps:
            after = min(one + _INSTANT, at)
            found += [(min(one + behind_s, at), one - _INSTANT), (after, after)]
        return [*found, (at, at)]

    def late(self, product: str, showing: Showing) -> bool:
        """Tell whether something of a product was known by its time, but came into the log after the slate."""
        return any(
            known < showing.at and position > showing.position for known, position in self.changes.get(product, ())
        )
