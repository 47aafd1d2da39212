"""The measures of suggested links, against a case that is counted by hand."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tests.linkage.measuring import components, measure

CLUSTER = {"a": "1", "b": "1", "c": "1", "d": "2", "e": "3"}


def test_a_case_counted_by_hand() -> None:
    """Two of three pairs are right, two of three true pairs are found, and one cluster of four is wrong."""
    found = measure([("a", "b"), ("b", "c"), ("c", "d")], CLUSTER)
    assert (found.precision.value, found.recall.value) == (2 / 3, 2 / 3)
    assert found.recall.of == 3
    assert found.b_cubed_precision == (3 * 3 / 4 + 1 / 4 + 1) / 5
    assert found.b_cubed_recall == 1
    assert (found.wrong, found.worst) == (1, ("a", "b", "c", "d"))


def test_no_pair_is_never_wrong() -> None:
    """Without suggestions nothing is wrong and nothing is found."""
    found = measure([], CLUSTER)
    assert (found.precision.value, found.recall.value, found.b_cubed_precision, found.worst) == (1, 0, 1, ())


@given(st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")).filter(lambda it: it[0] != it[1])))
def test_components_are_what_pairs_lead_to(pairs: list[tuple[str, str]]) -> None:
    """Two keys are in one component exactly when a chain of pairs leads from one to the other."""
    reached = {key: {key} for key in "abcdefg"}
    for _ in "abcdefg":
        for one, other in pairs:
            together = reached[one] | reached[other]
            for key in together:
                reached[key] = together
    found = components(pairs, "abcdefg")
    for one, other in combinations("abcdefg", 2):
        assert (found[one] == found[other]) == (other in reached[one])
