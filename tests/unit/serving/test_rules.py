"""Business rules shape what is left of the candidates; they lose nothing but twins."""

import random
from collections import Counter
from collections.abc import Sequence
from math import ceil

import pytest

from application.serving.rules import BRAND_SHARE, CATEGORY_SHARE, diverse, without_twins


def drawn(seed: int) -> tuple[list[int], list[int], int]:
    """Return categories, brands and k of a random list of candidates, some of unknown category or brand."""
    dice = random.Random(seed)
    n = dice.randint(0, 60)
    categories = [dice.randint(-1, dice.randint(0, 6)) for _ in range(n)]
    brands = [dice.randint(-1, dice.randint(0, 9)) for _ in range(n)]
    return categories, brands, dice.randint(1, 20)


def most(codes: Sequence[int]) -> int:
    """Return how often the most frequent known code stands there."""
    return max(Counter(code for code in codes if code >= 0).values(), default=0)


@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_lost(seed: int) -> None:
    """Every candidate stays in the list, once."""
    categories, brands, k = drawn(seed)
    kept = diverse(categories, brands, k).kept
    assert sorted(kept) == list(range(len(categories)))


@pytest.mark.parametrize("seed", range(60))
def test_caps_hold_where_enough_others_exist(seed: int) -> None:
    """With enough candidates of other categories and brands no category or brand has more than its share of k."""
    dice = random.Random(seed)
    k = dice.randint(1, 20)
    crowd = [(0, 0)] * dice.randint(k, 2 * k)
    others = [(1 + n, 1 + n) for n in range(k)]
    codes = [*crowd, *others]
    dice.shuffle(codes)
    categories, brands = [one for one, _ in codes], [one for _, one in codes]
    first = diverse(categories, brands, k).kept[:k]
    assert len(first) == k
    assert most([categories[place] for place in first]) <= max(1, ceil(CATEGORY_SHARE * k))
    assert most([brands[place] for place in first]) <= max(1, ceil(BRAND_SHARE * k))


@pytest.mark.parametrize("seed", range(60))
def test_a_cap_breaks_only_where_nothing_else_is_left(seed: int) -> None:
    """Beyond a cap comes back only what is needed to fill k, and then all that fitted stands before it."""
    categories, brands, k = drawn(seed)
    kept = list(diverse(categories, brands, k).kept)
    counts: Counter[tuple[str, int]] = Counter()
    fitted: list[int] = []
    for place, codes in enumerate(zip(categories, brands, strict=True)):
        named = [(what, code) for what, code in zip(("category", "brand"), codes, strict=True) if code >= 0]
        caps = {"category": max(1, ceil(CATEGORY_SHARE * k)), "brand": max(1, ceil(BRAND_SHARE * k))}
        if len(fitted) < k and all(counts[one] < caps[one[0]] for one in named):
            fitted.append(place)
            counts.update(named)
    assert kept[: len(fitted)] == fitted
    assert kept[len(fitted) :] == sorted(kept[len(fitted) :])


def test_what_is_below_the_caps_keeps_its_order() -> None:
    """Where no cap is reached the ranking is left as it is, and no rule is named."""
    shaped = diverse(list(range(10)), list(range(10)), 5)
    assert (list(shaped.kept), shaped.rules) == (list(range(10)), {"category_cap": 0, "brand_cap": 0})


def test_unknown_codes_are_not_capped() -> None:
    """No category and no brand is not one category and one brand."""
    assert list(diverse([-1] * 8, [-1] * 8, 4).kept) == list(range(8))


def test_what_was_put_back_is_counted_by_rule() -> None:
    """The record says which rule put how many candidates back."""
    by_category = diverse([0, 0, 0, 0, 1, 2], [0, 1, 2, 3, 4, 5], 4)
    assert (list(by_category.kept[:4]), by_category.rules) == ([0, 1, 4, 5], {"category_cap": 2, "brand_cap": 0})
    by_brand = diverse([0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 1, 2], 4)
    assert (list(by_brand.kept[:4]), by_brand.rules) == ([0, 1, 4, 5], {"category_cap": 0, "brand_cap": 2})


def test_of_twins_the_first_stays() -> None:
    """Of candidates that look the same the best ranked stays; the others are gone and counted."""
    shaped = without_twins([("b", "shirt"), ("b", "coat"), ("b", "shirt"), ("a", "shirt"), ("b", "coat")])
    assert (list(shaped.kept), shaped.rules) == ([0, 1, 3], {"deduplicated": 2})


@pytest.mark.parametrize("seed", range(10))
def test_the_same_candidates_are_shaped_the_same(seed: int) -> None:
    """No rule draws: asked again it answers the same."""
    categories, brands, k = drawn(seed)
    assert diverse(categories, brands, k) == diverse(categories, brands, k)
    assert without_twins(categories) == without_twins(categories)
