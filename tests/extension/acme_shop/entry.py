"""How fittings come in: two canonical events, and what is decided on each."""

from collections.abc import Mapping

from acme_shop import fitting
from application.pending import Pending
from domain.taxonomy.fields import Field, instant, key
from domain.taxonomy.interpret import Canonical
from haberdasher.extension import CanonicalEvent
from ports.event_log import Metadata

_ID = Field("fitting_id", key(), required=True, also=("appointment",))


def _booked(pending: Pending, sent: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    wish = fitting.FittingBooked(**sent.fields)
    state = pending.state(fitting.DECIDER, wish.fitting_id)
    pending.take(fitting.DECIDER, wish.fitting_id, fitting.book(state, wish), metadata)


def _arrived(pending: Pending, sent: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    fitting_id = sent.fields["fitting_id"]
    state = pending.state(fitting.DECIDER, fitting_id)
    events = fitting.arrive(state, sent.occurred_at, fitting.NoShowPolicy())
    pending.take(fitting.DECIDER, fitting_id, events, metadata)


BOOKED = CanonicalEvent(
    "acme_shop.fitting_booked",
    (
        _ID,
        Field("product_id", key(), required=True),
        Field("starts_at", instant, required=True),
        Field("tailor", key()),
    ),
    _booked,
    aliases=("Tailor Booked",),
)
ARRIVED = CanonicalEvent("acme_shop.fitting_attended", (_ID,), _arrived)
