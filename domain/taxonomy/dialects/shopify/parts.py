"""Reading Shopify's payloads: whatever stands where something else should is refused by its place.

Amounts are shop money, never presentment money: a shop adds up in one currency, whatever its shoppers see.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import frozen

from domain.taxonomy.fields import number
from domain.taxonomy.refusal import Reason, Refused

Row = Mapping[str, Any]
NOTHING = Decimal(0)


@frozen
class Message:
    """One webhook. `tests`: whether test orders count, as they do for who develops against a test store."""

    topic: str
    payload: Row
    triggered_at: Any
    tests: bool = False


def row(value: Any, place: str) -> Row:
    """Return an object, empty if there is none."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(Reason.TYPE_INVALID, place, "expected an object")
    return value


def rows(value: Any, place: str) -> Sequence[Row]:
    """Return a list of objects, empty if there is none."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Refused(Reason.TYPE_INVALID, place, "expected a list of objects")
    return value


def ident(value: Any, place: str) -> str | None:
    """Return an id as text: Shopify writes the same one as a number, or at the end of `gid://shopify/Order/1`."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Refused(Reason.TYPE_INVALID, place, "expected an id: a number or text")
    text = str(value).strip()
    if text.startswith("gid://"):
        text = text.rpartition("/")[2].partition("?")[0]
    return text or None


def own_id(owner: Row, place: str) -> str | None:
    return ident(owner.get("id"), f"{place}.id") or ident(
        owner.get("admin_graphql_api_id"), f"{place}.admin_graphql_api_id"
    )


def word(value: Any) -> str | None:
    """Return text that says something, else None: for circumstances, which no event is refused for."""
    return value.strip() or None if isinstance(value, str) else None


def shop_money(owner: Row, name: str, place: str) -> Decimal | None:
    """Return an amount in the shop's currency: of `{name}_set` if that is there, else the plain field."""
    pair = owner.get(f"{name}_set")
    shop = pair.get("shop_money") if isinstance(pair, dict) else None
    value = shop.get("amount") if isinstance(shop, dict) else None
    if value is None:
        value = owner.get(name)
    return None if value is None else number(value, f"{place}.{name}", [])


def allocated(owner: Row, place: str) -> Decimal | None:
    """Return the discounts allocated to a line of goods or of shipping, or None if it does not say."""
    if owner.get("discount_allocations") is None:
        return None
    parts = rows(owner["discount_allocations"], f"{place}.discount_allocations")
    return sum((shop_money(one, "amount", f"{place}.discount_allocations") or NOTHING for one in parts), NOTHING)


def identity(payload: Row) -> dict[str, Any]:
    """Return who it is about, as identifiers of the wire form; several places may say it, the message's own first."""
    customer = row(payload.get("customer"), "payload.customer")
    return {
        "user_id": own_id(customer, "payload.customer"),
        "email": word(payload.get("email")) or word(payload.get("contact_email")) or word(customer.get("email")),
        "phone": word(payload.get("phone")) or word(customer.get("phone")),
    }


def said(event: str, at: Any, properties: Row, **more: Any) -> dict[str, Any]:
    """Return an event of the wire form; what is None was not said."""
    kept = {name: value for name, value in properties.items() if value is not None}
    around = {"timestamp": at, **more}
    return {"event": event, "properties": kept} | {name: value for name, value in around.items() if value is not None}
