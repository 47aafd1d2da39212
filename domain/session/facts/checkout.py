"""From the cart to the end of the checkout, as the browser tells it: behaviour, not money."""

from datetime import datetime

from attrs import frozen

from domain.session.facts.products import ProductRef
from domain.values import Money


@frozen
class CartLine:
    product: ProductRef
    quantity: int
    unit_price: Money | None = None


@frozen
class CartViewed:
    occurred_at: datetime
    items: tuple[CartLine, ...] = ()
    cart_id: str | None = None


@frozen
class CheckoutStarted:
    occurred_at: datetime
    items: tuple[CartLine, ...]
    cart_id: str | None = None
    value: Money | None = None


@frozen
class CheckoutStepCompleted:
    """`step`: contact, address, shipping, payment."""

    occurred_at: datetime
    step: str
    cart_id: str | None = None


@frozen
class PaymentFailed:
    """`reason_class`: a word of the payment system, such as declined or expired_card."""

    occurred_at: datetime
    reason_class: str = ""
    cart_id: str | None = None


@frozen
class CouponChanged:
    """`status`: entered, applied, denied, removed. A code may be one person's: it stays in the intake log."""

    occurred_at: datetime
    status: str
    coupon_id: str | None = None
    reason: str | None = None


@frozen
class CheckoutCompleted:
    """What the browser said. Behaviour, not money: the order itself comes from the order system."""

    occurred_at: datetime
    checkout_id: str
    order_id: str | None = None
    items: tuple[CartLine, ...] = ()
    value: Money | None = None
