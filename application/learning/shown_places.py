"""Slates to rows for the ranker: what stood where, whether it was looked at, and how good it turned out to be.

Position is in no feature. Where devices tell what came into view, the rows are the places that were seen, and each
counts once. Where they do not, the rows are all places, and an outcome counts for the inverse of the chance that its
place was looked at, which the slates with evidence tell (Joachims et al., 2017).
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from application.features.ranking import RANKING_FEATURES, RECENT
from application.learning.dataset import Dataset
from application.learning.histories import Histories
from application.learning.maturity import Maturing
from application.learning.timeline import Timeline
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from application.projections.slates import SLATES, Labelled, Place, Shown
from domain.traffic.policy import NOISE
from ports.event_log import ReadModels
from ports.models import Progress, Sequences, VectorRecommender
from ports.ranker import RankingExamples

#: Surfaces with a propensity of their own. What clients call theirs may be anything, and is one group.
SURFACES = frozenset(["home", "similar"])
#: What is left of a cart's label when the cart was left behind.
ABANDONED = NOISE.carts.weight
#: Further down a page all places are alike.
DEEPEST = 200


@frozen
class Seen:
    """A slate with an identifier of whose it was. `device`: class of screen, for the chance that a place is looked at.

    `mistaken`: products that were tapped by a slip of the finger, and not again. `left_behind`: products of a cart that
    was abandoned, with the time from when that was known.
    """

    slate_id: str
    shown: Shown
    subject: str
    device: str
    mistaken: frozenset[str] = frozenset()
    left_behind: Mapping[str, float] = field(factory=dict)

    @property
    def evidence(self) -> bool:
        """Tell whether the device told what was looked at: a click says that of its own place only."""
        return self.shown.told

    @property
    def group(self) -> str:
        surface = self.shown.surface if self.shown.surface in SURFACES else "other"
        return f"{surface}/{self.device}"


@frozen(eq=False)
class Debiasing:
    """`examined`: counts [groups, positions] of places shown and seen -> chances. `weights`: those -> of each row."""

    examined: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]
    weights: Callable[[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]


@frozen(eq=False)
class Examination:
    """The chance that a place is looked at. `theta`: float32 [groups, positions]; `groups` names its rows."""

    groups: Mapping[str, int]
    theta: NDArray[np.float32]

    @classmethod
    def of(cls, slates: Sequence[Seen], debiasing: Debiasing) -> "Examination":
        """Count what was shown and seen on the slates whose devices told."""
        told = [one for one in slates if one.evidence]
        groups = {name: row for row, name in enumerate(sorted({one.group for one in slates}))}
        deepest = min(max((position for one in slates for position in one.shown.places), default=1), DEEPEST)
        counts = np.zeros((2, len(groups), deepest), np.int64)
        for one in told:
            for position, place in one.shown.places.items():
                if position <= deepest:
                    counts[0, groups[one.group], position - 1] += 1
                    counts[1, groups[one.group], position - 1] += bool(place.labels)
        return cls(groups, debiasing.examined(counts[0], counts[1]))


def slates_of(read_models: ReadModels, histories: Histories) -> Sequence[Seen]:
    """Read all slates that a person may have looked at, in order of time.

    What a robot was shown, and what was on screen in a visit of one glance, was ignored by nobody.
    """
    marks = histories.marks
    sessions = dict(View(read_models, "sessions").all(SESSIONS))
    found = []
    for slate_id, shown in View(read_models, "slates").all(SLATES):
        session = sessions.get(shown.session)
        # Of a slate of ours it is on record who asked; who else reports it does not matter.
        subject = shown.subject or (session.subject if session else "")
        visitor = session.visitor if session else shown.subject
        glance = session is not None and marks.says_nothing(shown.session, session.touches)
        if subject in histories.refusing:
            continue
        if subject and shown.places and marks.weight(visitor).behaviour and not glance:
            device, cart = (session.device if session else ""), marks.carts.get(shown.session)
            left = dict.fromkeys(cart.products, cart.known_at) if cart else {}
            mistaken = marks.mistaken(visitor, session.touches) if session else frozenset[str]()
            found.append(Seen(slate_id, shown, shown.subject or visitor, device, mistaken, left))
    return sorted(found, key=lambda one: (one.shown.at, one.slate_id))


@frozen(eq=False)
class Replay:
    """Past slates computed again as of when they were shown.

    `model` should not have learned from them: its scores would tell what nobody could know yet.
    """

    histories: Histories
    dataset: Dataset
    model: VectorRecommender
    examination: Examination
    debiasing: Debiasing

    def examples(self, slates: Sequence[Seen], *, labelled_before: float, progress: Progress) -> RankingExamples:
        """Return a row for each place that counts; labels given at `labelled_before` or later are not known yet.

        `slates` in order of time.
        """
        timeline, numbers = Timeline.of(self.histories.observations, self.dataset), self.dataset.numbers()
        features, found, owners = [], list[_Row](), list[int]()
        for done, one in enumerate(slates):
            timeline.advance(one.shown.at)
            rows = _rows(one, numbers, labelled_before, self.dataset.maturing)
            if rows:
                items = np.array([row.item for row in rows], np.int64)
                features.append(self._features(one, items, timeline, numbers))
                found += rows
                owners += [done] * len(rows)
            if done % 500 == 0:
                progress(done, len(slates), "slates")
        progress(len(slates), len(slates), "slates")
        return RankingExamples(
            features=np.concatenate([np.empty((0, len(RANKING_FEATURES)), np.float32), *features]),
            labels=np.array([row.label for row in found], np.float32),
            weights=self._weights(slates, found, owners),
            slates=np.array(owners, np.int64),
            names=RANKING_FEATURES,
        )

    def _features(
        self, one: Seen, items: NDArray[np.int64], timeline: Timeline, numbers: Mapping[str, int]
    ) -> NDArray[np.float32]:
        """Of a slate of similar products the subject is known, or taken to be what was looked at last."""
        seen = timeline.seen(one.subject, RECENT)
        similar = one.shown.surface == "similar"
        about = (one.shown.about or (seen[-1] if seen else "")) if similar else ""
        query = [about] if about else seen
        prefix = Sequences.of([[numbers[product] for product in query if product in numbers]])
        retrieval = np.asarray(self.model.item_vectors[items] @ self.model.session_vectors(prefix)[0], np.float32)
        return timeline.features(one.subject, one.shown.at, items, retrieval, numbers.get(about))

    def _weights(self, slates: Sequence[Seen], rows: Sequence["_Row"], owners: Sequence[int]) -> NDArray[np.float32]:
        """Return 1 where it is certain that a place was seen, else the inverse of the chance that it was."""
        groups = np.array([self.examination.groups[slates[owner].group] for owner in owners], np.int64)
        positions = np.array([row.position - 1 for row in rows], np.int64)
        certain = np.array([slates[owner].evidence for owner in owners], np.bool_)
        weights = self.debiasing.weights(self.examination.theta, groups, positions)
        return np.where(certain, np.float32(1), weights).astype(np.float32)


@frozen
class _Row:
    item: int
    position: int
    label: float


def _rows(one: Seen, numbers: Mapping[str, int], labelled_before: float, maturing: Maturing) -> list[_Row]:
    """Return the places that count: those that were seen, or all where nobody told what was.

    What came back without a word on taste, or may still come back where only final labels count, is no example.
    """
    rows = []
    for position, place in sorted(one.shown.places.items()):
        if place.product not in numbers or not _is_example(place, labelled_before, maturing):
            continue
        label = _label(place, labelled_before, one, maturing)
        if label is not None or not one.evidence:
            rows.append(_Row(numbers[place.product], position, label or 0.0))
    return rows


def _is_example(place: Place, before: float, maturing: Maturing) -> bool:
    known = [one for one in place.labels if one.at < before]
    if known and (known[-1].outcome, known[-1].label) == ("return", 0.0):
        return False
    return maturing.kind == "provisional" or not _may_come_back(known, before, maturing)


def _may_come_back(known: Sequence[Labelled], before: float, maturing: Maturing) -> bool:
    bought_at = next((one.at for one in known if one.outcome == "purchase"), None)
    return bought_at is not None and bought_at + maturing.window > before


def _label(place: Place, before: float, seen: Seen, maturing: Maturing) -> float | None:
    """Return the last label that was given by then; None for a place that is not known to have been seen.

    A tap by mistake says no more than that the place was seen, an abandoned cart less than a cart, and a purchase that
    may still come back no more than such things are kept. Worse than passed over is nothing.
    """
    known = [one for one in place.labels if one.at < before]
    if not known:
        return None
    last = known[-1]
    if last.outcome == "click" and place.product in seen.mistaken:
        return 0.0
    if last.outcome == "cart" and seen.left_behind.get(place.product, before) < before:
        return min(last.label, ABANDONED)
    if last.outcome == "purchase" and _may_come_back(known, before, maturing):
        return last.label * maturing.provisional(place.product, last.at)
    return max(last.label, 0.0)
