"""A message with its self-describing parts read: which schema each has, and what it says."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import frozen

from domain.taxonomy.refusal import Reason, Refused

ECOMMERCE = "com.snowplowanalytics.snowplow.ecommerce"
SNOWPLOW = "com.snowplowanalytics.snowplow"
MOBILE = "com.snowplowanalytics.mobile"
ECOMM = "io.snowplow.ecomm"
_SCHEMA = re.compile(
    r"iglu:([a-zA-Z0-9._-]{1,100})/([a-zA-Z0-9_-]{1,100})/[a-zA-Z0-9_-]{1,32}/(\d{1,4})-\d{1,4}-\d{1,4}"
)
_WHOLE = re.compile(r"-?[0-9]{1,16}")


@frozen
class Described:
    """A self-describing JSON. `model`: the first figure of its version, which changes where history breaks."""

    vendor: str
    name: str
    model: int
    data: Mapping[str, Any]


@frozen
class Message:
    """`said`: what a self-describing event says. `entities`: what is known around it, in the order sent."""

    sent: Mapping[str, Any]
    said: Described | None
    entities: Sequence[Described]

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> "Message":
        """Raises `Refused` for parts that cannot be read; the door has decoded what was in base64."""
        event = _outer(sent, "ue_pr", "ue_px")
        around = _outer(sent, "co", "cx")
        if around is not None and not isinstance(around, list):
            raise Refused(Reason.TYPE_INVALID, "co.data", "expected a list of self-describing objects")
        return cls(
            sent,
            None if event is None else _described(event, "ue_pr.data"),
            [_described(one, f"co.data[{place}]") for place, one in enumerate(around or ())],
        )

    def about(self, vendor: str, name: str) -> Mapping[str, Any]:
        """Return what the first entity of a schema says, empty if there is none."""
        return next(self.each(vendor, name), {})

    def each(self, vendor: str, name: str) -> Iterator[Mapping[str, Any]]:
        return (one.data for one in self.entities if (one.vendor, one.name, one.model) == (vendor, name, 1))


def taken(data: Mapping[str, Any], **names: str) -> dict[str, Any]:
    """Return the fields of `data` that say something, under our names (ours=theirs)."""
    return {ours: data[theirs] for ours, theirs in names.items() if data.get(theirs) not in (None, "")}


def whole(value: Any) -> int | None:
    """Return a whole number, which query strings and some trackers send as text, or None for what is none."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value() and abs(value) < 10**16:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**16 else None


def word(value: Any) -> str:
    """Return short text as it is, and nothing for everything else."""
    return value if isinstance(value, str) and len(value) <= 128 else ""


def _outer(sent: Mapping[str, Any], plain: str, packed: str) -> Any:
    """Return what is inside the outer envelope of a self-describing field, None where there is no such field."""
    field = plain if sent.get(plain) is not None else packed
    value = sent.get(field)
    if value is None:
        return None
    if isinstance(value, str):
        raise Refused(Reason.NOT_JSON, field, "not one complete JSON value, in base64 where the protocol says so")
    if not isinstance(value, dict) or "data" not in value:
        raise Refused(Reason.TYPE_INVALID, field, "expected an object with `schema` and `data`")
    return value["data"]


def _described(value: Any, field: str) -> Described:
    if not isinstance(value, dict):
        raise Refused(Reason.TYPE_INVALID, field, "expected an object with `schema` and `data`")
    schema, data = value.get("schema"), value.get("data")
    found = _SCHEMA.fullmatch(schema) if isinstance(schema, str) else None
    if found is None:
        raise Refused(Reason.TYPE_INVALID, f"{field}.schema", "expected iglu:vendor/name/jsonschema/1-0-0")
    if not isinstance(data, dict):
        raise Refused(Reason.TYPE_INVALID, f"{field}.data", "expected an object")
    return Described(found[1], found[2], int(found[3]), data)
