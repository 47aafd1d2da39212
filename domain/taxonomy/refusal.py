"""Why an event goes to the quarantine: a closed list, stored, so a reason is never renamed or reused."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import field as attr_field
from attrs import frozen


class Reason(StrEnum):
    UNKNOWN_EVENT_NAME = "unknown_event_name"
    AMBIGUOUS_NAME = "ambiguous_name"
    DERIVED_NOT_FACT = "derived_not_fact"
    MISSING_REQUIRED = "missing_required"
    TYPE_INVALID = "type_invalid"
    ENUM_UNKNOWN = "enum_unknown"
    MONEY_PRECISION = "money_precision"
    CURRENCY_UNKNOWN = "currency_unknown"
    UNKNOWN_VARIANT = "unknown_variant"
    TIMESTAMP_FUTURE = "timestamp_future"
    TIMESTAMP_TOO_OLD = "timestamp_too_old"
    DUPLICATE_CONFLICT = "duplicate_conflict"
    SCHEMA_VERSION_UNSUPPORTED = "schema_version_unsupported"
    CONSENT_REQUIRED = "consent_required"
    PII_DETECTED = "pii_detected"
    OVERSIZE = "oversize"
    NOT_JSON = "not_json"
    TEXT_INVALID = "text_invalid"
    NUMBER_INVALID = "number_invalid"
    VALUE_OUT_OF_RANGE = "value_out_of_range"
    SOURCE_NOT_REGISTERED = "source_not_registered"
    HANDLER_FAILED = "handler_failed"
    SUBJECT_ERASED = "subject_erased"


@frozen
class Refused(Exception):
    """An event that the taxonomy does not take, with the field at fault. `detail` never repeats a value sent.

    `known`: id, time and identifiers in the wire form, where a dialect could read those and not the rest.
    """

    reason: Reason
    field: str
    detail: str
    suggested_name: str = ""
    known: Mapping[str, Any] = attr_field(factory=dict, eq=False, repr=False)

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.field}: {self.detail}"
