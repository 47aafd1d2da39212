"""An independent ledger of what was sent, and the check of a store against it. It shares no code with the product.

Source of the method: Jepsen's set checkers; `reliability.md` R0, R1.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256

from attrs import define, field, frozen


@frozen
class Findings:
    """Ids of events, but for `torn`: batches without acknowledgement of which a part is stored."""

    lost: tuple[str, ...] = ()
    duplicated: tuple[str, ...] = ()
    torn: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()


@define
class Ledger:
    """Kept by whoever generates the load: every batch with the hashes of its payloads, and who was acknowledged."""

    sent: dict[str, Mapping[str, bytes]] = field(factory=dict)
    acknowledged: set[str] = field(factory=set)

    def record(self, batch: str, payloads: Mapping[str, bytes]) -> None:
        """Note a batch before it is sent. Sending it again changes nothing."""
        self.sent.setdefault(batch, {event_id: sha256(payload).digest() for event_id, payload in payloads.items()})

    def acknowledge(self, batch: str) -> None:
        self.acknowledged.add(batch)


def check(ledger: Ledger, stored: Iterable[tuple[str, bytes]]) -> Findings:
    """Compare what is stored, (event id, payload) each, with what was sent, by set and by hash.

    Errors: `TypeError` for ids that are not text: bytes and UUIDs would all look lost.
    """
    rows = [(_text(event_id), sha256(payload).digest()) for event_id, payload in stored]
    times = Counter(event_id for event_id, _ in rows)
    expected = {event_id: hashed for batch in ledger.sent.values() for event_id, hashed in batch.items()}
    return Findings(
        lost=_sorted(
            event_id for batch in ledger.acknowledged for event_id in ledger.sent[batch] if event_id not in times
        ),
        duplicated=_sorted(event_id for event_id, count in times.items() if count > 1),
        torn=_sorted(
            batch
            for batch, events in ledger.sent.items()
            if batch not in ledger.acknowledged and 0 < sum(event_id in times for event_id in events) < len(events)
        ),
        altered=_sorted({event_id for event_id, hashed in rows if expected.get(event_id, hashed) != hashed}),
        invented=_sorted(event_id for event_id in times if event_id not in expected),
    )


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def _text(event_id: object) -> str:
    if not isinstance(event_id, str):
        raise TypeError(f"ids are text, not {type(event_id).__name__}")
    return event_id
