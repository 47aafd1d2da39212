"""What the data sets publish about themselves, beside what the features say. [M]: recalled from the paper."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ports.measures import Value

if TYPE_CHECKING:
    from tests.features_data.table import Folded

Remark = Callable[["Folded"], str]


def _number(value: Value) -> float:
    assert isinstance(value, float)
    return value


def _views_per_session(folded: "Folded") -> str:
    views = [_number(one) for one in folded.values["session_views"].values()]
    return (
        f"`session_views` is {sum(views) / len(views):.2f} on average; the whole file has 906,140 clicks in 186,670 "
        "sessions, 4.85 on average (SR-GNN prints 5.12 with the test sessions [M])."
    )


def _most_viewed(folded: "Folded") -> str:
    views = sorted((_number(one) for one in folded.values["popularity"].values()), reverse=True)
    return (
        f"The 20 products of most `popularity` hold {100 * sum(views[:20]) / sum(views):.2f} % of it, of a few days; "
        "who recommends the 20 most viewed of half a year is right in 0.89 % of the published test [M]."
    )


def _bought_once(folded: "Folded") -> str:
    known = [name for name in folded.values["purchases_30d"] if not name.startswith("session-")]
    strangers = len(folded.values["purchases_30d"]) - len(known)
    return (
        f"Of who bought, {len(known):,} are users and {strangers:,} are known by their session only; nothing is "
        "published about that."
    )


def _misfit(folded: "Folded") -> str:
    rented = Counter(one.product for one in folded.observations if one.action == "purchase")
    shares = {name: _number(one) for name, one in folded.values["return_share"].items()}
    share = sum(shares[name] * rented[name] for name in shares) / sum(rented.values())
    return (
        f"`return_share`, weighted by rentals, is {share:.3f}; the paper (Misra et al. 2018) prints .134 small and "
        ".128 large for all 192,544 rentals, .262 together [M]."
    )


def _direction(folded: "Folded") -> str:
    fits = [_number(one) for one in folded.values["product_fit"].values()]
    small, large = (sum(1 for one in fits if one * sign > 0) for sign in (-1, 1))
    return (
        f"`product_fit` says of {small:,} products that they turn out too small and of {large:,} too large: about as "
        "many, as the paper's two shares."
    )


REMARKS: Mapping[str, Sequence[Remark]] = {
    "Diginetica, sessions": (_views_per_session, _most_viewed),
    "Diginetica, raw sample": (_bought_once,),
    "RentTheRunway": (_misfit, _direction),
}
