"""What the ranker reads of a customer and a product together: one definition, for training and for serving.

The customer's part is the declared measures as they stood at the moment; the product's part is the catalogue and the
product measures. Position is no feature: it is what the debiasing takes out of the labels.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from application.features.catalogue_table import CatalogueTable
from application.features.fold import Fold
from application.features.measures import MEASURES
from application.features.touch import Touch
from ports.measures import Value

RANKING_FEATURES = (
    *("retrieval", "category_share", "brand_share", "colour_share", "taste_match", "seen", "history"),
    *("popularity", "return_share", "price", "price_gap", "discount", "subject_match", "subject_category"),
)
#: Candidates that go from retrieval to ranking.
CANDIDATES = 200
#: The products that the session tower is given, the newest last.
RECENT = 10
_CUSTOMER = ("category_affinity", "brand_affinity", "colour_affinity", "style_products", "seen_price")
#: Also the names of what `Dynamics` has.
_PRODUCT = ("popularity", "selling_price", "return_share")
#: What is read of a customer, and of a product.
CUSTOMER_FOLD = Fold([one for one in MEASURES if one.name in _CUSTOMER])
PRODUCT_FOLD = Fold([one for one in MEASURES if one.name in _PRODUCT])


def sought(touches: Iterable[Touch]) -> Sequence[str]:
    """Return the products touched, in the order of the touches, for what they say of what is looked for now.

    What was sent back and not wanted, by what was routed of it to taste, is looked for no longer, until it is touched
    again.
    """
    found: list[str] = []
    for touch in touches:
        if touch.action != "return":
            found.append(touch.product)
        elif touch.taste <= 0:
            found = [product for product in found if product != touch.product]
    return found


@frozen(eq=False)
class Dynamics:
    """What moves with every event, float32 by item number: popularity, mean selling price, return share."""

    popularity: NDArray[np.float32]
    selling_price: NDArray[np.float32]
    return_share: NDArray[np.float32]

    @classmethod
    def of(cls, values: Sequence[Mapping[str, Value]]) -> "Dynamics":
        """Take the product measures of each item, in order; what else is among the values is not looked at."""
        return cls(*(np.array([one.get(name, 0.0) for one in values], np.float32) for name in _PRODUCT))

    @classmethod
    def none(cls, count: int) -> "Dynamics":
        """Return those of so many items that nobody has touched."""
        return cls(*(np.zeros(count, np.float32) for _ in _PRODUCT))

    def put(self, items: NDArray[np.int64], values: Sequence[Mapping[str, Value]]) -> None:
        """Bring the rows of some items up to date, in place."""
        now = Dynamics.of(values)
        for name in _PRODUCT:
            getattr(self, name)[items] = getattr(now, name)


@frozen(eq=False)
class Profile:
    """A customer at one moment: shares over the table's categories, brands and colours; mean content of what was seen.

    `weights`: item number -> how much it was touched. `history`: how much is known at all.
    """

    category: NDArray[np.float32]
    brand: NDArray[np.float32]
    colour: NDArray[np.float32]
    taste: NDArray[np.float32]
    weights: Mapping[int, float]
    seen_price: float
    history: float


def profile_of(values: Mapping[str, Value], table: CatalogueTable, numbers: Mapping[str, int]) -> Profile:
    """Lay a customer's measures over the catalogue. `numbers`: product id -> item number."""
    touched = {numbers[one]: weight for one, weight in _keyed(values, "style_products").items() if one in numbers}
    items, weights = np.array(list(touched), np.int64), np.array(list(touched.values()), np.float32)
    taste = weights @ table.content[items] if len(items) else np.zeros(table.content.shape[1], np.float32)
    length = float(np.sqrt(taste @ taste))
    seen_price = values.get("seen_price", 0.0)
    return Profile(
        category=_shares(_keyed(values, "category_affinity"), table.categories),
        brand=_shares(_keyed(values, "brand_affinity"), table.brands),
        colour=_shares(_keyed(values, "colour_affinity"), table.colours),
        taste=np.asarray(taste / length if length > 0 else taste, np.float32),
        weights=touched,
        seen_price=seen_price if isinstance(seen_price, float) else 0.0,
        history=float(weights.sum()),
    )


def ranking_features(
    profile: Profile,
    table: CatalogueTable,
    dynamics: Dynamics,
    items: NDArray[np.int64],
    retrieval: NDArray[np.float32],
    *,
    subject: int | None = None,
) -> NDArray[np.float32]:
    """Return float32 [len(items), features] in the order of `RANKING_FEATURES`.

    `dynamics` is by item number over the whole table; `retrieval` is the retrieval score of each of `items`.
    `subject`: the product that the slate is to be similar to.
    """
    price = np.where(dynamics.selling_price[items] > 0, dynamics.selling_price[items], table.price[items])
    listed = table.list_price[items]
    log_price = np.log1p(price)
    known = (price > 0) & (profile.seen_price > 0)
    about = np.zeros(len(items)) if subject is None else table.content[items] @ table.content[subject]
    same = np.zeros(len(items), np.bool_)
    if subject is not None and table.category[subject] >= 0:
        same = table.category[items] == table.category[subject]
    columns = (
        retrieval,
        _share(profile.category, table.category[items]),
        _share(profile.brand, table.brand[items]),
        _share(profile.colour, table.colour[items]),
        table.content[items] @ profile.taste,
        np.log1p([profile.weights.get(int(item), 0.0) for item in items]),
        np.full(len(items), np.log1p(profile.history)),
        np.log1p(dynamics.popularity[items]),
        dynamics.return_share[items],
        log_price,
        np.where(known, log_price - np.log1p(profile.seen_price), 0.0),
        np.where((listed > 0) & (price > 0), np.clip(1 - price / np.maximum(listed, 1), 0, 1), 0.0),
        about,
        same,
    )
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


def _keyed(values: Mapping[str, Value], name: str) -> Mapping[str, float]:
    value = values.get(name, {})
    return value if isinstance(value, Mapping) else {}


def _shares(weights: Mapping[str, float], places: Mapping[str, int]) -> NDArray[np.float32]:
    shares = np.zeros(len(places) + 1, np.float32)  # one more, which is what no name (-1) finds
    for name, weight in weights.items():
        if name in places:
            shares[places[name]] = weight
    total = shares.sum()
    return shares / total if total > 0 else shares


def _share(shares: NDArray[np.float32], codes: NDArray[np.int32]) -> NDArray[np.float32]:
    return shares[codes]
