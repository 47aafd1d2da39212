"""Values as Google's clients send them: numbers as text, and words that stand for nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.taxonomy.refusal import Reason, Refused

_NOTHING = frozenset(["", "(not set)", "(not provided)", "(none)", "(direct)", "(data not available)"])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DIGITS = 30
_MOST = 10**_MOST_DIGITS


def said(value: Any) -> Any:
    """Return the value, or None for what stands for nothing."""
    return None if isinstance(value, str) and value.strip().lower() in _NOTHING else value


def word(value: Any) -> str | None:
    """Return a text that says something; a whole number of a sane size is written as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < _MOST else None
    return value.strip() if isinstance(value, str) and said(value) is not None else None


def lowered(value: Any) -> str:
    return (word(value) or "").lower()


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def first(*values: Any) -> Any:
    """Return the first value that says something."""
    return next((value for value in values if said(value) is not None), None)


def without_nothing(named: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in named.items() if said(value) is not None}


def number(value: Any) -> Decimal | None:
    """Return a number of a sane size, exactly; None for what is none, which the schema then refuses by its name."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if (isinstance(value, str) and len(value) > _MOST_DIGITS) or (isinstance(value, int) and abs(value) >= _MOST):
        return None
    try:
        parsed = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    sane = parsed.is_finite() and len(parsed.as_tuple().digits) <= _MOST_DIGITS and abs(parsed.adjusted()) < 20
    return parsed if sane else None


def plus(one: Any, *others: Any) -> Any:
    """Add amounts exactly; what is no number is left out, and `one` itself comes back unless there is a sum to make."""
    start, rest = number(one), [found for other in others if (found := number(other))]
    return one if start is None or not rest else start + sum(rest, Decimal(0))


def moment(micros: Any, field: str) -> str | None:
    """Return the ISO time of microseconds since 1970. Raises `Refused`."""
    if said(micros) is None:
        return None
    parsed = number(micros)
    if parsed is None or parsed != parsed.to_integral_value():
        raise Refused(Reason.TYPE_INVALID, field, "expected whole microseconds since 1970")
    try:
        return (_EPOCH + timedelta(microseconds=int(parsed))).isoformat()
    except OverflowError:
        raise Refused(Reason.VALUE_OUT_OF_RANGE, field, "not within the calendar") from None
