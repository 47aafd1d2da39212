"""Training rows to arrays: one row per session, products numbered, features as known when the session began."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from hashlib import sha256
from math import inf, log1p
from types import MappingProxyType

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from application.features.catalogue_table import CatalogueTable, catalogue_table
from application.features.fold import Fold
from application.features.measures import CUSTOMER
from application.features.touch import Observation, Touch
from application.learning.histories import Histories
from application.learning.maturity import KeepRates, LabelKind, Maturing
from application.learning.past import Past
from domain.catalogue.product import Product
from domain.returns.routing import ROUTING, RoutingPolicy
from ports.measures import Measure, Value
from ports.models import ACTIONS, Interactions, Labels, Progress, Sequences

#: Scalar measures that enter the user tower, in this order, as log(1 + x) (shares as they are).
USER_FEATURES = ("views_7d", "carts_7d", "seconds_since_last", "paid_price", "discount_share")
_USER_MEASURES = tuple(next(one for one in CUSTOMER if one.name == name) for name in USER_FEATURES)
_USER_FOLD = Fold(_USER_MEASURES)
_NEVER = 30 * 86_400.0


@frozen(eq=False)
class Dataset:
    """`vocabulary[i]` is the product of item number i; `sessions[r]` the session of row r, `subjects[r]` who it is of.

    `began_as[r]`: the identifier on which row r began. `table`: the catalogue by item number. `maturing`: how purchases
    are labelled.
    """

    interactions: Interactions
    vocabulary: tuple[str, ...]
    sessions: tuple[str, ...]
    subjects: tuple[str, ...]
    began_as: tuple[str, ...]
    table: CatalogueTable
    maturing: Maturing = field(factory=Maturing)

    def numbers(self) -> Mapping[str, int]:
        return {product: number for number, product in enumerate(self.vocabulary)}


class NothingToLearn(Exception):
    """The log holds no session with a product yet."""


def build(
    histories: Histories,
    progress: Progress,
    catalogue: Mapping[str, Product] = MappingProxyType({}),
    labels: LabelKind = "provisional",
    policy: RoutingPolicy = ROUTING,
) -> Dataset:
    """Number the products by first appearance, oldest session first, then those listed and never touched, by id.

    Raises `NothingToLearn`.

    A touch that was not yet known when the next one happened could be in no prefix at serving time: it is left out.
    `labels`: whether purchases that may still come back count as `provisional`, or only those that have `matured`, by
    the windows and rates of `policy`.
    """
    if not histories.rows:
        raise NothingToLearn("no session with a product is in the log: ingest events and run `haberdasher project`")
    numbers: dict[str, int] = {}
    items, actions, times, lengths, total = [], [], [], [], len(histories.rows)
    begun = list[tuple[float, int, str]]()
    maturing, labelled = _maturing(histories, catalogue, labels, policy), list[tuple[float, float, float]]()
    for done, row in enumerate(histories.rows):
        touches = knowable(row.touches)
        for touch in touches:
            items.append(numbers.setdefault(touch.product, len(numbers)))
            actions.append(ACTIONS.index(touch.action))
            times.append(touch.at)
            labelled.append(_label(touch, maturing))
        lengths.append(len(touches))
        begun.append((touches[0].at, done, row.began_as))
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
            user_features=_user_features(histories.observations, begun),
            labels=_labels(labelled),
        ),
        vocabulary=tuple(numbers),
        sessions=tuple(row.key for row in histories.rows),
        subjects=tuple(row.subject for row in histories.rows),
        began_as=tuple(row.began_as for row in histories.rows),
        table=table,
        maturing=maturing,
    )


def _maturing(
    histories: Histories, catalogue: Mapping[str, Product], kind: LabelKind, policy: RoutingPolicy
) -> Maturing:
    """Learn what is kept of each category, by the listing, else by what the orders say."""
    touches = [touch for row in histories.rows for touch in row.touches]
    said = {touch.product: touch.category for touch in touches if touch.category}
    listed = {name: one.listing.category_id for name, one in catalogue.items() if one.listing}
    categories = said | {name: category for name, category in listed.items() if category}
    return Maturing(kind, KeepRates.of((row.touches for row in histories.rows), categories, policy), categories)


def _label(touch: Touch, maturing: Maturing) -> tuple[float, float, float]:
    """Return final and provisional label, and from when the former holds."""
    if touch.action != "purchase":
        return 1.0, 1.0, -inf
    return touch.taste, maturing.provisional(touch.product, touch.at), maturing.since(touch)


def _labels(labelled: Sequence[tuple[float, float, float]]) -> Labels:
    table = np.array(labelled, np.float64).reshape(-1, 3)
    return Labels(table[:, 0].astype(np.float32), table[:, 1].astype(np.float32), table[:, 2])


def knowable(touches: Sequence[Touch]) -> Sequence[Touch]:
    """Return the touches in order of time without those that a later one could not have known.

    Touches of one instant, such as the lines of an order, are not before each other.
    """
    ordered = sorted(touches, key=lambda touch: (touch.at, touch.product))
    instants = [*(touch.at for touch in ordered), inf]
    return [touch for touch in ordered if touch.known <= instants[bisect_right(instants, touch.at)]]


def _user_features(observations: Sequence[Observation], begun: Sequence[tuple[float, int, str]]) -> NDArray[np.float32]:
    """Return `USER_FEATURES` [rows, features] as known when each row began. `begun`: (moment, row, whose)."""
    past = Past.of(observations, _USER_FOLD, Fold(()))
    features = np.zeros((len(begun), len(USER_FEATURES)), np.float32)
    for at, row, subject in sorted(begun):
        past.advance(at)
        values = _USER_FOLD.read(past.customer(past.customer_of(subject)), at)
        features[row] = [_scaled(measure, values[measure.name]) for measure in _USER_MEASURES]
    return features


def feature_schema() -> str:
    """Return a digest of everything that gives the features their meaning; a release says which one it was made for."""
    return sha256(repr((USER_FEATURES, _USER_MEASURES, ACTIONS)).encode()).hexdigest()[:16]


def _scaled(measure: Measure, value: Value) -> float:
    assert isinstance(value, float), "a feature of the user tower is one number"
    return value if measure.unit == "share" else log1p(min(value, _NEVER))
