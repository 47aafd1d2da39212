"""A product of Shopify is variants under options; here it is colourways, each in sizes.

An option whose name says colour in one of the usual languages makes the colourways, one that says size the labels.
Shopify has no id for a colourway: it is called after its product and its colour.
"""

import html
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import Factory, frozen

from domain.taxonomy.dialects.shopify.parts import Row, said
from domain.taxonomy.normalise import normalise

_COLOUR = frozenset(
    [
        *("color", "colour", "colors", "colours", "farbe", "couleur", "kleur", "colore", "cor", "färg", "farve"),
        *("farge", "väri", "kolor"),
    ]
)
_SIZE = frozenset(
    [
        *("size", "sizes", "größe", "grösse", "groesse", "taille", "maat", "taglia", "talla", "tamanho", "tamaño"),
        *("storlek", "størrelse", "koko", "rozmiar"),
    ]
)
_TAG = re.compile(r"<[^<>]*>")
_LONGEST_TITLE, _LONGEST_TEXT, _LONGEST_TAGS = 200, 2000, 200


@frozen
class Piece:
    """A variant. `options`: name of the option -> value. `quantity`: None if nobody counts it."""

    variant_id: str | None
    options: Mapping[str, str]
    price: Decimal | None = None
    compare_at: Decimal | None = None
    quantity: int | None = None
    image: str | None = None


@frozen
class Style:
    """A product as both the webhook and the CSV file tell it. What is not `on_sale` has no piece to sell."""

    product_id: str | None
    title: str | None
    pieces: Sequence[Piece]
    description: str = ""
    category: str | None = None
    brand: str | None = None
    tags: Sequence[str] = ()
    attributes: Mapping[str, str] = Factory(dict)
    image: str | None = None
    on_sale: bool = True
    currency: str | None = None


def listed(style: Style, at: Any) -> Sequence[Row]:
    """Return the listing, and the count of what is counted."""
    cheapest = min((one for one in style.pieces if one.price is not None), key=_price, default=None)
    before = (
        cheapest.compare_at if cheapest and cheapest.compare_at and cheapest.compare_at > _price(cheapest) else None
    )
    tags = _joined(style.tags)
    fields = {
        "product_id": style.product_id,
        "title": style.title and style.title[:_LONGEST_TITLE].strip(),
        "description": plain(style.description)[:_LONGEST_TEXT].strip() or None,
        "category_id": style.category,
        "brand_id": style.brand,
        "unit_price": cheapest and cheapest.price,
        "list_price": before,
        "currency": style.currency,
        "attributes": dict(style.attributes) | ({"tags": tags} if tags else {}) or None,
        "colourways": _colourways(style),
    }
    events = [said("product_listed", at, fields)]
    if levels := _levels(style):
        events.append(said("stock_counted", at, {"product_id": style.product_id, "levels": levels}))
    return events


def _price(one: Piece) -> Decimal:
    return one.price or Decimal(0)


def _levels(style: Style) -> Sequence[Mapping[str, Any]]:
    """Shopify lets a count fall below nothing when more is sold than there is: then there is nothing."""
    counts = [(one.variant_id, one.quantity if style.on_sale else 0) for one in style.pieces]
    return [{"variant_id": name, "quantity": max(count, 0)} for name, count in counts if count is not None]


def _colourways(style: Style) -> Sequence[Mapping[str, Any]]:
    by_colour: dict[str, list[Piece]] = {}
    shown: dict[str, str] = {}
    for one in style.pieces:
        colour = _option(one, _COLOUR) or ""
        by_colour.setdefault(colour.casefold(), []).append(one)
        shown.setdefault(colour.casefold(), colour)
    return [
        _without_none(
            {
                "colourway_id": f"{style.product_id}/{colour}" if colour else style.product_id,
                "colour": shown[colour] or None,
                "image_url": next((one.image for one in pieces if one.image), style.image),
                "variants": [
                    _without_none({"variant_id": one.variant_id, "size_label": _option(one, _SIZE)}) for one in pieces
                ],
            }
        )
        for colour, pieces in by_colour.items()
    ]


def _option(one: Piece, names: frozenset[str]) -> str | None:
    return next((value for name, value in one.options.items() if names & set(normalise(name).split("_"))), None)


def _without_none(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def plain(text: str) -> str:
    """Return HTML as one line of text."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def _joined(tags: Sequence[str]) -> str:
    """Join as many whole tags as there is room for."""
    joined = ""
    for tag in tags:
        longer = f"{joined}, {tag}" if joined else tag
        if len(longer) > _LONGEST_TAGS:
            break
        joined = longer
    return joined
