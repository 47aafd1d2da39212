"""What is true of an event beside what happened: who says so, when, by which channel, under which consent.

Stored with the fact that an arrival became (`domain.md` §1.2). The producer's own id and every byte it sent are on the
row of the intake log that the event points to.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen


@frozen
class Envelope:
    """`subject`: kind of identifier -> surrogate. `consent`: purpose -> granted or denied, absent if unknown.

    `client_occurred_at`, `client_sent_at`: as sent, where sent. `clock_skew_ms`: sent minus received.
    `marks`: `clock_untrusted`, `geo_stripped`. `context`: see `domain.taxonomy.context`; weather is added at intake.
    """

    source: str
    source_event_name: str
    schema_version: str
    taxonomy_version: str
    channel: str
    received_at: datetime
    subject: Mapping[str, str] = field(factory=dict)
    consent: Mapping[str, str] = field(factory=dict)
    context: Mapping[str, Any] = field(factory=dict)
    client_occurred_at: datetime | None = None
    client_sent_at: datetime | None = None
    clock_skew_ms: int = 0
    marks: tuple[str, ...] = ()
    coercions: tuple[str, ...] = ()
    session_hint: str | None = None
    store_id: str | None = None
    till_id: str | None = None
