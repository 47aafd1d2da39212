"""Facts of the shop's own systems: orders, returns, products, each on a stream of its own."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from application.pending import Pending
from domain import order, shipment
from domain.catalogue import product
from domain.order import Claim
from domain.returns import exchange, returns
from domain.returns.comment import Said
from domain.returns.returns import CommentRead, ReturnLine
from domain.taxonomy.interpret import Canonical
from domain.values import Bill, LineItem, Money
from ports.comments import CommentReader
from ports.event_log import Metadata

#: Takes the decisions that a canonical event asks for. The mapping is who it is about: kind of identifier -> surrogate.
Handler = Callable[[Pending, Canonical, Mapping[str, str], Metadata], None]


def bill_of(sent: Mapping[str, Any]) -> Bill:
    return Bill(
        items=_lines(sent["items"]),
        total=sent["total"],
        order_discount=sent.get("order_discount"),
        shipping=sent.get("shipping"),
        tax=sent.get("tax"),
    )


def _lines(items: Sequence[Mapping[str, Any]]) -> tuple[LineItem, ...]:
    """A line without an id is called after its variant; the second of the same variant gets `#2`."""
    lines, seen = [], dict[str, int]()
    for item in items:
        variant: str = item["variant_id"]
        seen[variant] = seen.get(variant, 0) + 1
        name = variant if seen[variant] == 1 else f"{variant}#{seen[variant]}"
        lines.append(
            LineItem(
                line_id=item.get("line_id", name),
                variant_id=variant,
                product_id=item.get("product_id", variant),
                quantity=item["quantity"],
                unit_price=item["unit_price"],
                tax_included=item.get("tax_included", True),
                unit_list_price=item.get("list_price"),
                line_discount=item.get("line_discount"),
                size_label=item.get("size_label"),
                brand_id=item.get("brand_id"),
                category_id=item.get("category_id"),
                slate_id=item.get("slate_id"),
                position=item.get("position"),
            )
        )
    return tuple(lines)


def _placed(pending: Pending, canonical: Canonical, who: Mapping[str, str], metadata: Metadata) -> None:
    sent = canonical.fields
    events = order.place(
        pending.state(order.DECIDER, sent["order_id"]),
        order_id=sent["order_id"],
        bill=bill_of(sent),
        channel=canonical.envelope.channel,
        placed_at=canonical.occurred_at,
        account=who.get("account"),
        loyalty=who.get("loyalty"),
        email=who.get("email"),
        payment_kind=sent.get("payment_kind"),
    )
    pending.take(order.DECIDER, sent["order_id"], events, metadata)


def _amended(pending: Pending, canonical: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    sent = canonical.fields
    state = pending.state(order.DECIDER, sent["order_id"])
    at = canonical.occurred_at
    events = order.amend(state, order_id=sent["order_id"], bill=bill_of(sent), amended_at=at)
    pending.take(order.DECIDER, sent["order_id"], events, metadata)


def _cancelled(pending: Pending, canonical: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    """A cancellation without an id of its own is known by its time: the same message twice is one."""
    sent = canonical.fields
    events = order.cancel(
        pending.state(order.DECIDER, sent["order_id"]),
        order_id=sent["order_id"],
        cancellation_id=sent.get("cancellation_id", canonical.occurred_at.isoformat()),
        reason=sent.get("reason", ""),
        cancelled_at=canonical.occurred_at,
    )
    pending.take(order.DECIDER, sent["order_id"], events, metadata)


def _refunded(pending: Pending, canonical: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    sent = canonical.fields
    amount: Money = sent["amount"]
    events = order.issue_refund(
        pending.state(order.DECIDER, sent["order_id"]),
        order_id=sent["order_id"],
        refund_id=sent.get("refund_id", canonical.occurred_at.isoformat()),
        amount=amount,
        refunded_at=canonical.occurred_at,
        return_id=sent.get("return_id"),
    )
    pending.take(order.DECIDER, sent["order_id"], events, metadata)


@frozen
class ReturnRequests:
    """Records why it comes back on the return, and what it takes on the order.

    `comments` reads the shopper's words while they are at hand: what they mean is stored, the words are not.
    """

    comments: CommentReader | None = None

    def __call__(self, pending: Pending, canonical: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
        sent, at = canonical.fields, canonical.occurred_at
        return_id, order_id = sent["return_id"], sent["order_id"]
        lines = tuple(_returned(item) for item in sent["items"])
        words = {
            line.line: item["comment"] for line, item in zip(lines, sent["items"], strict=True) if item.get("comment")
        }
        events = returns.request(
            pending.state(returns.DECIDER, return_id),
            return_id=return_id,
            order_id=order_id,
            lines=lines,
            requested_at=at,
            channel=canonical.envelope.channel,
            comments=self._read(words, return_id, at),
        )
        pending.take(returns.DECIDER, return_id, events, metadata)
        for line in lines if events else ():
            claim = Claim(return_id, line.quantity, at, line.order_line_id, line.variant_id)
            allocated = order.claim_return(pending.state(order.DECIDER, order_id), order_id=order_id, claim=claim)
            pending.take(order.DECIDER, order_id, allocated, metadata)

    def _read(self, words: Mapping[str, str], return_id: str, at: datetime) -> Sequence[CommentRead]:
        """Return what is found in the words of each line; `words`: by line."""
        if self.comments is None or not words:
            return ()
        found = zip(words, self.comments.read(list(words.values())), strict=True)
        said = {line: tuple(Said(one.label, one.probability) for one in findings) for line, findings in found}
        return [CommentRead(return_id, line, one, self.comments.version, at) for line, one in said.items()]


def _returned(item: Mapping[str, Any]) -> ReturnLine:
    return ReturnLine(
        line=item.get("line_id") or item.get("variant_id") or "",
        quantity=item["quantity"],
        reason_code=item.get("reason_code"),
        reason_system=item.get("reason_system"),
        order_line_id=item.get("line_id"),
        variant_id=item.get("variant_id"),
        product_id=item.get("product_id"),
    )


def _return_received(pending: Pending, canonical: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    return_id = canonical.fields["return_id"]
    state = pending.state(returns.DECIDER, return_id)
    events = returns.receive(state, return_id=return_id, received_at=canonical.occurred_at)
    pending.take(returns.DECIDER, return_id, events, metadata)


def _return_inspected(pending: Pending, canonical: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    sent = canonical.fields
    events = returns.inspect(
        pending.state(returns.DECIDER, sent["return_id"]),
        return_id=sent["return_id"],
        line=sent["line"],
        disposition=sent["disposition"],
        inspected_at=canonical.occurred_at,
        graded_reason=sent.get("graded_reason"),
    )
    pending.take(returns.DECIDER, sent["return_id"], events, metadata)


def _exchanged(pending: Pending, canonical: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    sent = {"quantity": 1} | dict(canonical.fields)
    created = exchange.ExchangeCreated(created_at=canonical.occurred_at, **sent)
    events = exchange.create(pending.state(exchange.DECIDER, created.exchange_id), created)
    pending.take(exchange.DECIDER, created.exchange_id, events, metadata)


def _dispatched(pending: Pending, canonical: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    sent = shipment.ShipmentDispatched(dispatched_at=canonical.occurred_at, **canonical.fields)
    events = shipment.dispatch(pending.state(shipment.DECIDER, sent.shipment_id), sent)
    pending.take(shipment.DECIDER, sent.shipment_id, events, metadata)


def _delivered(pending: Pending, canonical: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    sent = shipment.ShipmentDelivered(**({"delivered_at": canonical.occurred_at} | dict(canonical.fields)))
    events = shipment.deliver(pending.state(shipment.DECIDER, sent.shipment_id), sent)
    pending.take(shipment.DECIDER, sent.shipment_id, events, metadata)


def _product_listed(pending: Pending, canonical: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    sent = dict(canonical.fields)
    colourways = tuple(
        product.Colourway(
            one["colourway_id"],
            tuple(product.Variant(**variant) for variant in one["variants"]),
            one.get("colour"),
            one.get("image_url"),
        )
        for one in sent.pop("colourways")
    )
    listing = product.ProductListed(listed_at=_not_ahead(canonical), colourways=colourways, **sent)
    state = pending.state(product.DECIDER, listing.product_id)
    pending.take(product.DECIDER, listing.product_id, product.list_product(state, listing), metadata)


def _stock_counted(pending: Pending, canonical: Canonical, _: Mapping[str, str], metadata: Metadata) -> None:
    sent = canonical.fields
    levels = {one["variant_id"]: one["quantity"] for one in sent["levels"]}
    count = product.StockCounted(sent["product_id"], levels, _not_ahead(canonical))
    state = pending.state(product.DECIDER, count.product_id)
    pending.take(product.DECIDER, count.product_id, product.count_stock(state, count), metadata)


def _not_ahead(canonical: Canonical) -> datetime:
    """Return when it happened, no later than it was known: a clock that runs fast must not silence what comes after."""
    return min(canonical.occurred_at, canonical.known_at)


def reading_comments(handlers: Mapping[str, Handler], comments: CommentReader | None) -> Mapping[str, Handler]:
    """Return the handlers with one that reads the comments of returns; without a reader, nothing is read."""
    return {**handlers, "return_requested": ReturnRequests(comments)}


HANDLERS: Mapping[str, Handler] = {
    "order_placed": _placed,
    "order_amended": _amended,
    "order_cancelled": _cancelled,
    "refund_issued": _refunded,
    "return_requested": ReturnRequests(),
    "return_received": _return_received,
    "return_inspected": _return_inspected,
    "exchange_created": _exchanged,
    "shipment_dispatched": _dispatched,
    "shipment_delivered": _delivered,
    "product_listed": _product_listed,
    "stock_counted": _stock_counted,
}
