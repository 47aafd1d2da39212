"""What the lake says of the slates that differ: the versions behind a customer, and when a product was another."""

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from application.features.touch import Observation
from application.parity.computing import Owner, Showing
from application.parity.past import Past

#: At most so many moments are looked at at which a product may have been read.
_MOMENTS = 16
#: After a touch, in seconds: it counts when it is over.
_INSTANT = 1e-3


@frozen(eq=False)
class Evidence:
    """`observed`: all versions of what was ever of an owner. `changes`: product -> Unix seconds of its changes."""

    observed: Mapping[Owner, Sequence[Observation]]
    changes: Mapping[str, Sequence[float]]

    @classmethod
    def of(cls, past: Past, slates: Iterable[Showing]) -> "Evidence":
        owners: dict[Owner, set[str]] = {owner: set() for one in slates for owner in one.owners}
        which = {
            "customer": frozenset(one.key for one in owners if one.entity == "customer"),
            "session": frozenset(one.key for one in owners if one.entity == "session"),
            "product": frozenset(product for one in slates for product in one.products),
        }
        versions: dict[str, list[Observation]] = {}
        changes: dict[str, list[float]] = {}
        for one in past.observations({name: keys for name, keys in which.items() if keys}):
            versions.setdefault(one.id, []).append(one)
            if one.product in which["product"]:
                changes.setdefault(one.product, []).append(max(one.known, one.at))
            for owner in (Owner("customer", one.customer), Owner("session", one.session)):
                if owner in owners:
                    owners[owner].add(one.id)
        return cls({owner: [one for key in ids for one in versions[key]] for owner, ids in owners.items()}, changes)

    def behind(self, showing: Showing) -> Sequence[Observation]:
        """Return what a slate's customer may have been made of."""
        return [one for owner in showing.owners for one in self.observed[owner]]

    def moments(self, product: str, at: float, stale_s: float) -> Sequence[float]:
        """Return moments (Unix s) around what changed while a product may have been read for a slate at `at`.

        That of the slate is the first. Of many changes the newest are looked at.
        """
        begin = at - stale_s
        steps = sorted({one for one in self.changes.get(product, ()) if begin <= one < at})[1 - _MOMENTS // 2 :]
        around = [moment for one in steps for moment in (one, one + _INSTANT)]
        return [at, begin, *(one for one in around if one < at)]
