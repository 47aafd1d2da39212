"""The features of one slate, laid out as serving does, of values from wherever."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from application.features.catalogue_table import CatalogueTable
from application.features.ranking import Dynamics, profile_of, ranking_features
from domain.identity.attribution import identifier_of
from domain.slate.slate import SlateServed
from ports.measures import Value


@frozen
class Owner:
    """Whose history a slate may have been made of."""

    entity: Literal["customer", "session"]
    key: str


@frozen(eq=False)
class Showing:
    """A slate with its place in the log. `products`: those of its places, in their order."""

    position: int
    served: SlateServed
    at: float
    products: Sequence[str]

    @classmethod
    def of(cls, position: int, served: SlateServed) -> "Showing":
        return cls(position, served, served.served_at.timestamp(), [slot.product_id for slot in served.slots])

    @property
    def logged(self) -> NDArray[np.float64]:
        """Return float64 [places, features] as they stand in the log."""
        return np.array([slot.features for slot in self.served.slots], np.float64)

    @property
    def owners(self) -> Sequence[Owner]:
        """Return whose touches serving takes, the first who has any: the person's, else those of the session.

        Serving calls a stranger's person after the identifier; the journal calls the stranger so only where the
        identifier is shared, else by the identifier itself.
        """
        found = [Owner("customer", self.served.person)] if self.served.person else []
        if self.served.person and (identifier := identifier_of(self.served.person)) is not None:
            found.append(Owner("customer", identifier))
        return [*found, Owner("session", self.served.session_id)] if self.served.session_id else found


@define(eq=False)
class Layout:
    """A catalogue with room for the product measures. One slate at a time."""

    vocabulary: Sequence[str]
    table: CatalogueTable
    numbers: Mapping[str, int] = field(init=False)
    _dynamics: Dynamics = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.numbers = {product: number for number, product in enumerate(self.vocabulary)}
        self._dynamics = Dynamics.none(len(self.vocabulary))

    def features(
        self, showing: Showing, customer: Mapping[str, Value], products: Sequence[Mapping[str, Value]]
    ) -> NDArray[np.float64]:
        """Return float64 [places, features]. `products`: the measures of the product of each place."""
        items = np.array([self.numbers[one] for one in showing.products], np.int64)
        self._dynamics.put(items, products)
        served = showing.served
        similar = served.surface == "similar"
        subject = self.numbers.get(served.subject_product or "") if similar else None
        retrieval = showing.logged[:, served.feature_names.index("retrieval")].astype(np.float32)
        profile = profile_of(customer, self.table, self.numbers)
        found = ranking_features(profile, self.table, self._dynamics, items, retrieval, subject=subject)
        return found.astype(np.float64)
