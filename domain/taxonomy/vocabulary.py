"""Finds out what a name means: first in the tenant's own aliases, then in ours, then by what the event carries.

The tenant's own aliases are data with a version, recorded like a source's declaration: what was read before a new one
stays as it was read, and what waited in the quarantine can be released.
"""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from attrs import define, field

from domain.kernel import DomainError
from domain.taxonomy.adoption import Names, version_of
from domain.taxonomy.aliases import AMBIGUOUS, DERIVED, TABLES, Meaning
from domain.taxonomy.known import OURS, KnownEvents
from domain.taxonomy.normalise import normalise
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Authority, Declaration

#: The key of aliases that hold for every source.
EVERYWHERE = "*"
_VIEWED_PAGE = re.compile(r"viewed_.+_page")
_MOST_REMEMBERED = 10_000

#: source or `*` -> name, in any spelling -> canonical name
Aliases = Mapping[str, Mapping[str, str]]


class InvalidAlias(DomainError):
    """An alias that cannot be: the message names it."""


def _search_results(sent: Mapping[str, Any]) -> Meaning:
    return Meaning("slate_viewed" if sent.get("items") or sent.get("products") else "products_searched")


def _of_a_product(sent: Mapping[str, Any], canonical: str) -> Meaning | None:
    return Meaning(canonical) if "product" in (sent.get("content_type"), sent.get("type")) else None


def _cart_updated(sent: Mapping[str, Any]) -> Meaning | None:
    delta = sent.get("delta")
    if isinstance(delta, bool) or not isinstance(delta, int) or delta == 0:
        return None
    return Meaning(
        "product_added_to_cart" if delta > 0 else "product_removed_from_cart", implied={"quantity": abs(delta)}
    )


def _checkout(sent: Mapping[str, Any]) -> Meaning | None:
    """Universal Analytics counts the steps of a checkout: the first one is its start."""
    return Meaning("checkout_started") if str(sent.get("step")) == "1" else None


#: Names that mean something only together with what the event carries; None: it does not say enough.
DISCRIMINATED: Mapping[str, Callable[[Mapping[str, Any]], Meaning | None]] = {
    "view_search_results": _search_results,
    "select_content": lambda sent: _of_a_product(sent, "product_clicked"),
    "view_content": lambda sent: _of_a_product(sent, "product_viewed"),
    "variant_selected": lambda sent: Meaning("size_selected") if sent.get("option") == "size" else None,
    "update_cart": _cart_updated,
    "update_quantity": _cart_updated,
    "ecommerce_cart_updated": _cart_updated,
    "checkout": _checkout,
    "scroll": lambda sent: Meaning(
        "page_engaged",
        implied={} if "max_scroll_pct" in sent or "percent_scrolled" in sent else {"max_scroll_pct": 90},
    ),
}


@define
class Vocabulary:
    """`version` names the tables that answered: ours, and the fingerprint of the tenant's own (`1.2+3f2a91c0`)."""

    own: Aliases = field(factory=dict)
    known: KnownEvents = OURS
    _remembered: dict[tuple[str, str, Authority], Meaning | Refused] = field(factory=dict, init=False, repr=False)
    names: Names = field(init=False, repr=False)
    version: str = field(init=False)

    @names.default
    def _normalised(self) -> Names:
        table = {}
        for source, names in self.own.items():
            for name, canonical in names.items():
                if canonical not in self.known.schemas:
                    close = get_close_matches(canonical, self.known.schemas, n=1, cutoff=0.0)[0]
                    raise InvalidAlias(f"{source}.{name}: {canonical} is no canonical event; the closest is {close}")
                table[f"{source}.{normalise(name)}"] = canonical
        return table

    @version.default
    def _named(self) -> str:
        return version_of(self.names)

    def meaning(self, name: str, source: Declaration, sent: Mapping[str, Any]) -> Meaning:
        """Return what `name` means when `source` sends it with the properties `sent`. Raises `Refused`."""
        key = (name, source.name, source.authority)
        found = self._remembered.get(key)
        if found is None:
            wanted = normalise(name)
            own = self.names.get(f"{source.name}.{wanted}") or self.names.get(f"{EVERYWHERE}.{wanted}")
            if own is None and (depends := DISCRIMINATED.get(wanted)) is not None:
                return _said_enough(depends(sent))
            found = _looked_up(wanted, source.authority, own, self.known)
            if len(self._remembered) < _MOST_REMEMBERED:
                self._remembered[key] = found
        if isinstance(found, Refused):
            raise Refused(found.reason, found.field, found.detail, found.suggested_name)
        return found


def _said_enough(meaning: Meaning | None) -> Meaning:
    if meaning is None:
        raise Refused(Reason.AMBIGUOUS_NAME, "event", "the name says too little; send what happened to what")
    return meaning


def _looked_up(wanted: str, authority: Authority, own: str | None, known: KnownEvents) -> Meaning | Refused:
    if wanted in AMBIGUOUS and own is None:
        return Refused(Reason.AMBIGUOUS_NAME, "event", "the name says too little; send what happened to what")
    if wanted in DERIVED and own is None:
        return Refused(Reason.DERIVED_NOT_FACT, "event", "derived downstream from facts; send the facts")
    table = TABLES[authority]
    found = table.get(wanted) if own is None else Meaning(own)
    if found is None and _VIEWED_PAGE.fullmatch(wanted):
        found = Meaning("page_viewed")
    if found is None:
        close = get_close_matches(wanted[:64], table, n=1, cutoff=0.75)
        suggestion = table[close[0]].canonical if close else ""
        return Refused(Reason.UNKNOWN_EVENT_NAME, "event", "no alias of this taxonomy", suggestion)
    if found.canonical in known.server_only and authority == "client":
        return Refused(
            Reason.ENUM_UNKNOWN, "event", f"{found.canonical} is taken from sources with authority=server only"
        )
    return found
