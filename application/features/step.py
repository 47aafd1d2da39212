"""A step: what one fact says about a session that is no touch of a product, in the units that intent is read from."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from domain.session import facts
from domain.session.facts import Fact, ProductRef
from ports.event_log import Metadata


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """`at`, `known`: Unix seconds of happening and of being known. `kind`: the stored name of the fact.

    `value`: the words searched, `facet=value` chosen, the medium looked at. `minor`: money in minor units. `page`: the
    page view that it is, or reports on.
    """

    at: float
    known: float
    kind: str
    product: str = ""
    size: str = ""
    value: str = ""
    minor: int = 0
    page: str = ""


class Engaged(msgspec.Struct, frozen=True, array_like=True):
    """How much of one page view was looked at: the largest of every snapshot, so order and repeats do not matter.

    `known`: Unix seconds from when the last of it was known.
    """

    engaged_ms: int = 0
    visible_ms: int = 0
    max_scroll_pct: int = 0
    known: float = 0.0

    def with_snapshot(self, snapshot: facts.PageEngaged, known: float) -> "Engaged":
        return Engaged(
            max(self.engaged_ms, snapshot.engaged_ms),
            max(self.visible_ms, snapshot.visible_ms),
            max(self.max_scroll_pct, snapshot.max_scroll_pct),
            max(self.known, known),
        )


_KINDS: Mapping[type[Fact], str] = {cls: name.partition(".")[2] for cls, name in facts.FACTS}


def steps_of(fact: Fact, metadata: Metadata) -> tuple[Step, ...]:
    """Return the steps that a fact is: one, but one for each facet that was chosen."""
    at, known = metadata.occurred_at.timestamp(), metadata.known_at.timestamp()
    kind, product = _KINDS[type(fact)], getattr(fact, "product", None)
    about: dict[str, Any] = {}
    if isinstance(product, ProductRef):
        about = {"product": product.product_id, "size": product.size_label or ""}
    if isinstance(fact, facts.ProductListFiltered) and fact.facets:
        return tuple(Step(at, known, kind, value=f"{one.facet}={one.value}") for one in fact.facets)
    said = _SAID.get(type(fact))
    return (Step(at, known, kind, **about, **(said(fact) if said else {})),)


def _page(fact: Any) -> Mapping[str, Any]:
    return {"page": fact.page_view_id, "value": fact.page_type, "product": fact.product_id or ""}


def _removed(fact: Any) -> Mapping[str, Any]:
    return {"minor": fact.quantity * fact.unit_price.amount_minor if fact.unit_price else 0}


_SAID: Mapping[type[Fact], Callable[[Any], Mapping[str, Any]]] = {
    facts.PageViewed: _page,
    facts.PageEngaged: lambda fact: {"page": fact.page_view_id},
    facts.ProductsSearched: lambda fact: {"value": fact.query_text},
    facts.ProductMediaViewed: lambda fact: {"value": fact.media_kind},
    facts.ProductRemovedFromCart: _removed,
    facts.StatedPreferenceRecorded: lambda fact: {"value": f"{fact.kind}={fact.value}"},
}
