"""Shopify's CSV files, one product or order each: `{export, rows: [{column: cell}], exported_at, currency}`.

`export` is products or orders. Cells that are blank are left out: below the first row of a product they repeat it. A
row that does not fit the header is `{cells: [...]}`. Products say `exported_at`, since when the listing is so: the file
has no other time. Variants have no id in these files: they go by their SKU, else by what an order calls them, such as
`Title - Red / M`.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from domain.taxonomy.dialects.shopify.listing import Piece, Style, listed
from domain.taxonomy.dialects.shopify.parts import NOTHING, Row, rows, said
from domain.taxonomy.fields import integer, number
from domain.taxonomy.normalise import normalise
from domain.taxonomy.refusal import Reason, Refused

_COUNT = integer(-(10**9))
_PIECES = integer(0, 10_000)
_LONGEST_ID = 128
_ONLY = "Default Title"
#: `2024-01-15 10:23:45 -0500`, as the order export writes a time.
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d) ?([+-]\d\d:?\d\d|UTC|Z)")

Cells = Mapping[str, str]


def translate(sent: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Read the rows of one product or of one order."""
    table = [_cells(one, f"rows[{place}]") for place, one in enumerate(rows(sent.get("rows"), "rows"))]
    if not table:
        raise Refused(Reason.MISSING_REQUIRED, "rows", "no row of the file")
    match sent.get("export"):
        case "products":
            return _product(table, sent.get("exported_at"), sent.get("currency"))
        case "orders":
            return _order(table)
        case _:
            raise Refused(Reason.ENUM_UNKNOWN, "export", "expected products or orders")


def _cells(row: Row, at: str) -> Cells:
    if "cells" in row:
        raise Refused(Reason.TYPE_INVALID, at, "has another number of cells than the header of the file has columns")
    return {normalise(name): cell.strip() for name, cell in row.items() if isinstance(cell, str) and cell.strip()}


def _first(cells: Cells, *names: str) -> str | None:
    """Return the first cell there is: Shopify renamed some columns over the years."""
    return next((cells[name] for name in names if name in cells), None)


def _money(cells: Cells, *names: str) -> Decimal | None:
    cell = _first(cells, *names)
    return None if cell is None else number(cell, names[0], [])


def _product(table: Sequence[Cells], exported_at: Any, currency: Any) -> Sequence[Row]:
    head = table[0]
    title = _first(head, "title")
    options = [_first(head, f"option{place}_name") or "" for place in (1, 2, 3)]
    status, published = _first(head, "status"), _first(head, "published", "published_on_online_store")
    facets = {"gender": "google_shopping_gender", "age_group": "google_shopping_age_group"}
    style = Style(
        product_id=_first(head, "handle", "url_handle"),
        title=title,
        description=_first(head, "body_(html)", "body_html", "description") or "",
        category=_first(
            head, "type", "product_category", "google_shopping_google_product_category", "custom_product_type"
        ),
        brand=_first(head, "vendor"),
        tags=[tag.strip() for tag in (_first(head, "tags") or "").split(",") if tag.strip()],
        attributes={facet: head[column][:200] for facet, column in facets.items() if column in head},
        image=_first(head, "image_src", "product_image_url"),
        on_sale=(status or "active").lower() == "active" and (published or "true").lower() == "true",
        currency=currency,
        pieces=[_piece(cells, title, options) for cells in table if cells is head or _is_variant(cells)],
    )
    return listed(style, exported_at)


def _is_variant(cells: Cells) -> bool:
    """Rows below the first are another variant, or only another picture."""
    return any(name in cells for name in ("option1_value", "variant_sku", "sku", "variant_price", "price"))


def _piece(cells: Cells, title: str | None, options: Sequence[str]) -> Piece:
    values = [_first(cells, f"option{place}_value") for place in (1, 2, 3)]
    counted = _first(cells, "variant_inventory_qty", "inventory_quantity")
    named = " / ".join(value for value in values if value and value != _ONLY)
    name = f"{title} - {named}" if named else title
    return Piece(
        variant_id=_first(cells, "variant_sku", "sku") or (name and name[:_LONGEST_ID]),
        options={option: value for option, value in zip(options, values, strict=True) if value and value != _ONLY},
        price=_money(cells, "variant_price", "price"),
        compare_at=_money(cells, "variant_compare_at_price", "compare_at_price"),
        quantity=None if counted is None else _COUNT(counted, "variant_inventory_qty", []),
        image=_first(cells, "variant_image", "variant_image_url"),
    )


def _order(table: Sequence[Cells]) -> Sequence[Row]:
    """The first row of an order has its totals, and each row one line. The id is that of the webhooks."""
    head = table[0]
    order_id = _first(head, "id", "name")
    around = {"email": _first(head, "email"), "phone": _first(head, "phone")}
    if (_first(head, "source") or "").lower() == "pos":
        around |= {"channel": "in_store", "store_id": _first(head, "location"), "till_id": _first(head, "device_id")}
    payment = _first(head, "payment_method")
    fields = {"order_id": order_id, "payment_kind": payment and payment[:32].strip(), **_bill(head, table)}
    events = [said("order_placed", _time(_first(head, "created_at")), fields, **around)]
    if cancelled_at := _first(head, "cancelled_at"):
        events.append(said("order_cancelled", _time(cancelled_at), {"order_id": order_id}))
    return events


def _bill(head: Cells, table: Sequence[Cells]) -> dict[str, Any]:
    """The subtotal is after all discounts, so what the lines do not have of them is the discount of the order.

    The file does not say whether prices include tax; its sums do.
    """
    total, subtotal = _money(head, "total"), _money(head, "subtotal")
    shipping, taxes = _money(head, "shipping") or NOTHING, _money(head, "taxes") or NOTHING
    duties = _money(head, "duties") or NOTHING
    lines = [_line(cells) for cells in table if "lineitem_name" in cells or "lineitem_sku" in cells]
    goods = sum((price * count - less for _, price, count, less in lines), NOTHING)
    discount = (_money(head, "discount_amount") or NOTHING) if subtotal is None else goods - subtotal
    included = subtotal is not None and total == subtotal + shipping + duties
    return {
        "items": [fields | {"tax_included": included} for fields, _, count, _ in lines if count],
        "total": total,
        "currency": _first(head, "currency"),
        "order_discount": max(discount, NOTHING),
        "shipping": shipping,
        "tax": duties + (NOTHING if included else taxes),
    }


def _line(cells: Cells) -> tuple[dict[str, Any], Decimal, int, Decimal]:
    """Return the fields of a line, and of them price, pieces and discount."""
    name = _first(cells, "lineitem_sku") or _first(cells, "lineitem_name")
    price = _money(cells, "lineitem_price")
    count: int = _PIECES(_first(cells, "lineitem_quantity"), "lineitem_quantity", [])
    less = _money(cells, "lineitem_discount") or NOTHING
    before = _money(cells, "lineitem_compare_at_price")
    fields = {
        "variant_id": name and name[:_LONGEST_ID],
        "quantity": count,
        "unit_price": price,
        "list_price": before,
        "line_discount": less,
        "brand_id": _first(cells, "vendor"),
    }
    kept = {field: value for field, value in fields.items() if value is not None}
    return kept, price or NOTHING, count, less


def _time(cell: str | None) -> str | None:
    found = _TIME.fullmatch(cell or "")
    if found is None:
        return cell
    zone = "+0000" if found[3] in {"UTC", "Z"} else found[3]
    return f"{found[1]}T{found[2]}{zone}"
