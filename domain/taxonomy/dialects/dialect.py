"""What a dialect is."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

WireEvent = Mapping[str, Any]


class Dialect(Protocol):
    """Turns one message of a vendor into events of the generic wire form (see `domain.taxonomy.interpret`).

    Pure and total: the same message gives the same events, and for what cannot be read `Refused` is raised with the
    field at fault, and nothing else. Order: as it happened. The first event carries the producer's id as `event_id`
    where there is one; those after it are numbered by the caller. At least one event: what means nothing to a shop is
    passed on under the vendor's own name, so that the taxonomy refuses it with a reason.

    The vendor's name of an event goes into `event` as it is wherever the alias table knows it.
    """

    def __call__(self, sent: WireEvent, /) -> Sequence[WireEvent]: ...
