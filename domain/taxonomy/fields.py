"""Parsers for single fields: a value as sent in, a clean value or a `Refused` that names the field out.

Only safe coercions are made (numeric text to number, number to text id, ISO text to UTC, trimming); each is noted.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import field, frozen

from domain.taxonomy.normalise import normalise
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.scrub import is_email, scrubbed

#: (value as sent, name of the field, list that takes notes of coercions) -> clean value
Parser = Callable[[Any, str, list[str]], Any]

MAX_DIGITS = 30


@frozen
class Field:
    """One field of a canonical event; `also` are other names it is sent under (normalised)."""

    name: str
    parse: Parser
    required: bool = False
    also: tuple[str, ...] = ()


@frozen
class Schema:
    """The fields of one object. `by_name`: every name a field may come under, with its rank among those names."""

    fields: tuple[Field, ...]
    by_name: Mapping[str, tuple[int, Field]] = field(init=False, eq=False, repr=False)
    required: tuple[str, ...] = field(init=False, eq=False)

    @by_name.default
    def _by_name(self) -> Mapping[str, tuple[int, Field]]:
        """A field's own name is never another one's alias."""
        table = {one.name: (0, one) for one in self.fields}
        for one in self.fields:
            for rank, name in enumerate(one.also, start=1):
                table.setdefault(name, (rank, one))
        return table

    @required.default
    def _required(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields if one.required)


def clean_text(value: str, field: str) -> str:
    """Refuse what a database or a log line cannot hold."""
    if "\x00" in value:
        raise Refused(Reason.TEXT_INVALID, field, "contains NUL")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Refused(Reason.TEXT_INVALID, field, "contains a lone surrogate") from None
    return value


def text(limit: int = 200) -> Parser:
    def parse(value: Any, field: str, notes: list[str]) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            notes.append(f"{field}: number to text")
            value = str(value)
        if not isinstance(value, str):
            raise Refused(Reason.TYPE_INVALID, field, f"expected text, not {_kind(value)}")
        trimmed = value.strip()
        if not trimmed:
            raise Refused(Reason.MISSING_REQUIRED, field, "empty")
        if len(trimmed) > limit:
            raise Refused(Reason.VALUE_OUT_OF_RANGE, field, f"longer than {limit} characters")
        return clean_text(trimmed, field)

    return parse


def key(limit: int = 128) -> Parser:
    """An id that is stored as it is: it must not be the address of somebody."""
    parse_text = text(limit)

    def parse(value: Any, field: str, notes: list[str]) -> str:
        cleaned: str = parse_text(value, field, notes)
        if is_email(cleaned):
            raise Refused(Reason.PII_DETECTED, field, "is an e-mail address; send it as `email`")
        return cleaned

    return parse


def free_text(limit: int) -> Parser:
    """What somebody typed, without addresses and long numbers."""
    parse_text = text(limit)

    def parse(value: Any, field: str, notes: list[str]) -> str:
        cleaned: str = parse_text(value, field, notes)
        if (without := scrubbed(cleaned)) != cleaned:
            notes.append(f"{field}: scrubbed")
        return without

    return parse


def number(value: Any, field: str, notes: list[str]) -> Decimal:
    """Parse to an exact decimal; a JSON float arrives as `Decimal` or float, its shortest text is what was sent."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise Refused(Reason.TYPE_INVALID, field, f"expected a number, not {_kind(value)}")
    if isinstance(value, str):
        notes.append(f"{field}: text to number")
        if len(value) > MAX_DIGITS:
            raise Refused(Reason.NUMBER_INVALID, field, "too many digits")
    try:
        parsed = Decimal(str(value).strip())
    except InvalidOperation:
        raise Refused(Reason.TYPE_INVALID, field, "expected a number") from None
    if not parsed.is_finite():
        raise Refused(Reason.NUMBER_INVALID, field, "not a finite number")
    if abs(parsed.adjusted()) > MAX_DIGITS or len(parsed.as_tuple().digits) > MAX_DIGITS:
        raise Refused(Reason.NUMBER_INVALID, field, "too many digits")
    return parsed


def integer(lowest: int, highest: int = 10**9) -> Parser:
    def parse(value: Any, field: str, notes: list[str]) -> int:
        parsed = number(value, field, notes)
        if parsed != parsed.to_integral_value():
            raise Refused(Reason.TYPE_INVALID, field, "expected a whole number")
        if not lowest <= parsed <= highest:
            raise Refused(Reason.VALUE_OUT_OF_RANGE, field, f"expected {lowest} to {highest}")
        return int(parsed)

    return parse


def amount(value: Any, field: str, notes: list[str]) -> Decimal:
    """A price or a sum in major units; never negative. The currency turns it into `Money` later."""
    parsed = number(value, field, notes)
    if parsed < 0:
        raise Refused(Reason.VALUE_OUT_OF_RANGE, field, "negative")
    return parsed


def boolean(value: Any, field: str, notes: list[str]) -> bool:
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        notes.append(f"{field}: text to boolean")
        return value.strip().lower() == "true"
    if not isinstance(value, bool):
        raise Refused(Reason.TYPE_INVALID, field, f"expected true or false, not {_kind(value)}")
    return value


def one_of(values: frozenset[str]) -> Parser:
    def parse(value: Any, field: str, notes: list[str]) -> str:
        chosen: str = text(64)(value, field, notes)
        lowered = chosen.lower()
        if lowered not in values:
            raise Refused(Reason.ENUM_UNKNOWN, field, f"expected one of {', '.join(sorted(values))}")
        return lowered

    return parse


def instant(value: Any, field: str, notes: list[str]) -> datetime:
    """ISO 8601 text to aware UTC; a time without a zone is taken as UTC and noted."""
    if not isinstance(value, str):
        raise Refused(Reason.TYPE_INVALID, field, f"expected an ISO 8601 time, not {_kind(value)}")
    try:
        parsed = datetime.fromisoformat(value)
        if parsed.tzinfo is None:
            notes.append(f"{field}: no zone, read as UTC")
            return parsed.replace(tzinfo=UTC)
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(Reason.TYPE_INVALID, field, "expected an ISO 8601 time") from None


def texts(limit: int) -> Parser:
    """An object of at most `limit` names with text values; numbers and truth values are written as text."""
    parse_text = text(200)

    def parse(value: Any, field: str, notes: list[str]) -> Mapping[str, str]:
        if not isinstance(value, dict):
            raise Refused(Reason.TYPE_INVALID, field, f"expected an object, not {_kind(value)}")
        if len(value) > limit:
            raise Refused(Reason.VALUE_OUT_OF_RANGE, field, f"more than {limit} names")
        return {
            parse_text(name, field, notes): parse_text(str(one) if isinstance(one, bool) else one, field, notes)
            for name, one in value.items()
        }

    return parse


def items_of(schema: Schema, limit: int = 200) -> Parser:
    """A list of objects, each read by `schema`."""

    def parse(value: Any, field: str, notes: list[str]) -> tuple[Mapping[str, Any], ...]:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise Refused(Reason.TYPE_INVALID, field, "expected a list of objects")
        if not 0 < len(value) <= limit:
            raise Refused(Reason.VALUE_OUT_OF_RANGE, field, f"expected 1 to {limit} items")
        return tuple(read(item, schema, notes, f"{field}[{i}].") for i, item in enumerate(value))

    return parse


def read(
    sent: Mapping[str, Any], schema: Schema, notes: list[str], prefix: str = "", unknown: list[str] | None = None
) -> dict[str, Any]:
    """Read the declared fields out of what was sent; `unknown` is told the others, which stay in the raw event only.

    Of several names for one field the first declared counts. Spelling is normalised; null is absent.
    """
    chosen: dict[str, tuple[int, Field, Any]] = {}
    for name, value in sent.items():
        found = schema.by_name.get(name) or schema.by_name.get(normalise(name))
        if found is None:
            if unknown is not None:
                unknown.append(name)
        elif value is not None:
            rank, field = found
            if field.name not in chosen or rank < chosen[field.name][0]:
                chosen[field.name] = rank, field, value
    for name in schema.required:
        if name not in chosen:
            raise Refused(Reason.MISSING_REQUIRED, prefix + name, "required by this event")
    return {name: field.parse(value, prefix + name, notes) for name, (_, field, value) in chosen.items()}


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "a boolean", str: "text", type(None): "null"}
    return names.get(type(value), "a number")
