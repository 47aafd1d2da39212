"""What somebody is after in this session, read from its touches and steps (`domain.md` §4).

A fold over what had happened before a moment and was known by then, so a late fact, a bridge or a cut changes it as if
it had always been so. Source of the list: the session features of the field's challenge winners (e.g. RecSys 2022).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import exp2, log, log2
from statistics import fmean, median, pstdev
from typing import Literal

from attrs import Factory, frozen

from application.features.step import Engaged, Step
from application.features.touch import Touch

Stage = Literal["land", "browse", "compare", "decide", "checkout"]
#: As many of the last actions as a session model reads.
LAST = 50
#: The same product looked at again within the last so many looks is a comparison.
_COMPARED_WITHIN = 10
_QUERY_HALF_LIFE_S = 300.0
_CHECKOUT = frozenset(["checkout_started", "checkout_step_completed", "checkout_completed", "payment_failed"])


@frozen
class PriceLevel:
    """Mean and standard deviation of the natural logarithm of a category's prices."""

    mean: float
    deviation: float


@frozen
class Knowledge:
    """What the catalogue knows beside the session. Unknown products, categories and cuts say nothing.

    `silhouettes`: product -> cut. `subjects`: product -> whom it is made for. `usual`: whom the customer buys for.
    """

    prices: Mapping[str, PriceLevel] = Factory(dict)
    silhouettes: Mapping[str, str] = Factory(dict)
    subjects: Mapping[str, str] = Factory(dict)
    usual: frozenset[str] = frozenset()
    promotion: bool = False


@frozen
class Action:
    """One of the last actions: `gap_s` seconds after the one before, 0 for the first."""

    product: str
    action: str
    gap_s: float


@frozen
class Intent:
    """Counts are of events, shares from 0 to 1, times in seconds, money in minor units, `_z` in standard deviations.

    `None` where nothing is known. `query_recency`: 1 at a search, half of it every 5 minutes. `fit_anxiety`: openings
    of size guides. `gift_hint`: share of looks at what is made for somebody else than the customer usually buys for.
    """

    n_events: int
    n_products: int
    n_categories: int
    category_entropy: float
    top_category_share: float
    new_category_rate: float
    last: tuple[Action, ...]
    price_z: float | None
    price_z_deviation: float | None
    marked_down_share: float
    colours: Mapping[str, float]
    silhouettes: Mapping[str, float]
    sizes: tuple[str, ...]
    inferred_size: str | None
    facets: tuple[str, ...]
    searches: int
    reformulations: int
    query_recency: float
    median_dwell_ms: float | None
    max_dwell_ms: int | None
    median_scroll_pct: float | None
    most_revisits: int
    revisited_share: float
    zooms: int
    fit_anxiety: int
    cart_value_minor: int
    cart_adds: int
    cart_removes: int
    wishlist_adds: int
    since_last_s: float | None
    elapsed_s: float
    circumstances: Mapping[str, str]
    promotion: bool
    gift_hint: float | None
    stage: Stage


def intent_of(
    touches: Iterable[Touch],
    steps: Iterable[Step],
    engaged: Mapping[str, Engaged],
    circumstances: Mapping[str, Sequence[float]],
    *,
    at: float,
    knowledge: Knowledge,
) -> Intent:
    """Read the intent at the time `at` (Unix seconds), whatever order the facts are given in.

    `engaged`: by page view; a page of which more became known since does not count, for what was known then is gone.
    """
    seen = sorted((one for one in touches if one.at < at and one.known <= at), key=_touched)
    done = sorted((one for one in steps if one.at < at and one.known <= at), key=_stepped)
    times = sorted([one.at for one in seen] + [one.at for one in done])
    looks = [one for one in seen if one.action in {"view", "click"}]
    views = Counter(one.product for one in looks if one.action == "view")
    categories = [one.category for one in looks if one.category]
    shares = _shares(categories)
    kinds = Counter(one.kind for one in done)
    levels = [z for one in looks if (z := _level(one, knowledge)) is not None]
    priced = [one for one in looks if one.price]
    sizes = [one.size for one in done if one.kind == "size_selected" and one.size]
    sizes += [_value(one) for one in done if one.kind == "product_list_filtered" and one.value.startswith("size=")]
    sizes += [one.size for one in seen if one.action == "cart" and one.size]
    searched = [one for one in done if one.kind == "products_searched"]
    pages = {one.page for one in seen} | {one.page for one in done if one.kind != "page_engaged"}
    told = [row for page in sorted(pages) if (row := engaged.get(page)) is not None and row.known < at]
    dwells, scrolls = [one.engaged_ms for one in told], [one.max_scroll_pct for one in told]
    subjects = [subject for one in looks if (subject := knowledge.subjects.get(one.product))]
    return Intent(
        n_events=len(times),
        n_products=len({one.product for one in seen}),
        n_categories=len(shares),
        category_entropy=-sum(share * log2(share) for share in shares.values()) if shares else 0.0,
        top_category_share=max(shares.values(), default=0.0),
        new_category_rate=len(shares) / len(categories) if categories else 0.0,
        last=_last(seen),
        price_z=fmean(levels) if levels else None,
        price_z_deviation=pstdev(levels) if levels else None,
        marked_down_share=sum(one.discounted for one in priced) / len(priced) if priced else 0.0,
        colours=_shares([one.colour for one in looks if one.colour]),
        silhouettes=_shares([cut for one in looks if (cut := knowledge.silhouettes.get(one.product))]),
        sizes=tuple(sorted(set(sizes))),
        inferred_size=_commonest(sizes),
        facets=tuple(dict.fromkeys(one.value for one in done if one.kind == "product_list_filtered" and one.value)),
        searches=len(searched),
        reformulations=sum(one.value != other.value for one, other in pairwise(searched)),
        query_recency=exp2((searched[-1].at - at) / _QUERY_HALF_LIFE_S) if searched else 0.0,
        median_dwell_ms=median(dwells) if dwells else None,
        max_dwell_ms=max(dwells, default=None),
        median_scroll_pct=median(scrolls) if scrolls else None,
        most_revisits=max(views.values(), default=1) - 1,
        revisited_share=sum(count > 1 for count in views.values()) / len(views) if views else 0.0,
        zooms=sum(one.kind == "product_media_viewed" and one.value == "zoom" for one in done),
        fit_anxiety=kinds["size_guide_viewed"],
        cart_value_minor=_cart(seen, done),
        cart_adds=sum(one.action == "cart" for one in seen),
        cart_removes=kinds["product_removed_from_cart"],
        wishlist_adds=sum(one.action == "wishlist" for one in seen),
        since_last_s=at - times[-1] if times else None,
        elapsed_s=at - times[0] if times else 0.0,
        circumstances=_latest(circumstances, at),
        promotion=knowledge.promotion,
        gift_hint=_gift(subjects, knowledge.usual),
        stage=_stage(seen, done),
    )


def _touched(touch: Touch) -> tuple[float, str, str]:
    return touch.at, touch.action, touch.product


def _stepped(step: Step) -> tuple[float, str, str]:
    return step.at, step.kind, step.value


def _shares(values: Sequence[str]) -> Mapping[str, float]:
    return {value: count / len(values) for value, count in sorted(Counter(values).items())}


def _value(step: Step) -> str:
    return step.value.partition("=")[2]


def _commonest(values: Sequence[str]) -> str | None:
    """Return the value said most often; of several the one said last, for that is where the search has come to."""
    counts = Counter(values)
    return max(counts, key=lambda value: (counts[value], _last_place(values, value)), default=None)


def _last_place(values: Sequence[str], value: str) -> int:
    return max(place for place, one in enumerate(values) if one == value)


def _last(seen: Sequence[Touch]) -> tuple[Action, ...]:
    gaps = [0.0, *(later.at - earlier.at for earlier, later in pairwise(seen))]
    return tuple(Action(one.product, one.action, gap) for one, gap in zip(seen, gaps, strict=False))[-LAST:]


def _level(touch: Touch, knowledge: Knowledge) -> float | None:
    """Return how dear a product is within its category."""
    usual = knowledge.prices.get(touch.category)
    if usual is None or not touch.price:
        return None
    return (log(touch.price) - usual.mean) / usual.deviation if usual.deviation > 0 else 0.0


def _cart(seen: Sequence[Touch], done: Sequence[Step]) -> int:
    added = sum(one.price * one.quantity for one in seen if one.action == "cart")
    return max(added - sum(one.minor for one in done if one.kind == "product_removed_from_cart"), 0)


def _latest(circumstances: Mapping[str, Sequence[float]], at: float) -> Mapping[str, str]:
    """Return each circumstance as it was told last before `at`."""
    found: dict[str, str] = {}
    happened = (
        (max(before), told) for told, times in circumstances.items() if (before := [t for t in times if t < at])
    )
    for _, told in sorted(happened):
        found |= dict(line.split("=", 1) for line in told.split("\n"))
    return found


def _gift(subjects: Sequence[str], usual: frozenset[str]) -> float | None:
    return sum(one not in usual for one in subjects) / len(subjects) if subjects and usual else None


def _stage(seen: Sequence[Touch], done: Sequence[Step]) -> Stage:
    """Tell how far the session has come: what was reached latest and furthest in it counts."""
    if any(one.kind in _CHECKOUT for one in done):
        return "checkout"
    if any(one.action == "cart" for one in seen) or any(one.kind == "size_selected" for one in done):
        return "decide"
    recent = [one.product for one in seen if one.action == "view"][-_COMPARED_WITHIN:]
    if len(set(recent)) < len(recent) and len(set(recent)) > 1:
        return "compare"
    return "browse" if len({one.product for one in seen}) > 1 or len(done) > 1 else "land"
