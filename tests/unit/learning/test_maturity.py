"""What purchases are worth as examples: by what came back of them, and while they still may."""

from collections.abc import Sequence

import pytest
from attrs import evolve

from application.features.touch import Touch
from application.learning.dataset import Dataset, build
from application.learning.histories import Histories
from application.learning.maturity import KeepRates, LabelKind, Maturing
from application.learning.shown_places import Examination, Replay, Seen
from application.projections.slates import Labelled, Place, Shown
from domain.returns.routing import ROUTING
from haberdasher.testing.recommender import quiet
from ml.signals import in_favour
from tests.support.memory_house import MemoryHouse
from tests.support.observed import observed
from tests.support.shop import ordered, sent_back, viewed
from tests.unit.learning.test_shown_places import DEBIASING, Vectors

DAY, SECONDS = 24 * 60, 86_400.0
WINDOW = ROUTING.matures_after.total_seconds()


def dataset(house: MemoryHouse, kind: LabelKind = "provisional") -> Dataset:
    return build(Histories.read(house.read_models), quiet, labels=kind)


def favoured(house: MemoryHouse, kind: LabelKind = "provisional") -> list[list[str]]:
    """Return what of each session speaks for an item."""
    data = dataset(house, kind)
    kept = in_favour(data.interactions)
    return [[data.vocabulary[item] for item in kept.row(row)] for row in range(len(kept))]


def bought(reason: str | None, *, later: int | None = None) -> MemoryHouse:
    """Return a house in which Ada looked at a coat and bought it, with why it came back, and an order days later."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat", 0, user_id="ada")])
    told = [ordered("o", 20, "coat/m"), *([sent_back("r", "o", DAY, "coat/m", reason)] if reason else [])]
    house.receive("oms", [*told, *([ordered("z", later * DAY, "hat/m", user="bob")] if later else [])], "orders")
    if later:  # the training goes on beyond it
        house.receive("web", [viewed("hat", later * DAY + 9, cookie="c")], "more")
    return house


@pytest.mark.parametrize(
    ("reason", "expected"),
    [(None, 2), ("too-small", 2), ("FOUND_BETTER_PRICE", 2), ("style", 1), ("changed-my-mind", 1), ("quality", 1)],
)
def test_a_purchase_speaks_for_the_item_as_far_as_its_return_leaves_it(reason: str | None, expected: int) -> None:
    """What did not fit was wanted; what did not please, or says nothing of taste, is a look and no more."""
    assert len(favoured(bought(reason, later=3))[0]) == expected


@pytest.mark.parametrize(("later", "expected"), [(3, 1), (60, 2)])
def test_only_final_labels_count_where_that_is_asked_for(later: int, expected: int) -> None:
    """A purchase of three days ago may still come back: it is left out until it has matured."""
    assert len(favoured(bought(None, later=later), "matured")[0]) == expected


def test_a_label_that_came_after_the_training_is_not_known_in_it() -> None:
    """The return is of the next day, and nothing that is learned from is as late."""
    house = bought("style")
    data = dataset(house).interactions
    assert data.labels.known(data.times[1]).tolist() == pytest.approx([1.0, 0.7, 1.0])
    assert data.labels.known(data.times[1] + 2 * SECONDS)[1] == -1.0


def test_a_category_is_kept_as_often_as_it_was_so_far() -> None:
    """Prior of seven in ten, then what became final by then, one category apart from the other."""
    coats: Sequence[Sequence[Touch]] = [
        [Touch(at * SECONDS, 0, "purchase", "coat"), *([Touch(99, 0, "return", "coat")] if back else [])]
        for at, back in ((0, True), (1, True), (2, False))
    ]
    rates = KeepRates.of([*coats, [Touch(0, 0, "purchase", "hat")]], {"coat": "coats", "hat": "hats"})
    final = [WINDOW + days * SECONDS for days in (-1, 0, 1, 2)]
    assert [rates.rate("coats", at) for at in final] == pytest.approx([7 / 10, 7 / 11, 7 / 12, 8 / 13])
    assert rates.rate("hats", final[-1]) == pytest.approx(8 / 11)
    assert rates.rate("gloves", final[-1]) == pytest.approx(7 / 10)


def labels_of(*labels: tuple[float, str, float], before: float, kind: LabelKind = "provisional") -> list[float]:
    """Return the labels of the rows of a slate whose one place got these labels, days after it was shown."""
    touches = [Touch(float(n), float(n), "view", "coat") for n in range(2)]
    data = dataset(bought(None))
    data = evolve(data, maturing=Maturing(kind))
    place = Place("coat", labels=[Labelled(at * SECONDS, outcome, label) for at, outcome, label in labels])
    seen = Seen("s", Shown(0.0, told=True, surface="home", places={1: place}), "ada", "mobile")
    replay = Replay(
        observed(Histories(by_person={"ada": touches})), data, Vectors(1), Examination.of([seen], DEBIASING), DEBIASING
    )
    rows = replay.examples([seen], labelled_before=before * SECONDS, progress=quiet)
    return [float(label) for label in rows.labels]


SEEN, BUY = (1, "ignored", 0.0), (2, "purchase", 1.0)


@pytest.mark.parametrize(
    ("back", "expected"),
    [(None, [0.7]), (1.0, [1.0]), (0.6, [pytest.approx(0.6)]), (0.0, []), (-0.2, [0.0]), (-1.0, [0.0])],
)
def test_a_place_is_worth_what_is_left_of_its_purchase(back: float | None, expected: list[float]) -> None:
    """Nothing is worse than being passed over; what says nothing of taste is no example at all."""
    labels = [SEEN, BUY, *([(5, "return", back)] if back is not None else [])]
    assert labels_of(*labels, before=10) == pytest.approx(expected)


@pytest.mark.parametrize(("before", "kind", "expected"), [
    (10, "provisional", [0.7]), (50, "provisional", [1.0]), (10, "matured", []), (50, "matured", [1.0]),
])  # fmt: skip
def test_a_place_matures_as_its_purchase_does(before: float, kind: LabelKind, expected: list[float]) -> None:
    """Before the window is over it is worth its chance to be kept, or nothing where only final labels count."""
    assert labels_of(SEEN, BUY, before=before, kind=kind) == pytest.approx(expected)


def test_what_was_never_bought_has_nothing_to_mature() -> None:
    """A click is a click in both kinds of training."""
    assert labels_of(SEEN, (2, "click", 0.2), before=10, kind="matured") == pytest.approx([0.2])
