"""Amounts of an event become money of its currency, in minor units, or the event is refused."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.taxonomy.refusal import Reason, Refused
from domain.values import CurrencyUnknown, Money, MoneyInvalid, MoneyPrecision


def priced(fields: Mapping[str, Any], *, currency: str | None = None, prefix: str = "") -> dict[str, Any]:
    """Return `fields` with every amount as `Money`; the items of an order take its currency. Raises `Refused`."""
    own = fields.get("currency", currency)
    return {name: _value(value, prefix + name, own) for name, value in fields.items() if name != "currency"}


def _value(value: Any, field: str, currency: str | None) -> Any:
    if isinstance(value, Decimal):
        return money(value, field, currency)
    if isinstance(value, tuple):
        return tuple(priced(item, currency=currency, prefix=f"{field}[{i}].") for i, item in enumerate(value))
    return value


def money(amount: Decimal, field: str, currency: str | None) -> Money:
    if currency is None:
        raise Refused(Reason.MISSING_REQUIRED, "currency", f"{field} is an amount and needs one")
    try:
        return Money.parse(amount, currency)
    except CurrencyUnknown:
        raise Refused(Reason.CURRENCY_UNKNOWN, "currency", "not an ISO 4217 code") from None
    except MoneyPrecision:
        raise Refused(Reason.MONEY_PRECISION, field, "more decimals than the currency has") from None
    except MoneyInvalid:
        raise Refused(Reason.NUMBER_INVALID, field, "not an amount of a sane size") from None
