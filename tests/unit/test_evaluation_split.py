import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.evaluation.cases import keep, next_item, next_purchase
from application.evaluation.split import split_by_time
from ports.models import ACTIONS, Interactions, Sequences

Event = tuple[int, str]


def interactions(rows: list[list[Event]], starts: list[float] | None = None) -> Interactions:
    flat = [event for row in rows for event in row]
    begins = starts or [100.0 * i for i in range(len(rows))]
    return Interactions(
        sequences=Sequences.of([item for item, _ in row] for row in rows),
        times=np.array([begin + i for begin, row in zip(begins, rows, strict=True) for i in range(len(row))]),
        actions=np.array([ACTIONS.index(action) for _, action in flat], dtype=np.int8),
        n_items=10,
        item_features=np.empty((10, 0), np.float32),
        user_features=np.arange(len(rows), dtype=np.float32)[:, None],
    )


def as_lists(sequences: Sequences) -> list[list[int]]:
    return [sequences.row(i).tolist() for i in range(len(sequences))]


SHOPPER = [(1, "view"), (2, "view"), (2, "cart"), (2, "purchase"), (3, "view"), (4, "purchase"), (4, "return")]
WINDOW_SHOPPER = [(5, "view"), (6, "click")]


@given(
    st.lists(st.tuples(st.floats(0, 50), st.integers(1, 5)), min_size=1, max_size=30),
    st.floats(0, 0.45),
    st.floats(0, 0.45),
)
def test_nothing_learnt_is_later_than_what_is_judged(
    shape: list[tuple[float, int]], validation: float, test: float
) -> None:
    """Each session lands whole in one part, and every interaction of an earlier part precedes the later ends."""
    data = interactions([[(1, "view")] * length for _, length in shape], [start for start, _ in shape])
    split = split_by_time(data, validation=validation, test=test)
    parts = [split.train, split.validation, split.test]
    rows = sorted(float(row) for part in parts for row in part.user_features[:, 0])
    assert rows == list(range(len(shape)))
    for part in parts:
        assert part.sequences.lengths.tolist() == [shape[int(row)][1] for row in part.user_features[:, 0]]
        assert len(part.times) == len(part.actions) == part.sequences.offsets[-1]
    for earlier, later in ((parts[0], parts[1]), (parts[0], parts[2]), (parts[1], parts[2])):
        if len(earlier.sequences) and len(later.sequences):
            ends = later.times[later.sequences.offsets[1:] - 1]
            assert earlier.times.max() < ends.min()


def test_fractions_are_shares_of_the_sessions() -> None:
    """With distinct times, the parts have the sizes that were asked for, in order of time."""
    split = split_by_time(interactions([[(1, "view")]] * 10), validation=0.2, test=0.3)
    assert split.train.user_features[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert split.validation.user_features[:, 0].tolist() == [5, 6]
    assert split.test.user_features[:, 0].tolist() == [7, 8, 9]


def test_a_session_in_progress_at_the_cut_is_not_learnt_from() -> None:
    """A session that began early and ended after the cut belongs to the later part."""
    split = split_by_time(interactions([[(1, "view")] * 50, [(2, "view")]], [0.0, 10.0]), validation=0.0, test=0.5)
    assert as_lists(split.test.sequences) == [[1] * 50]


def test_impossible_splits_are_refused() -> None:
    """Fractions that leave no training data, and sessions without interactions, are errors."""
    with pytest.raises(ValueError, match="nothing to train on"):
        split_by_time(interactions([WINDOW_SHOPPER]), validation=0.5, test=0.5)
    with pytest.raises(ValueError, match="has no time"):
        split_by_time(interactions([WINDOW_SHOPPER, []]), validation=0.1, test=0.1)


def test_next_item_asks_for_each_view_after_the_first() -> None:
    """Every view or click with a prefix is a case; carts, purchases and returns are prefix, never target."""
    cases = next_item(interactions([SHOPPER, WINDOW_SHOPPER]))
    assert as_lists(cases.prefixes) == [[1], [1, 2, 2, 2], [5]]
    assert as_lists(cases.targets) == [[2], [3], [6]]


def test_next_purchase_hides_everything_from_the_first_purchase_on() -> None:
    """A session that bought asks for all it bought from what came before; one that did not asks nothing."""
    cases = next_purchase(interactions([WINDOW_SHOPPER, SHOPPER]))
    assert as_lists(cases.prefixes) == [[1, 2, 2]]
    assert as_lists(cases.targets) == [[2, 4]]


def test_keep_leaves_out_what_came_back() -> None:
    """A returned purchase is no target; a session that kept nothing is no case."""
    sent_back = [(7, "view"), (7, "purchase"), (7, "return")]
    cases = keep(interactions([SHOPPER, sent_back]))
    assert as_lists(cases.prefixes) == [[1, 2, 2]]
    assert as_lists(cases.targets) == [[2]]
