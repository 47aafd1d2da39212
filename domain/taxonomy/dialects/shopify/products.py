"""Products and stock, as webhooks tell them."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.taxonomy.dialects.shopify.listing import Piece, Style, listed
from domain.taxonomy.dialects.shopify.parts import Message, Row, ident, own_id, row, rows, said, shop_money, word
from domain.taxonomy.fields import integer
from domain.taxonomy.refusal import Reason, Refused

_COUNT = integer(-(10**9))


def product(message: Message) -> Sequence[Row]:
    """`products/create`, `products/update`: the whole listing. Shopify sends the latter for every sale, too."""
    sent = message.payload
    variants = rows(sent.get("variants"), "payload.variants")
    if len(rows(sent.get("variant_gids"), "payload.variant_gids")) > len(variants):
        detail = "not all variants are in the message (Shopify sends 100); import the product's CSV file"
        raise Refused(Reason.MISSING_REQUIRED, "payload.variants", detail)
    names = _option_names(sent)
    images = _images(sent)
    style = Style(
        product_id=own_id(sent, "payload"),
        title=word(sent.get("title")),
        description=word(sent.get("body_html")) or "",
        category=_category(sent),
        brand=word(sent.get("vendor")),
        tags=_tags(sent.get("tags")),
        image=images.get(""),
        on_sale=sent.get("status", "active") == "active" and sent.get("published_at", "") is not None,
        pieces=[_piece(one, f"payload.variants[{at}]", names, images) for at, one in enumerate(variants)],
    )
    return listed(style, sent.get("updated_at") or message.triggered_at)


def stock(message: Message) -> Sequence[Row]:
    """`variants/in_stock`, `variants/out_of_stock`: a count over all locations."""
    sent = message.payload
    level = {
        "variant_id": own_id(sent, "payload"),
        "quantity": max(_COUNT(sent.get("inventory_quantity"), "payload.inventory_quantity", []), 0),
    }
    fields = {"product_id": ident(sent.get("product_id"), "payload.product_id"), "levels": [level]}
    return [said("stock_counted", sent.get("updated_at") or message.triggered_at, fields)]


def _piece(one: Row, at: str, names: Sequence[str], images: Mapping[str, str]) -> Piece:
    values = [word(one.get(f"option{place}")) for place in range(1, len(names) + 1)]
    variant_id = own_id(one, at)
    image = ident(one.get("image_id"), f"{at}.image_id")
    return Piece(
        variant_id=variant_id,
        options={name: value for name, value in zip(names, values, strict=True) if value},
        price=shop_money(one, "price", at),
        compare_at=shop_money(one, "compare_at_price", at),
        quantity=_quantity(one, at),
        image=images.get(f"image {image}") or images.get(f"variant {variant_id}"),
    )


def _quantity(one: Row, at: str) -> int | None:
    """A variant that Shopify does not track has a number too, and it means nothing."""
    if one.get("inventory_quantity") is None:
        return None
    count: int = _COUNT(one["inventory_quantity"], f"{at}.inventory_quantity", [])
    untracked = "inventory_management" in one and one["inventory_management"] is None
    return None if untracked and count <= 0 else count


def _option_names(sent: Row) -> Sequence[str]:
    options = rows(sent.get("options"), "payload.options")
    return [word(one.get("name")) or f"option{place}" for place, one in enumerate(options[:3], start=1)]


def _images(sent: Row) -> Mapping[str, str]:
    """Return addresses by `image ID`, by `variant ID`, and the product's own under the empty name."""
    found: dict[str, str] = {}
    first = word(row(sent.get("image"), "payload.image").get("src"))
    for place, one in enumerate(rows(sent.get("images"), "payload.images")):
        at = f"payload.images[{place}]"
        if (address := word(one.get("src"))) is None:
            continue
        first = first or address
        found[f"image {own_id(one, at)}"] = address
        variants = one.get("variant_ids")
        for variant in variants if isinstance(variants, list) else ():
            found.setdefault(f"variant {ident(variant, f'{at}.variant_ids')}", address)
    return found if first is None else {"": first} | found


def _category(sent: Row) -> str | None:
    """The merchant's own type, else the node of Shopify's taxonomy."""
    node = sent.get("category")
    return word(sent.get("product_type")) or (word(node.get("full_name")) if isinstance(node, dict) else None)


def _tags(value: Any) -> Sequence[str]:
    tags = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else ()
    return [tag for one in tags if (tag := word(one))]
