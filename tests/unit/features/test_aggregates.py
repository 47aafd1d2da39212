"""Each aggregate on an example worked by hand, in the words of `ports/measures.py`."""

from collections.abc import Mapping, Sequence
from math import exp, inf, log, sqrt
from typing import Any

import pytest

from application.features.fold import Fold
from application.features.measures import MEASURES
from application.features.steps import State
from application.features.touch import HOUR, Touch
from ports.measures import DAY, NOTHING, Measure, References, Value

#: A full hour.
NOW = 500_000 * 3600.0
KINDS: Mapping[str, float] = {"view": 1.0, "purchase": 8.0}


def touch(ago: float = 1.0, action: str = "view", product: str = "p", **rest: Any) -> Touch:
    """Something that happened `ago` seconds before NOW."""
    return Touch(NOW - ago, NOW - ago, action, product, **rest)


def value(touches: Sequence[Touch], *, at: float = NOW, against: References = NOTHING, **words: Any) -> Value:
    """What a measure with these words says of these touches, added in their order and the other way round."""
    measure = Measure("x", "customer", "affinity", "it", "some", "policy", weight=words.pop("weight", KINDS), **words)
    fold = Fold([measure])
    found: list[Value] = []
    for order in (touches, list(reversed(touches))):
        state: Any = {}
        for one in order:
            fold.add(state, one)
        found.append(fold.read(state, at, against)["x"])
    assert found[0] == pytest.approx(found[1], rel=1e-12)
    return found[0]


def near(number: float) -> Any:
    return pytest.approx(number, rel=1e-12, abs=1e-12)


class TestDecayedSum:
    def test_a_half_life_halves(self) -> None:
        """After one half-life a view is worth a half, after two a quarter; a purchase eight times as much."""
        seen = [touch(10 * DAY), touch(20 * DAY), touch(10 * DAY, "purchase")]
        assert value(seen, aggregate="decayed_sum", half_life_days=10) == near(0.5 + 0.25 + 4.0)

    def test_it_can_be_read_later(self) -> None:
        """Ten days on it is half of what it was, without anything being computed meanwhile."""
        seen = [touch(0.0), touch(10 * DAY)]
        assert value(seen, at=NOW + 10 * DAY, aggregate="decayed_sum", half_life_days=10) == near(0.75)

    def test_by_key_what_has_no_key_is_left_out(self) -> None:
        """One number per brand; a touch without a brand is nobody's interest in anything."""
        seen = [touch(0.0, brand="a"), touch(DAY, brand="a"), touch(0.0, brand="b"), touch(0.0)]
        assert value(seen, aggregate="decayed_sum", half_life_days=1, key="brand") == {"a": near(1.5), "b": near(1.0)}

    def test_what_is_sent_back_is_taken_off(self) -> None:
        """Two bought and one returned at the same moment leave one; less than nothing is possible."""
        weight = {"purchase": 1.0, "return": -1.0}
        seen = [touch(0.0, "purchase", size="m"), touch(0.0, "purchase", size="m"), touch(0.0, "return", size="m")]
        assert value(seen, aggregate="decayed_sum", half_life_days=1, key="size", weight=weight, low=-inf) == {
            "m": near(1.0)
        }
        back = [touch(DAY, "return", size="s")]
        assert value(back, aggregate="decayed_sum", half_life_days=1, key="size", weight=weight, low=-inf) == {
            "s": near(-0.5)
        }

    def test_facets_are_summed_over_products(self) -> None:
        """Two slim products and a wide one; what the catalogue does not describe is left out."""
        facets = {one: {"silhouette": "wide" if one == "c" else "slim"} for one in "abc"}
        seen = [touch(0.0, product=one) for one in "abcd"]
        found = value(
            seen,
            against=References(facets=facets),
            aggregate="decayed_sum",
            half_life_days=1,
            key="product",
            facet="silhouette",
        )
        assert found == {"slim": near(2.0), "wide": near(1.0)}


class TestCount:
    def test_ever(self) -> None:
        """The sum of the weights, however long ago."""
        assert value([touch(1.0), touch(900 * DAY), touch(2.0, "purchase")], aggregate="count") == near(10.0)

    @pytest.mark.parametrize(
        ("at", "ago", "within"),
        [
            (NOW, DAY - HOUR, True),  # begins 23 hours before the hour that begins now: the first of 24
            (NOW, DAY - HOUR + 0.5, False),  # half a second earlier is the hour before
            (NOW + HOUR - 0.5, DAY - HOUR, True),  # the same window until this hour ends
            (NOW + HOUR, DAY - HOUR, False),  # and out of it from the next on
            (NOW, 0.5, True),
        ],
    )
    def test_a_window_is_of_whole_hours(self, at: float, ago: float, *, within: bool) -> None:
        """A day is 24 whole hours, of which the last is the one asked about."""
        assert value([touch(ago)], at=at, aggregate="count", window_days=1) == (1.0 if within else 0.0)

    def test_by_key_only_what_is_within_is_there(self) -> None:
        """A key whose window is empty has no number, rather than 0."""
        seen = [touch(5.0, brand="a"), touch(5 * DAY, brand="b")]
        assert value(seen, aggregate="count", window_days=1, key="brand") == {"a": 1.0}


class TestRatio:
    WORDS: Mapping[str, Any] = {"aggregate": "ratio", "value": "discounted"}

    def test_the_share_that_is_true(self) -> None:
        """One of three was below list price."""
        seen = [touch(1.0, price=80, list_price=100), touch(2.0, price=100, list_price=100), touch(3.0, price=100)]
        assert value(seen, **self.WORDS) == near(1 / 3)

    def test_it_is_weighted(self) -> None:
        """A discounted purchase weighs 8 of 9, a view at full price the rest."""
        seen = [touch(1.0, "purchase", price=80, list_price=100), touch(2.0, price=100, list_price=100)]
        assert value(seen, **self.WORDS) == near(8 / 9)

    def test_of_something_else(self) -> None:
        """One return per two purchases; more returns than purchases are more than 1."""
        words: dict[str, Any] = {"aggregate": "ratio", "weight": {"return": 1.0}, "per": {"purchase": 1.0}}
        seen = [touch(1.0, "return"), touch(2.0, "purchase"), touch(3.0, "purchase")]
        assert value(seen, **words) == near(0.5)
        assert value([*[touch(1.0, "return")] * 3, touch(3.0, "purchase")], **words) == near(3.0)

    def test_0_of_0_is_0(self) -> None:
        """Nothing, and a return of something that nobody bought here, have no share."""
        assert value([], **self.WORDS) == 0.0
        words: dict[str, Any] = {"aggregate": "ratio", "weight": {"return": 1.0}, "per": {"purchase": 1.0}}
        assert value([touch(1.0, "return")], **words) == 0.0


class TestMeanAndVariance:
    def test_they_are_weighted(self) -> None:
        """10 with weight 1 and 19 with weight 8: mean 18, variance 1/9 * 64 + 8/9 * 1 = 8."""
        seen = [touch(1.0, price=10), touch(2.0, "purchase", price=19)]
        assert value(seen, aggregate="mean", value="amount") == near(18.0)
        assert value(seen, aggregate="variance", value="amount") == near(8.0)

    def test_what_is_not_known_is_left_out(self) -> None:
        """A price of 0 is no price; without any the mean is 0."""
        assert value([touch(1.0, price=10), touch(2.0)], aggregate="mean", value="amount") == near(10.0)
        assert value([touch(1.0)], aggregate="mean", value="amount") == 0.0
        assert value([touch(1.0)], aggregate="variance", value="amount") == 0.0

    @pytest.mark.parametrize("price", [1, 3, 4999, 123_456_789])
    def test_equal_values_have_a_variance_of_exactly_0(self, price: int) -> None:
        """However many there are, and by whatever weights: rounding does not make one."""
        kinds = [touch(n, "purchase" if n % 3 else "view", price=price, counts=0.3) for n in range(100)]
        assert value(kinds, aggregate="variance", value="log_price") == 0.0

    def test_how_it_fitted(self) -> None:
        """A purchase is 0, a return -1 as too small, 1 as too large; a return for another reason says nothing."""
        seen = [
            touch(1.0, "purchase", category="coats"),
            touch(2.0, "return", category="coats", fit="too_small"),
            touch(3.0, "return", category="coats", fit="unspecified"),
            touch(4.0, "return", category="shoes", fit="too_large"),
        ]
        both = {"purchase": 1.0, "return": 1.0}
        words: dict[str, Any] = {"weight": both, "key": "category", "value": "fit_step", "low": -1.0}
        assert value(seen, aggregate="mean", **words) == {"coats": near(-0.5), "shoes": near(1.0)}


class TestAgeAndLast:
    def test_the_newest_counts(self) -> None:
        """Seconds since it, and for ever if there is none."""
        assert value([touch(50.0), touch(7.0), touch(900.0)], aggregate="age") == 7.0
        assert value([], aggregate="age") == inf
        assert value([touch(5.0, "search")], aggregate="age") == inf

    def test_the_last_by_key(self) -> None:
        """Each key once, with the time since it was seen last; the oldest is dropped."""
        seen = [touch(30.0, brand="a"), touch(20.0, brand="b"), touch(10.0, brand="c"), touch(5.0, brand="a")]
        assert value(seen, aggregate="last", key="brand", k=2) == {"a": 5.0, "c": 10.0}

    def test_of_equal_times_the_first_by_name_stays(self) -> None:
        """In any order of arrival, also where one name is the beginning of another."""
        seen = [touch(10.0, brand=one) for one in ("ba", "b", "c", "a")]
        assert list(value(seen, aggregate="last", key="brand", k=3)) == ["a", "b", "ba"]  # type: ignore[arg-type]


class TestTop:
    def test_the_largest_by_decayed_sum(self) -> None:
        """A purchase two half-lives ago is worth 2: more than a view now, less than three."""
        seen = [touch(2 * DAY, "purchase", brand="a"), touch(0.0, brand="b"), *[touch(0.0, brand="c")] * 3]
        assert value(seen, aggregate="top", key="brand", half_life_days=1, k=2) == {"c": near(3.0), "a": near(2.0)}

    def test_of_equal_ones_the_first_by_name(self) -> None:
        """In any order of arrival."""
        seen = [touch(0.0, brand=one) for one in "dbca"]
        assert list(value(seen, aggregate="top", key="brand", half_life_days=1, k=3)) == ["a", "b", "c"]  # type: ignore[arg-type]


class TestDistinct:
    @pytest.mark.parametrize("many", [0, 1, 63])
    def test_it_is_exact_below_k(self, many: int) -> None:
        """Seen once or often, a key is one."""
        seen = [touch(n, product=f"p-{n}") for n in range(many)] * 2
        assert value(seen, aggregate="distinct", key="product", k=64) == float(many)

    @pytest.mark.parametrize("k", [64, 256])
    @pytest.mark.parametrize("prefix", ["p-", "sku/", "4006381333"])
    def test_above_it_is_within_three_standard_errors(self, k: int, prefix: str) -> None:
        """Ten thousand keys are told to within 3 / sqrt(k - 2), and as exactly the same number in any order."""
        seen = [touch(n / 10, product=f"{prefix}{n}") for n in range(10_000)]
        found = value(seen, aggregate="distinct", key="product", k=k)
        assert found == pytest.approx(10_000, rel=3 / sqrt(k - 2))
        assert found != 10_000, "an estimate"


class TestPool:
    WORDS: Mapping[str, Any] = {"aggregate": "pool", "key": "product", "half_life_days": 1, "low": -1.0, "high": 1.0}
    VECTORS = References(vectors={"a": (1.0, 0.0), "b": (0.0, 1.0), "c": (-1.0, 0.0)})

    def test_it_is_a_mean_direction_of_length_1(self) -> None:
        """Three times a, and b bought two half-lives ago (worth 2): (3, 2) over its length."""
        seen = [*[touch(0.0, product="a")] * 3, touch(2 * DAY, "purchase", product="b"), touch(0.0, product="unknown")]
        assert value(seen, against=self.VECTORS, **self.WORDS) == {"0": near(3 / sqrt(13)), "1": near(2 / sqrt(13))}

    def test_opposites_are_no_direction(self) -> None:
        """What cancels out is 0, not a division by it; without a vector there is no value."""
        opposites = [touch(0.0, product="a"), touch(0.0, product="c")]
        assert value(opposites, against=self.VECTORS, **self.WORDS) == {"0": 0.0, "1": 0.0}
        assert value([touch(0.0, product="unknown")], against=self.VECTORS, **self.WORDS) == {}


class TestStanding:
    WORDS: Mapping[str, Any] = {"aggregate": "standing", "key": "category", "value": "log_price", "low": -inf}
    LEVELS = References(levels={"coats": (log(100.0), 0.5), "shoes": (log(50.0), 2.0), "flat": (1.0, 0.0)})

    def test_deviations_above_what_is_usual(self) -> None:
        """A coat at e times the usual price stands 2 above (of .5), shoes at the usual price at 0: together 1."""
        price = round(100 * exp(1))
        seen = [touch(1.0, category="coats", price=price), touch(2.0, category="shoes", price=50)]
        assert value(seen, against=self.LEVELS, **self.WORDS) == near(log(price / 100) / 0.5 / 2)

    def test_it_is_weighted(self) -> None:
        """The same coat bought weighs 8 of 9."""
        seen = [touch(1.0, "purchase", category="coats", price=200), touch(2.0, category="shoes", price=50)]
        assert value(seen, against=self.LEVELS, **self.WORDS) == near(8 / 9 * log(2.0) / 0.5)

    def test_nothing_usual_is_nothing_said(self) -> None:
        """A category without a level, or whose prices are all the same, is left out; alone it is 0."""
        seen = [touch(1.0, category="hats", price=9), touch(1.0, category="flat", price=9)]
        assert value(seen, against=self.LEVELS, **self.WORDS) == 0.0


class TestNoiseAndRange:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ({"aggregate": "count"}, 1.25),
            ({"aggregate": "decayed_sum", "half_life_days": 1e6}, 1.25),
            ({"aggregate": "mean", "value": "amount"}, (0.25 * 10 + 20) / 1.25),
            ({"aggregate": "ratio", "value": "discounted"}, 0.2),
            ({"aggregate": "age"}, 1.0),
            ({"aggregate": "distinct", "key": "product", "k": 3}, 2.0),
        ],
    )
    def test_a_suspect_counts_a_quarter_and_a_robot_nothing(self, words: dict[str, Any], expected: float) -> None:
        """Weights are multiplied; what only was seen or not was seen, unless it counts for nothing."""
        seen = [
            touch(1.0, product="a", price=10, list_price=12, counts=0.25),
            touch(2.0, product="b", price=20),
            touch(0.5, product="c", price=999, list_price=1999, counts=0.0),
        ]
        assert value(seen, **words) == pytest.approx(expected, rel=1e-4)

    def test_values_are_clipped_to_their_range(self) -> None:
        """Single numbers and those by key, at both ends."""
        many = [touch(0.0, brand="a")] * 5
        assert value(many, aggregate="count", high=3.0) == 3.0
        assert value(many, aggregate="count", key="brand", high=3.0) == {"a": 3.0}
        assert value(many, aggregate="count", low=10.0, high=20.0) == 10.0
        assert value([], aggregate="age", high=60.0) == 60.0

    def test_other_actions_are_not_taken(self) -> None:
        """An action without a weight is none of this feature's business."""
        assert value([touch(1.0, "wishlist"), touch(1.0, "search", query="x")], aggregate="count") == 0.0


def test_a_touch_far_ahead_of_the_moment_counts_in_full() -> None:
    """A state whose newest touch lies years ahead can be read: it is as at that touch."""
    (session,) = [one for one in MEASURES if one.name == "session_categories"]
    fold = Fold([session])
    state: State = {}
    fold.add(state, Touch(4e9, 0.0, "view", "coat", category="outer"))
    assert fold.read(state, 1e9) == {"session_categories": {"outer": 1.0}}
