"""`snowplow_ecommerce_action`: its eleven types, each with the entities that say what it was about."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.taxonomy.dialects.dialect import WireEvent
from domain.taxonomy.dialects.snowplow.baked_in import page
from domain.taxonomy.dialects.snowplow.message import ECOMMERCE, Described, Message, taken, whole, word
from domain.taxonomy.dialects.snowplow.products import line, products, slots, without

#: What a step asked for says which step it was; the last thing asked for counts.
_STEPS: Sequence[tuple[str, Sequence[str]]] = (
    ("payment", ("payment_method", "proof_of_payment")),
    ("shipping", ("delivery_provider", "delivery_method")),
    ("address", ("shipping_postcode", "billing_postcode", "shipping_full_address", "billing_full_address")),
    ("contact", ("account_type", "marketing_opt_in")),
)


def cart(message: Message) -> dict[str, Any]:
    return taken(message.about(ECOMMERCE, "cart"), cart_id="cart_id")


def _each(found: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """One event about nothing is refused with the field that it lacks; none would be lost in silence."""
    return found or [{}]


def _product_view(message: Message, said: Described) -> Sequence[WireEvent]:
    return [
        {"event": said.data["type"], "properties": {**without(one, "quantity", "position"), **page(message)}}
        for one in _each(products(message))
    ]


def _list_view(message: Message, said: Described) -> Sequence[WireEvent]:
    return [
        {
            "event": said.data["type"],
            "properties": {"items": slots(products(message)), **taken(said.data, surface="name")},
        }
    ]


def _list_click(message: Message, said: Described) -> Sequence[WireEvent]:
    beside = {**taken(said.data, surface="name"), **page(message)}
    return [
        {"event": said.data["type"], "properties": {**without(one, "quantity"), **beside}}
        for one in _each(products(message))
    ]


def _cart_changed(message: Message, said: Described) -> Sequence[WireEvent]:
    return [{"event": said.data["type"], "properties": {**one, **cart(message)}} for one in _each(products(message))]


def _checkout_step(message: Message, said: Described) -> Sequence[WireEvent]:
    """Nothing else says that a checkout began, so the first step says it too."""
    asked = message.about(ECOMMERCE, "checkout_step")
    step = next((name for name, fields in _STEPS if taken(asked, **{one: one for one in fields})), None)
    whose = cart(message)
    events: list[WireEvent] = []
    if whole(asked.get("step")) == 1:
        worth = taken(message.about(ECOMMERCE, "cart"), value="total_value", currency="currency")
        lines = [line(one) for one in products(message)]
        started = {**whose, **worth, **({"items": lines} if lines else {})}
        events.append({"event": "checkout_started", "properties": started})
    if step is not None or not events:
        events.append({"event": said.data["type"], "properties": {**whose, **({"step": step} if step else {})}})
    return events


def _transaction(message: Message, said: Described) -> Sequence[WireEvent]:
    """`revenue` is the total of the order."""
    bill = taken(
        message.about(ECOMMERCE, "transaction"),
        order_id="transaction_id",
        total="revenue",
        currency="currency",
        tax="tax",
        shipping="shipping",
        order_discount="discount_amount",
        payment_kind="payment_method",
    )
    lines = [line(one) for one in products(message)]
    properties = {**bill, **cart(message), **({"items": lines} if lines else {})}
    return [{"event": said.data["type"], "properties": properties}]


def _transaction_error(message: Message, said: Described) -> Sequence[WireEvent]:
    error = message.about(ECOMMERCE, "transaction_error")
    known = (taken(error, reason_class=name) for name in ("error_code", "error_shortcode", "error_type"))
    reason = next((one for one in known if one), {})
    return [{"event": said.data["type"], "properties": {**cart(message), **reason}}]


def _refund(message: Message, said: Described) -> Sequence[WireEvent]:
    money = taken(
        message.about(ECOMMERCE, "refund"), order_id="transaction_id", amount="refund_amount", currency="currency"
    )
    return [{"event": said.data["type"], "properties": money}]


def _promotion(message: Message, said: Described) -> Sequence[WireEvent]:
    shown = [
        {**taken(one, slot="position"), **taken(one, promotion_id="id", creative_id="creative_id", slot="slot")}
        for one in message.each(ECOMMERCE, "promotion")
    ]
    return [{"event": said.data["type"], "properties": one} for one in _each(shown)]


_TYPES: Mapping[str, Callable[[Message, Described], Sequence[WireEvent]]] = {
    "product_view": _product_view,
    "list_view": _list_view,
    "list_click": _list_click,
    "add_to_cart": _cart_changed,
    "remove_from_cart": _cart_changed,
    "checkout_step": _checkout_step,
    "transaction": _transaction,
    "trns_error": _transaction_error,
    "refund": _refund,
    "promo_view": _promotion,
    "promo_click": _promotion,
}


def _action(message: Message, said: Described) -> Sequence[WireEvent]:
    kind = said.data.get("type")
    tell = _TYPES.get(kind) if isinstance(kind, str) else None
    if tell is None:
        return [{"event": f"{said.name} {word(kind)}"}]
    return tell(message, said)


READINGS: Mapping[str, Callable[[Message, Described], Sequence[WireEvent]]] = {"snowplow_ecommerce_action": _action}
