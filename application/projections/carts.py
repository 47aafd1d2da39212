"""Carts of sessions, and which were left behind: a session that ended with something in it and led to no order.

Whether a cart is abandoned changes by waiting, so it is not stored: it is read from these rows as of the latest event
that the log holds, and so is a function of the position.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from attrs import frozen

from application.projections.identity import PERSONS, SHARED
from application.projections.rows import Collection, Rows, View
from application.projections.sessions import SESSIONS
from domain import order
from domain.identity.person import PersonForgotten
from domain.session import facts, session
from domain.session.facts import ProductRef
from domain.traffic.baskets import Abandoned, abandoned
from domain.traffic.policy import NOISE, NoisePolicy
from ports.event_log import ReadModels, Recorded


class Cart(msgspec.Struct, omit_defaults=True):
    """`pieces`: product -> variant -> how many. `filled_at`: when it was first changed. Times in Unix seconds.

    `ordered`: the browser told of a checkout.
    """

    pieces: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    filled_at: float = 0.0
    ended_at: float | None = None
    ordered: bool = False

    @property
    def products(self) -> Sequence[str]:
        return [product for product, variants in self.pieces.items() if any(one > 0 for one in variants.values())]


#: by session, once something was put into one
CARTS: Collection[Cart] = Collection("carts", Cart)
#: by account, card or address: when its latest orders were placed, rising
ORDERED: Collection[list[float]] = Collection("ordered", list[float])
#: one row, "at": when the latest event happened
LATEST: Collection[float] = Collection("latest", float)
MOST_ORDERS = 100


class CartsProjection:
    name = "carts"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        ours = [one for one in batch if isinstance(one.event, _KINDS)]
        if not ours:
            return
        ids = [one.stream.rpartition("-")[2] for one in ours]
        rows.prefetch(CARTS, ids)
        for recorded, session_id in zip(ours, ids, strict=True):
            if isinstance(recorded.event, PersonForgotten):
                rows.drop(CARTS, recorded.event.sessions)
                rows.drop(ORDERED, recorded.event.identifiers)
            else:
                _note(recorded, session_id, rows)
        times = [one.metadata.occurred_at for one in ours if not isinstance(one.event, PersonForgotten)]
        if times:
            latest = max(times).timestamp()
            rows.put(LATEST, "at", max(latest, rows.get(LATEST, "at") or latest))


def _note(recorded: Recorded, session_id: str, rows: Rows) -> None:
    match recorded.event:
        case facts.ProductAddedToCart(_, product, quantity):
            _put(rows, session_id, product, quantity, recorded.metadata.occurred_at.timestamp())
        case facts.ProductRemovedFromCart(_, product, quantity):
            _put(rows, session_id, product, -quantity, recorded.metadata.occurred_at.timestamp())
        case facts.CheckoutCompleted():
            cart = rows.get(CARTS, session_id)
            if cart is not None:
                cart.ordered = True
                rows.put(CARTS, session_id, cart)
        case session.SessionsBridged(kept, absorbed):
            _pour(rows, absorbed, kept)
        case session.SessionEnded(_, _, ended_at):
            cart = rows.get(CARTS, session_id)
            if cart is not None:
                cart.ended_at = ended_at.timestamp()
                rows.put(CARTS, session_id, cart)
        case order.OrderPlaced(account=account, loyalty=loyalty, email=email, placed_at=placed_at):
            for who in filter(None, (account, loyalty, email)):
                times = sorted([*(rows.get(ORDERED, who) or ()), placed_at.timestamp()])
                rows.put(ORDERED, who, times[-MOST_ORDERS:])
        case _:
            pass


def _put(rows: Rows, session_id: str, product: ProductRef, quantity: int, at: float) -> None:
    cart = rows.get(CARTS, session_id) or Cart(filled_at=at)
    cart.filled_at = min(cart.filled_at, at)
    variants = cart.pieces.setdefault(product.product_id, {})
    variant = product.variant_id or ""
    variants[variant] = variants.get(variant, 0) + quantity
    rows.put(CARTS, session_id, cart)


def _pour(rows: Rows, absorbed: str, kept: str) -> None:
    """What was in the cart of a session that turned out to be part of another one is in the other's."""
    cart = rows.get(CARTS, absorbed)
    if cart is None:
        return
    into = rows.get(CARTS, kept) or Cart(filled_at=cart.filled_at)
    into.filled_at = min(into.filled_at, cart.filled_at)
    for product, variants in cart.pieces.items():
        for variant, quantity in variants.items():
            pieces = into.pieces.setdefault(product, {})
            pieces[variant] = pieces.get(variant, 0) + quantity
    into.ordered = into.ordered or cart.ordered
    into.ended_at = max((one for one in (into.ended_at, cart.ended_at) if one is not None), default=None)
    rows.put(CARTS, kept, into)
    rows.delete(CARTS, absorbed)


_KINDS = (
    *(facts.ProductAddedToCart, facts.ProductRemovedFromCart, facts.CheckoutCompleted),
    *(session.SessionStarted, session.SessionsBridged, session.SessionEnded),
    order.OrderPlaced,
    PersonForgotten,
)


@frozen
class LeftBehind:
    """A cart that was abandoned. `known_at`: Unix seconds from when that could be said. `weight`: of its products."""

    session_id: str
    products: Sequence[str]
    how: Abandoned
    known_at: float
    weight: float
    rule_version: str


def abandoned_carts(read_models: ReadModels, policy: NoisePolicy = NOISE) -> Iterator[LeftBehind]:
    """Yield the carts that were left behind by the time of the latest event, by session.

    An order is of a session if it is of its person, by whatever identifier. A guest whose address is linked to nothing
    orders unseen, unless the browser tells of the checkout.
    """
    view, rules = View(read_models, CartsProjection.name), policy.carts
    now = view.one(LATEST, "at") or 0.0
    ordered: Mapping[str, list[float]] = dict(view.all(ORDERED))
    carts = [(key, cart) for key, cart in view.all(CARTS) if cart.products and not cart.ordered]
    subjects = _subjects(read_models, [key for key, _ in carts])
    identity = View(read_models, "identity")
    shared = {one for one, _ in identity.all(SHARED)}
    members = {one: ids for _, ids in identity.all(PERSONS) for one in ids if len(ids) > 1 and one not in shared}
    for session_id, cart in carts:
        subject = subjects.get(session_id, "")
        orders = sorted(at for one in members.get(subject, (subject,)) for at in ordered.get(one, ()))
        how = abandoned(
            filled_at=cart.filled_at,
            ended_at=cart.ended_at,
            ordered_at=orders,
            now=now,
            rules=rules,
        )
        if how and cart.ended_at is not None:
            known = cart.ended_at + (rules.hard_s if how == "hard" else rules.soft_s)
            yield LeftBehind(session_id, cart.products, how, known, rules.weight, policy.rule_version)


def _subjects(read_models: ReadModels, session_ids: Sequence[str], page: int = 5000) -> Mapping[str, str]:
    view, found = View(read_models, "sessions"), dict[str, str]()
    for first in range(0, len(session_ids), page):
        rows = view.get(SESSIONS, session_ids[first : first + page])
        found |= {session_id: row.subject for session_id, row in rows.items()}
    return found
