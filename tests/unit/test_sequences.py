from hypothesis import given
from hypothesis import strategies as st

from ports.models import Sequences

ROWS = st.lists(st.lists(st.integers(0, 99), max_size=5), max_size=8)


@given(ROWS)
def test_sequences_of_lists_give_the_lists_back(rows: list[list[int]]) -> None:
    """Rows keep their items and order, empty ones included."""
    sequences = Sequences.of(rows)
    assert [sequences.row(i).tolist() for i in range(len(sequences))] == rows
    assert sequences.lengths.tolist() == [len(row) for row in rows]


@given(ROWS, st.data())
def test_slices_are_new_rows_over_the_same_items(rows: list[list[int]], data: st.DataObject) -> None:
    """Any spans may become rows, in any order, overlapping or empty."""
    sequences = Sequences.of(rows)
    flat = sequences.items.tolist()
    bounds = st.tuples(st.integers(0, len(flat)), st.integers(0, len(flat))).map(sorted)
    spans = data.draw(st.lists(bounds, max_size=6))
    starts, stops = (Sequences.of([[span[end] for span in spans]]).items.astype("int64") for end in (0, 1))
    sliced = sequences.slices(starts, stops)
    assert [sliced.row(i).tolist() for i in range(len(sliced))] == [flat[start:stop] for start, stop in spans]
