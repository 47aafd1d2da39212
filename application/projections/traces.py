"""What belongs to whom and is found by no other read model: sessions begun, slates shown, orders of nobody named.

Whoever is to be told everything about himself, or to be forgotten, is looked up here.
"""

from collections.abc import Sequence

from application.projections.rows import Collection, Rows, without
from domain import shipment
from domain.identity.kinds import BY_AUTHORITY
from domain.identity.person import PersonForgotten
from domain.identity.suggestion import LinkSuggested
from domain.order import OrderPlaced
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
#: identifier -> orders that came under it and under no account, card or address, with the Unix seconds of each
ORDERED: Collection[dict[str, float]] = Collection("ordered", dict[str, float])
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
        rows.prefetch(ORDERED, filter(None, map(_orderer, batch)))
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
        case OrderPlaced() if orderer := _orderer(recorded):
            known = rows.get(ORDERED, orderer) or {}
            rows.put(ORDERED, orderer, known | {event.order_id: event.placed_at.timestamp()})
        case LinkSuggested(a, b):
            for one in (a, b):
                _add(rows, SUGGESTED, one, stream)
        case PersonForgotten():
            rows.drop(STARTED, event.identifiers)
            without(rows, STARTED, event.carriers, event.sessions)
            rows.drop(ASKED, event.identifiers)
            rows.drop(ORDERED, event.identifiers)
            rows.drop(SUGGESTED, event.identifiers)
            rows.drop(REPORTED, event.sessions)
            rows.drop(FOLLOWED, event.orders)
        case _ if isinstance(event, _OF_ORDERS):
            _add(rows, FOLLOWED, event.order_id, stream)
        case _:
            pass


def _orderer(recorded: Recorded) -> str | None:
    """Return the strongest identifier that an order came with, where that is none of those that the order itself has.

    None of an order that has one, or came with nothing: `purchases` finds the first, and nobody the second.
    """
    event, envelope = recorded.event, recorded.metadata.envelope
    if not isinstance(event, OrderPlaced) or envelope is None or event.account or event.loyalty or event.email:
        return None
    return next((envelope.subject[kind] for kind in BY_AUTHORITY if kind in envelope.subject), None)


def _add(rows: Rows, collection: Collection[list[str]], key: str, one: str) -> None:
    known = rows.get(collection, key) or []
    if one not in known:
        rows.put(collection, key, [*known, one])
