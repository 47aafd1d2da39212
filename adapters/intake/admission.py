"""Once each: which arrivals of a batch are new, and what to answer for the others."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from ports.intake import Arrival, Receipt

#: (source, source_event_id), unique within a tenant.
Key = tuple[str, str]


@frozen
class Seen:
    position: int
    fingerprint: bytes


def admit(
    arrivals: Sequence[Arrival], seen: Mapping[Key, Seen], head: int
) -> tuple[Sequence[Receipt], Sequence[Arrival]]:
    """Return a receipt for each arrival and, in their order, the new ones, which take the positions after `head`."""
    known = dict(seen)
    receipts: list[Receipt] = []
    fresh: list[Arrival] = []
    for arrival in arrivals:
        key = (arrival.source, arrival.source_event_id)
        if (first := known.get(key)) is not None:
            same = first.fingerprint == arrival.fingerprint
            receipts.append(Receipt("duplicate" if same else "conflict", first.position))
        else:
            fresh.append(arrival)
            known[key] = Seen(head + len(fresh), arrival.fingerprint)
            receipts.append(Receipt("accepted", head + len(fresh)))
    return receipts, fresh
