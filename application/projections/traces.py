"""What belongs to whom and is found by no other read model: sessions begun, slates shown, what followed an order.

Whoever is to be told everything about himself, or to be forgotten, is looked up here.
"""

from collections.abc import Sequence

from application.projections.rows import Collection, Rows, without
from domain import shipment
from domain.identity.person import PersonForgotten
from domain.identity.suggestion import LinkSuggested
from domain.returns import exchange, returns
from domain.session.facts import SlateViewed
from domain.session.session import SessionStarted
from domain.slate.slate import SlateServed
from ports.event_log import Recorded

#: browser or device -> sessions that began there, whatever became of them
STARTED: Collection[list[str]] = Collection("started", list[str])
#: identifier -> slates that it was the strongest known of whoever asked for them
ASKED: Collection[list[str]] = Collection("asked", list[str])
#: session -> slates that were reported in it, those of other systems too
REPORTED: Collection[list[str]] = Collection("reported", list[str])
#: identifier -> streams of suggestions that it may be one with another
SUGGESTED: Collection[list[str]] = Collection("suggested", list[str])
#: order -> streams of its returns, exchanges and shipments
FOLLOWED: Collection[list[str]] = Collection("followed", list[str])

_OF_ORDERS = (
    *(returns.ReturnRequested, exchange.ExchangeCreated),
    *(shipment.ShipmentDispatched, shipment.ShipmentDelivered),
)


class TracesProjection:
    name = "traces"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        events = [one.event for one in batch]
        rows.prefetch(STARTED, (one.visitor for one in events if isinstance(one, SessionStarted)))
        rows.prefetch(FOLLOWED, (one.order_id for one in events if isinstance(one, _OF_ORDERS)))
        for recorded in batch:
            _note(recorded, rows)


def _note(recorded: Recorded, rows: Rows) -> None:
    event, stream = recorded.event, recorded.stream.partition("/")[2]
    match event:
        case SessionStarted(session_id, visitor):
            _add(rows, STARTED, visitor, session_id)
        case SlateServed() if event.identifiers:
            _add(rows, ASKED, event.identifiers[0], event.slate_id)
        case SlateViewed():
            _add(rows, REPORTED, stream.partition("-")[2], event.slate_id)
        case LinkSuggested(a, b):
            for one in (a, b):
                _add(rows, SUGGESTED, one, stream)
        case PersonForgotten():
            rows.drop(STARTED, event.identifiers)
            without(rows, STARTED, event.carriers, event.sessions)
            rows.drop(ASKED, event.identifiers)
            rows.drop(SUGGESTED, event.identifiers)
            rows.drop(REPORTED, event.sessions)
            rows.drop(FOLLOWED, event.orders)
        case _ if isinstance(event, _OF_ORDERS):
            _add(rows, FOLLOWED, event.order_id, stream)
        case _:
            pass


def _add(rows: Rows, collection: Collection[list[str]], key: str, one: str) -> None:
    known = rows.get(collection, key) or []
    if one not in known:
        rows.put(collection, key, [*known, one])
