"""Training rows to arrays: one row per session, products numbered, features as known when the session began."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from hashlib import sha256
from math import inf, log1p
from types import MappingProxyType

import numpy as np
from attrs import frozen

from application.features.catalogue_table import CatalogueTable, catalogue_table
from application.features.declarations import Measure, measures_of
from application.features.fold import Value, as_of
from application.features.touch import Touch
from application.learning.histories import Histories
from domain.catalogue.product import Product
from ports.models import ACTIONS, Interactions, Progress, Sequences

#: Scalar measures that enter the user tower, in this order, as log(1 + x) (shares as they are).
USER_FEATURES = ("views_7d", "carts_7d", "seconds_since_last", "paid_price", "discount_share")
_USER_MEASURES = tuple(next(one for one in measures_of("customer") if one.name == name) for name in USER_FEATURES)
_NEVER = 30 * 86_400.0


@frozen(eq=False)
class Dataset:
    """`vocabulary[i]` is the product of item number i; `sessions[r]` the session of row r, `subjects[r]` who it is of.

    `table`: the catalogue by item number.
    """

    interactions: Interactions
    vocabulary: tuple[str, ...]
    sessions: tuple[str, ...]
    subjects: tuple[str, ...]
    table: CatalogueTable

    def numbers(self) -> Mapping[str, int]:
        return {product: number for number, product in enumerate(self.vocabulary)}


class NothingToLearn(Exception):
    """The log holds no session with a product yet."""


def build(histories: Histories, progress: Progress, catalogue: Mapping[str, Product] = MappingProxyType({})) -> Dataset:
    """Number the products by first appearance, oldest session first, then those listed and never touched, by id.

    Raises `NothingToLearn`.

    A touch that was not yet known when the next one happened could be in no prefix at serving time: it is left out.
    """
    if not histories.rows:
        raise NothingToLearn("no session with a product is in the log: ingest events and run `haberdasher project`")
    numbers: dict[str, int] = {}
    items, actions, times, lengths, users, total = [], [], [], [], [], len(histories.rows)
    for done, row in enumerate(histories.rows):
        touches = knowable(row.touches)
        for touch in touches:
            items.append(numbers.setdefault(touch.product, len(numbers)))
            actions.append(ACTIONS.index(touch.action))
            times.append(touch.at)
        lengths.append(len(touches))
        users.append(user_vector(histories.of(row.subject), touches[0].at))
        if done % 5000 == 0:
            progress(done, total, "rows")
    progress(total, total, "rows")
    for product_id in sorted(catalogue):
        numbers.setdefault(product_id, len(numbers))
    table = catalogue_table(tuple(numbers), catalogue)
    return Dataset(
        interactions=Interactions(
            sequences=Sequences(np.array(items, np.int32), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)),
            times=np.array(times, np.float64),
            actions=np.array(actions, np.int8),
            n_items=len(numbers),
            item_features=table.content,
            user_features=np.array(users, np.float32).reshape(len(users), -1),
        ),
        vocabulary=tuple(numbers),
        sessions=tuple(row.key for row in histories.rows),
        subjects=tuple(row.subject for row in histories.rows),
        table=table,
    )


def knowable(touches: Sequence[Touch]) -> Sequence[Touch]:
    """Return the touches in order of time without those that a later one could not have known.

    Touches of one instant, such as the lines of an order, are not before each other.
    """
    ordered = sorted(touches, key=lambda touch: (touch.at, touch.product))
    instants = [*(touch.at for touch in ordered), inf]
    return [touch for touch in ordered if touch.known <= instants[bisect_right(instants, touch.at)]]


_STRANGER = [0.0, 0.0, log1p(_NEVER), 0.0, 0.0]


def user_vector(touches: Sequence[Touch], at: float) -> list[float]:
    """Return `USER_FEATURES` from what had happened before and was known at the time `at`."""
    if not any(touch.at < at and touch.known <= at for touch in touches):
        return _STRANGER
    values = as_of(touches, _USER_MEASURES, at=at)
    return [_scaled(measure, values[measure.name]) for measure in _USER_MEASURES]


def feature_schema() -> str:
    """Return a digest of everything that gives the features their meaning; a release says which one it was made for."""
    return sha256(repr((USER_FEATURES, _USER_MEASURES, ACTIONS)).encode()).hexdigest()[:16]


def _scaled(measure: Measure, value: Value) -> float:
    assert isinstance(value, float), "a feature of the user tower is one number"
    return value if measure.unit == "share" else log1p(min(value, _NEVER))
