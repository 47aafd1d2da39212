"""The past once more from the beginning: at any moment on the way, what was known of everybody and everything then.

Observations are walked in the order in which they became known. A newer version takes the place of the older one: whose
state it stood in is folded again when it is next asked for, from what is known by then.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from math import inf

from attrs import define, field

from application.features.fold import Fold
from application.features.ranking import sought
from application.features.steps import State
from application.features.touch import Observation


@define(eq=False)
class _Entity:
    """The current observations of one customer or product, by id, and their fold as far as it still holds."""

    current: dict[str, Observation] = field(factory=dict)
    state: State | None = field(factory=dict)


@define(eq=False)
class Past:
    """`advance` only forwards. As in `as_of`, an observation counts after it happened, and from when it was known."""

    _observations: Sequence[Observation]
    customers: Fold
    products: Fold
    _next: int = field(init=False, default=0)
    _at: float = field(init=False, default=-inf)
    _newest: dict[str, Observation] = field(init=False, factory=dict)
    _ahead: list[tuple[float, int, Observation]] = field(init=False, factory=list)
    _customers: dict[str, _Entity] = field(init=False, factory=lambda: defaultdict(_Entity))
    _products: dict[str, _Entity] = field(init=False, factory=lambda: defaultdict(_Entity))
    _owners: dict[str, str] = field(init=False, factory=dict)
    _logged_in: dict[str, dict[str, str]] = field(init=False, factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, observations: Iterable[Observation], customers: Fold, products: Fold) -> "Past":
        """Lay observations out in the order in which they became known."""
        return cls(sorted(observations, key=lambda one: (one.known, one.position)), customers, products)

    def advance(self, at: float) -> None:
        """Take in everything that had happened before `at` (Unix seconds) and was known by then."""
        self._at = max(self._at, at)
        while self._next < len(self._observations) and self._observations[self._next].known <= at:
            one = self._observations[self._next]
            self._next += 1
            self._learn(one)
        while self._ahead and self._ahead[0][0] < at:
            one = heappop(self._ahead)[2]
            if self._newest[one.id] is one:
                self._count(one)

    def customer_of(self, identifier: str) -> str:
        """Return whose an identifier was, as far as it was known: a stranger is the identifier.

        On a device that several accounts had used nobody is known before a login.
        """
        if identifier in self._owners:
            return self._owners[identifier]
        accounts = self._logged_in.get(identifier, {})
        return next(iter(accounts.values())) if len(accounts) == 1 else identifier

    def customer(self, key: str) -> State:
        """Return the state of a customer's measures, empty for a stranger."""
        return _state(self._customers.get(key), self.customers)

    def product(self, key: str) -> State:
        return _state(self._products.get(key), self.products)

    def seen(self, key: str, count: int) -> Sequence[str]:
        """Return the last products that a customer looks for, oldest first, as `ranking.sought` has them."""
        entity = self._customers.get(key)
        about = sorted((one for one in entity.current.values() if one.product), key=_when) if entity else []
        return sought(about)[-count:]

    def _learn(self, one: Observation) -> None:
        older = self._newest.get(one.id)
        if older is not None and older.position > one.position:
            return
        self._newest[one.id] = one
        self._own(one)
        if older is not None:
            for entity in self._entities(older):
                if entity.current.pop(one.id, None) is not None:
                    entity.state = None
        if one.at < self._at:
            self._count(one)
        else:
            heappush(self._ahead, (one.at, self._next, one))

    def _own(self, one: Observation) -> None:
        if not one.customer:
            return
        if one.account:
            self._owners[one.account] = one.customer
        if one.visitor and one.visitor != one.account:
            if one.account:
                self._logged_in[one.visitor][one.account] = one.customer
                if self._owners.get(one.visitor) == one.visitor:  # a stranger no longer
                    del self._owners[one.visitor]
            else:
                self._owners[one.visitor] = one.customer

    def _count(self, one: Observation) -> None:
        if one.revoked:
            return
        for entity, fold in zip(self._entities(one), (self.products, self.customers), strict=False):
            entity.current[one.id] = one
            if entity.state is not None:
                fold.add(entity.state, one)

    def _entities(self, one: Observation) -> Sequence[_Entity]:
        """Return the product's, and the customer's unless it is nobody's."""
        product = self._products[one.product]
        return (product, self._customers[one.customer]) if one.customer else (product,)


def _when(one: Observation) -> tuple[float, str]:
    return one.at, one.product


def _state(entity: _Entity | None, fold: Fold) -> State:
    if entity is None:
        return {}
    if entity.state is None:
        entity.state = {}
        for one in entity.current.values():
            fold.add(entity.state, one)
    return entity.state
