"""Candidates become places: which variant is shown, at which price, in which sizes, and why."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from application.features.ranking import sought
from application.features.touch import Touch
from application.serving.candidates import Candidates
from application.serving.exploration import Drawn
from application.serving.shelf import Shelf
from domain.catalogue.product import Colourway, Variant
from domain.slate.slate import Slot

#: How features are written down: enough to compute the same score again.
DIGITS = 6


@frozen
class Wants:
    """What a customer's touches say of colour and size: colours newest first, sizes of what was bought and kept."""

    colours: Sequence[str]
    sizes: frozenset[str]
    last_product: str = ""

    @classmethod
    def of(cls, touches: Sequence[Touch]) -> "Wants":
        colours = dict.fromkeys(touch.colour for touch in reversed(touches) if touch.colour)
        bought = {touch.size for touch in touches if touch.action == "purchase" and touch.size}
        back = {touch.size for touch in touches if touch.action == "return" and touch.fit}
        seen = sought(touches)
        return cls(tuple(colours), frozenset(bought - back), seen[-1] if seen else "")


def slots_of(
    vocabulary: Sequence[str],
    shelf: Shelf,
    candidates: Candidates,
    drawn: Sequence[Drawn],
    *,
    wants: Wants,
    columns: int,
) -> tuple[Slot, ...]:
    """Lay the drawn candidates out in rows. One that was sold while we were thinking is left out, never shown."""
    slots: list[Slot] = []
    for one in drawn:
        product_id = vocabulary[int(candidates.items[one.item])]
        stock, listing = shelf.in_stock(product_id), shelf.listing(product_id)
        if not stock or listing is None:
            continue
        colourway, variant = _shown(stock, wants)
        sizes = tuple(v.size_label for c, v in stock if c == colourway and v.size_label)
        place = len(slots)
        slots.append(
            Slot(
                position=place + 1,
                row=place // columns + 1,
                col=place % columns + 1,
                product_id=product_id,
                variant_id=variant.variant_id,
                propensity=one.propensity,
                score_retrieval=_value(candidates.retrieval, one.item),
                score_rank=_value(candidates.rank, one.item),
                exploration="uniform_pool" if one.explored else None,
                price=listing.unit_price,
                list_price=listing.list_price,
                sizes_in_stock=sizes,
                size_available=bool(wants.sizes.intersection(sizes)) if wants.sizes else None,
                reason=_reason(one, listing.category_id, shelf, wants),
                features=()
                if candidates.features is None
                else tuple(round(float(value), DIGITS) for value in candidates.features[one.item]),
            )
        )
    return tuple(slots)


def feature_hash(slots: Sequence[Slot]) -> str:
    """Return a digest of the packed values of all places, empty if there are none."""
    values = np.array([slot.features for slot in slots if slot.features], np.float32)
    return sha256(values.tobytes()).hexdigest()[:16] if values.size else ""


def _shown(stock: Sequence[tuple[Colourway, Variant]], wants: Wants) -> tuple[Colourway, Variant]:
    """Show the colourway whose colour was looked at last, else the first that can be bought."""
    for colour in wants.colours:
        for colourway, variant in stock:
            if colourway.colour == colour:
                return colourway, variant
    return stock[0]


def _value(scores: NDArray[np.float32] | None, place: int) -> float | None:
    return None if scores is None else round(float(scores[place]), DIGITS)


def _reason(drawn: Drawn, category_id: str | None, shelf: Shelf, wants: Wants) -> str:
    """Say in one word why it is here: explored, like the last thing seen, or picked by taste, or popular."""
    if drawn.explored:
        return "explored"
    if not wants.last_product:
        return "popular"
    last = shelf.listing(wants.last_product)
    return "like_last" if last and last.category_id == category_id else "taste"
