"""Business rules over ranked candidates. Hard ones are masks before the ranking; these shape what is left."""

from collections.abc import Hashable, Sequence
from math import ceil

from attrs import frozen

#: At most this share of a home slate is of one category, and this share of one brand.
CATEGORY_SHARE = 0.5
BRAND_SHARE = 0.34


@frozen
class Shaped:
    """`kept`: places in the list of candidates, best first. `rules`: how many candidates each rule put back."""

    kept: Sequence[int]
    rules: dict[str, int]


def without_twins(names: Sequence[Hashable]) -> Shaped:
    """Keep the first of the candidates that a shopper could not tell apart; `names`: what each looks like."""
    first: dict[Hashable, int] = {}
    for place, name in enumerate(names):
        first.setdefault(name, place)
    return Shaped(list(first.values()), {"deduplicated": len(names) - len(first)})


def diverse(categories: Sequence[int], brands: Sequence[int], k: int) -> Shaped:
    """Put candidates beyond the caps behind the others; with too few others they come back, best first.

    A code below 0 is no category or brand and is never capped.
    """
    most = {"category": max(1, ceil(CATEGORY_SHARE * k)), "brand": max(1, ceil(BRAND_SHARE * k))}
    counts: dict[tuple[str, int], int] = {}
    kept: list[int] = []
    behind: list[int] = []
    rules = {"category_cap": 0, "brand_cap": 0}
    for place, (category, brand) in enumerate(zip(categories, brands, strict=True)):
        over = [
            what
            for what, code in (("category", category), ("brand", brand))
            if code >= 0 and counts.get((what, code), 0) >= most[what]
        ]
        if over and len(kept) < k:
            behind.append(place)
            rules[f"{over[0]}_cap"] += 1
            continue
        kept.append(place)
        for what, code in (("category", category), ("brand", brand)):
            counts[what, code] = counts.get((what, code), 0) + 1
    if len(kept) < k:
        return Shaped([*kept, *behind], rules)
    return Shaped([*kept[:k], *sorted([*behind, *kept[k:]])], rules)
