"""Shipments: Shopify's fulfilments, from when they went out to when they came."""

from collections.abc import Sequence
from typing import Any

from domain.taxonomy.dialects.shopify.parts import Message, Row, ident, own_id, said, word
from domain.taxonomy.refusal import Reason, Refused

#: How long a carrier's name may be in the taxonomy.
_LONGEST_CARRIER = 64


def dispatched(shipment: Row, order_id: str | None, triggered_at: Any) -> Sequence[Row]:
    """Return the dispatch, if the shipment went out: one that waits, failed or was cancelled did not."""
    if shipment.get("status", "success") != "success":
        return ()
    carrier = word(shipment.get("tracking_company"))
    fields = {
        "shipment_id": own_id(shipment, "payload"),
        "order_id": order_id or ident(shipment.get("order_id"), "payload.order_id"),
        "carrier": carrier and carrier[:_LONGEST_CARRIER].strip(),
    }
    return [said("shipment_dispatched", shipment.get("created_at") or triggered_at, fields)]


def changed(message: Message) -> Sequence[Row]:
    """`fulfillments/create`, `fulfillments/update`: that it went out, and that it came, if the carrier says so."""
    shipment = message.payload
    events = list(dispatched(shipment, None, message.triggered_at))
    if not events:
        raise Refused(Reason.ENUM_UNKNOWN, "payload.status", "went out with status success only")
    if shipment.get("shipment_status") == "delivered":
        fields = {"shipment_id": own_id(shipment, "payload"), "order_id": events[0]["properties"].get("order_id")}
        events.append(said("shipment_delivered", shipment.get("updated_at") or message.triggered_at, fields))
    return events


def on_its_way(message: Message) -> Sequence[Row]:
    """`fulfillment_events/create`: what the carrier reports; only that it came is a fact of the taxonomy."""
    report = message.payload
    if report.get("status") != "delivered":
        raise Refused(Reason.ENUM_UNKNOWN, "payload.status", "a station on the way; only `delivered` is a fact here")
    fields = {
        "shipment_id": ident(report.get("fulfillment_id"), "payload.fulfillment_id"),
        "order_id": ident(report.get("order_id"), "payload.order_id"),
        "promised_at": word(report.get("estimated_delivery_at")),
    }
    return [said("shipment_delivered", report.get("happened_at") or message.triggered_at, fields)]
