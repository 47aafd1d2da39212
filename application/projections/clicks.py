"""What every touch is worth: marks by dwell, taps told twice, adds taken back, and sessions that say nothing.

Kept by the session that a fact was recorded in. Facts may come in any order: a mark is computed from all that is known
of its session so far.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from application.features.touch import touch_of
from application.projections.rows import Collection, Rows, View
from domain.identity.person import PersonForgotten
from domain.session import facts
from domain.session.facts import ProductRef
from domain.traffic.clicks import DUPLICATE, UNDONE, UNMARKED, Mark, Marked, bounced, by_dwell
from domain.traffic.policy import NOISE, ClickRules, NoisePolicy
from ports.event_log import Metadata, ReadModels, Recorded


class Look(msgspec.Struct, array_like=True):
    """A touch (`at` in Unix seconds, prices in minor units), the page that it opened, and what it is worth."""

    at: float
    action: str
    product: str
    variant: str = ""
    page: str = ""
    price: int = 0
    list_price: int = 0
    slip: Mark = ""
    mark: Mark = ""
    weight: float = 1.0


class Looked(msgspec.Struct, omit_defaults=True):
    """`pages`: engaged milliseconds by page, -1 where none were told. `beyond`: touches that are too many to judge.

    `handled`: pages and products on which something was done. `busy`: something was done that is more than looking.
    """

    looks: list[Look] = msgspec.field(default_factory=list)
    pages: dict[str, int] = msgspec.field(default_factory=dict)
    handled: list[str] = msgspec.field(default_factory=list)
    busy: bool = False
    beyond: int = 0
    bounce: bool = False
    rule_version: str = ""


#: by session
LOOKED: Collection[Looked] = Collection("looked", Looked)
#: by session: the touches whose weight is 0, where there are any
SLIPS: Collection[list[Look]] = Collection("slips", list[Look])
#: by session: those that say nothing
BOUNCES: Collection[int] = Collection("bounces", int)

_UNTOLD = -1


class ClicksProjection:
    name = "clicks"

    def __init__(self, policy: NoisePolicy = NOISE) -> None:
        self.policy = policy

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        ours = [(one, one.stream.rpartition("-")[2]) for one in batch if type(one.event) in _READERS]
        rows.prefetch(LOOKED, (session_id for _, session_id in ours))
        touched: dict[str, Looked] = {}
        for recorded, session_id in ours:
            row = touched.get(session_id)
            if row is None:
                row = touched[session_id] = rows.get(LOOKED, session_id) or Looked()
            _READERS[type(recorded.event)](row, recorded.event, recorded.metadata, self.policy.clicks)
        for session_id, row in touched.items():
            self._mark(session_id, row, rows)
        for one in batch:  # nothing is recorded in a session after it was forgotten
            if isinstance(one.event, PersonForgotten):
                for collection in (LOOKED, SLIPS, BOUNCES):
                    rows.drop(collection, one.event.sessions)

    def apply_one(self, recorded: Recorded, session_id: str, rows: Rows) -> bool:
        """Change the row of a session by one event; tell whether other touches are slips now.

        Cheaper than a batch of one: only touches of the products that the event is about are judged anew, as no other
        can be another. Bounces are left to `apply`.
        """
        event = recorded.event
        reader = _READERS.get(type(event))
        if reader is None:
            return False
        row = rows.get(LOOKED, session_id) or Looked()
        reader(row, event, recorded.metadata, self.policy.clicks)
        rows.put(LOOKED, session_id, row)
        if not row.looks or not (products := _products(event, row)):
            return False
        about = [look for look in row.looks if look.product in products]
        before = [look.weight for look in about]
        mark_all(Looked(about, row.pages, row.handled), self.policy.clicks)
        return any((not look.weight) is not (not weight) for look, weight in zip(about, before, strict=True))

    def _mark(self, session_id: str, row: Looked, rows: Rows) -> None:
        before = [look.weight for look in row.looks], row.bounce
        mark_all(row, self.policy.clicks)
        row.rule_version = self.policy.rule_version
        rows.put(LOOKED, session_id, row)
        if before == ([look.weight for look in row.looks], row.bounce):
            return
        slips = [look for look in row.looks if not look.weight]
        if slips:
            rows.put(SLIPS, session_id, slips)
        else:
            rows.delete(SLIPS, session_id)
        if row.bounce:
            rows.put(BOUNCES, session_id, 1)
        else:
            rows.delete(BOUNCES, session_id)


def _products(event: Any, row: Looked) -> frozenset[str]:
    """Return the products whose touches may be worth something else by an event that was read into a row."""
    product = getattr(event, "product", None)
    if product is not None:
        return frozenset([product.product_id])
    if isinstance(event, facts.PageEngaged):
        return frozenset(look.product for look in row.looks if look.page == event.page_view_id)
    return frozenset()


def mark_all(row: Looked, rules: ClickRules) -> None:
    """Judge every touch of a session, and the session."""
    wanted = {one.product for one in row.looks if one.action in {"cart", "wishlist"} and not one.slip}
    handled = set(row.handled)
    views: dict[str, list[tuple[float, Marked]]] = {}
    for look in row.looks:
        if look.action == "view":
            marked = _view(look, row, wanted, handled, rules)
            look.mark, look.weight = marked.mark, marked.weight
            views.setdefault(look.product, []).append((look.at, marked))
    for look in row.looks:
        if look.action != "view":
            marked = _SLIPS.get(look.slip) or _opened(look, views, rules)
            look.mark, look.weight = marked.mark, marked.weight
    told = [ms for ms in row.pages.values() if ms != _UNTOLD]
    acted = row.busy or bool(wanted) or any(one in handled for one in row.pages)
    row.bounce = bounced(len(row.pages), max(told, default=None), interacted=acted, rules=rules)


def _view(look: Look, row: Looked, wanted: set[str], handled: set[str], rules: ClickRules) -> Marked:
    if look.slip:
        return _SLIPS[look.slip]
    told = row.pages.get(look.page, _UNTOLD)
    return by_dwell(
        None if told == _UNTOLD else told,
        interacted=look.page in handled or look.product in handled,
        wanted=look.product in wanted,
        rules=rules,
    )


def _opened(look: Look, views: Mapping[str, Sequence[tuple[float, Marked]]], rules: ClickRules) -> Marked:
    """A click is worth what the page is that it opened: the next view of its product."""
    if look.action != "click":
        return UNMARKED
    after = [one for one in views.get(look.product, ()) if 0 <= one[0] - look.at <= rules.opens_within_ms / 1000]
    found = min(after, key=lambda one: one[0])[1] if after else UNMARKED
    return UNMARKED if found is DUPLICATE else found


_SLIPS: Mapping[str, Marked] = {"duplicate_tap": DUPLICATE, "accidental_add": UNDONE}


def _look(row: Looked, event: Any, metadata: Metadata, rules: ClickRules) -> None:
    touch = touch_of(event, metadata, "")
    if touch is None or len(row.looks) >= rules.most_touches:
        row.beyond += 1
        return
    page = getattr(event, "page_view_id", None) or ""
    again = any(
        one.action == touch.action
        and one.product == touch.product
        and not one.slip
        and abs(one.at - touch.at) * 1000 <= rules.duplicate_ms
        for one in row.looks
    )
    opens = touch.action == "view"
    look = Look(
        touch.at,
        touch.action,
        touch.product,
        event.product.variant_id or "",
        page if opens else "",
        touch.price,
        touch.list_price,
        slip="duplicate_tap" if again else "",
    )
    row.looks.append(look)
    if opens and not again:
        row.pages.setdefault(page or f"{touch.at} {touch.product}", _UNTOLD)
    row.busy = row.busy or not opens


def _removed(row: Looked, event: facts.ProductRemovedFromCart, metadata: Metadata, rules: ClickRules) -> None:
    """An add of the same variant within the last moments was a slip."""
    row.busy, at = True, metadata.occurred_at.timestamp()
    for look in reversed(row.looks):
        if look.action == "cart" and not look.slip and _same(look, event.product):
            if 0 <= (at - look.at) * 1000 <= rules.undone_ms:
                look.slip = "accidental_add"
            return


def _same(look: Look, product: ProductRef) -> bool:
    return look.product == product.product_id and look.variant == (product.variant_id or "")


def _engaged(row: Looked, event: facts.PageEngaged, _: Metadata, rules: ClickRules) -> None:
    page = event.page_view_id
    if page in row.pages or len(row.pages) < rules.most_touches:
        row.pages[page] = max(row.pages.get(page, _UNTOLD), event.engaged_ms)
    if any((event.clicks, event.key_presses, event.touches, event.max_scroll_pct, event.scroll_px)):
        _handle(row, page, rules)


def _page(row: Looked, event: facts.PageViewed, _: Metadata, rules: ClickRules) -> None:
    if len(row.pages) < rules.most_touches:
        row.pages.setdefault(event.page_view_id, _UNTOLD)


def _product_handled(row: Looked, event: Any, _: Metadata, rules: ClickRules) -> None:
    row.busy = True
    if event.product is not None:
        _handle(row, event.product.product_id, rules)


def _handle(row: Looked, what: str, rules: ClickRules) -> None:
    if what not in row.handled and len(row.handled) < rules.most_touches:
        row.handled.append(what)


def _busy(row: Looked, _: Any, __: Metadata, ___: ClickRules) -> None:
    row.busy = True


_READERS: Mapping[type, Callable[[Looked, Any, Metadata, ClickRules], None]] = {
    facts.PageViewed: _page,
    facts.PageEngaged: _engaged,
    facts.ProductViewed: _look,
    facts.ProductClicked: _look,
    facts.ProductAddedToCart: _look,
    facts.ProductAddedToWishlist: _look,
    facts.ProductRemovedFromCart: _removed,
    facts.ProductMediaViewed: _product_handled,
    facts.SizeSelected: _product_handled,
    facts.SizeGuideViewed: _product_handled,
    facts.ProductsSearched: _busy,
    facts.ProductListFiltered: _busy,
    facts.CheckoutStarted: _busy,
    facts.CheckoutCompleted: _busy,
    facts.PromotionClicked: _busy,
}


def looks_of(read_models: ReadModels, session_id: str) -> Sequence[Look]:
    """Return the touches recorded in a session with their marks and weights, in the order they came."""
    row = View(read_models, ClicksProjection.name).one(LOOKED, session_id)
    return row.looks if row else ()
