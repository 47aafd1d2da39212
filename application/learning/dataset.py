"""Training rows to arrays: one row per session, products numbered, features as known when the session began."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from math import log1p

import numpy as np
from attrs import frozen

from application.features.declarations import measures_of
from application.features.fold import as_of
from application.features.touch import Touch
from application.projections.sessions import Session
from ports.models import ACTIONS, Interactions, Progress, Sequences

#: Scalar measures that enter the user tower, in this order, as log(1 + x) (shares as they are).
USER_FEATURES = ("views_7d", "carts_7d", "seconds_since_last", "paid_price", "discount_share")
_USER_MEASURES = tuple(measure for measure in measures_of("customer") if measure.name in USER_FEATURES)
_NEVER = 30 * 86_400.0

#: Return the touches of the person behind a subject.
Touches = Callable[[str], Sequence[Touch]]


@frozen(eq=False)
class Dataset:
    """`vocabulary[i]` is the product of item number i; `sessions[r]` the session of row r."""

    interactions: Interactions
    vocabulary: tuple[str, ...]
    sessions: tuple[str, ...]

    def numbers(self) -> Mapping[str, int]:
        return {product: number for number, product in enumerate(self.vocabulary)}


class NothingToLearn(Exception):
    """The log holds no session with a product yet."""


def build(rows: Iterable[tuple[str, Session]], touches: Touches, progress: Progress, total: int) -> Dataset:
    """Order the sessions by time and number the products by first appearance. Raises `NothingToLearn`.

    A touch that was not yet known when the next one happened could be in no prefix at serving time: it is left out.
    """
    known = ((key, session, knowable(session.touches)) for key, session in rows)
    ordered = sorted(
        ((steps[0].at, key, session, steps) for key, session, steps in known if steps), key=lambda s: s[:2]
    )
    if not ordered:
        raise NothingToLearn("no session with a product is in the log: ingest events and run `haberdasher project`")
    numbers: dict[str, int] = {}
    items, actions, times, lengths, users = [], [], [], [], []
    for done, (started, _, session, steps) in enumerate(ordered):
        for step in steps:
            items.append(numbers.setdefault(step.product, len(numbers)))
            actions.append(ACTIONS.index(step.action))
            times.append(step.at)
        lengths.append(len(steps))
        users.append(user_vector(touches(session.subject), started))
        if done % 5000 == 0:
            progress(done, total, "dataset")
    progress(total, total, "dataset")
    return Dataset(
        interactions=Interactions(
            sequences=Sequences(np.array(items, np.int32), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)),
            times=np.array(times, np.float64),
            actions=np.array(actions, np.int8),
            n_items=len(numbers),
            item_features=np.empty((len(numbers), 0), np.float32),
            user_features=np.array(users, np.float32).reshape(len(users), -1),
        ),
        vocabulary=tuple(numbers),
        sessions=tuple(key for _, key, _, _ in ordered),
    )


def knowable(touches: Sequence[Touch]) -> Sequence[Touch]:
    """Return the touches in order of time without those that a later one could not have known."""
    kept: list[Touch] = []
    for touch in sorted(touches, key=lambda touch: (touch.at, touch.product)):
        while kept and kept[-1].known > touch.at:
            kept.pop()
        kept.append(touch)
    return kept


_STRANGER = [0.0, 0.0, log1p(_NEVER), 0.0, 0.0]


def user_vector(touches: Sequence[Touch], at: float) -> list[float]:
    """Return `USER_FEATURES` from what had happened before and was known at the time `at`."""
    if not any(touch.at < at and touch.known <= at for touch in touches):
        return _STRANGER
    values = as_of(touches, _USER_MEASURES, at=at)
    return [_scaled(values[name]) for name in USER_FEATURES]


def feature_schema() -> str:
    """Return a digest of everything that gives the features their meaning; a release says which one it was made for."""
    return sha256(repr((USER_FEATURES, _USER_MEASURES, ACTIONS)).encode()).hexdigest()[:16]


def _scaled(value: object) -> float:
    number = float(value) if isinstance(value, (int, float)) else 0.0
    return log1p(min(number, _NEVER)) if number > 1 else number
