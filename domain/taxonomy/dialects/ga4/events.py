"""What GA4 calls an event, to events of the generic wire form: one small function for each kind.

Names that somebody else gave (`cart_add`, sent through GA4) are read like Google's own for the same thing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.taxonomy.aliases import TABLES
from domain.taxonomy.dialects.dialect import WireEvent
from domain.taxonomy.dialects.ga4.enhanced import as_ga4
from domain.taxonomy.dialects.ga4.items import items_of, line, piece, product, slot, surface
from domain.taxonomy.dialects.ga4.pages import engagement, page, page_view_id
from domain.taxonomy.dialects.ga4.values import first, lowered, plus, said, without_nothing, word
from domain.taxonomy.normalise import normalise
from domain.taxonomy.schemas.behaviour import STEPS

Params = Mapping[str, Any]
#: (name, properties)
_Said = tuple[str, Mapping[str, Any]]

#: Fields of ours that a shop may send as parameters of its own.
_OURS = ("slate_id", "cart_id", "origin", "policy_version", "query_id", "result_count")
#: Names of Google's that are no alias, and what they are to us.
_NAMES: Mapping[str, str] = {
    "first_open": "app_opened",
    "notification_open": "notification_opened",
    "checkout_option": "set_checkout_option",
}
#: Names that the taxonomy reads together with what they carry.
_KINDS: Mapping[str, str] = {
    "scroll": "page_engaged",
    "select_content": "product_clicked",
    "view_content": "product_viewed",
    "checkout": "checkout_started",
}
_WITH_COUPON = frozenset(["checkout_started", "checkout_step_completed", "checkout_completed"])


def events_of(name: Any, params: Params, about: Mapping[str, Any]) -> Sequence[WireEvent]:
    """Return the events that one event of GA4 is; `about`: the envelope that they share. Raises `Refused`."""
    if not isinstance(name, str):
        return ({**about, "event": name},)
    name, params = as_ga4(name, params)
    name = _NAMES.get(normalise(name), name)
    kind = _kind(normalise(name), params)
    told = _HOW.get(kind, _other)(name, params)
    if kind in _WITH_COUPON and said(params.get("coupon")) is not None:
        told = [*told, ("coupon_changed", {"status": "applied", "coupon_id": params["coupon"]})]
    ours = without_nothing({field: params.get(field) for field in _OURS})
    return [{**about, "event": event, "properties": {**ours, **properties}} for event, properties in told]


def _kind(plain: str, params: Params) -> str:
    """Return which canonical event a name will probably be; a tenant's own aliases may say otherwise later."""
    if plain == "view_search_results":
        return "slate_viewed" if params.get("items") else "products_searched"
    if plain == "video_start":
        return "product_media_viewed" if params.get("items") or params.get("item_id") else ""
    found = TABLES["client"].get(plain) or TABLES["server"].get(plain)
    return _KINDS.get(plain, "") if found is None else found.canonical


def _products(params: Params) -> Sequence[Params]:
    """Each product has an event of its own; one that is named by the event itself counts too."""
    return items_of(params) or (params,)


def _viewed(name: str, params: Params) -> Sequence[_Said]:
    extra = without_nothing({"page_view_id": page_view_id(params), "content_type": lowered(params.get("content_type"))})
    return [(name, {**extra, **product(item, params)}) for item in _products(params)]


def _clicked(name: str, params: Params) -> Sequence[_Said]:
    viewed, items = _viewed(name, params), _products(params)
    return [
        (name, {**told, **without_nothing({"surface": surface(item, params)})})
        for (_, told), item in zip(viewed, items, strict=True)
    ]


def _carried(name: str, params: Params) -> Sequence[_Said]:
    return [(name, piece(item, params)) for item in _products(params)]


def _named(item: Params, params: Params) -> Params:
    """The product itself, wherever it stood."""
    return {field: value for field, value in product(item, params).items() if field not in {"position", "slate_id"}}


def _wished(name: str, params: Params) -> Sequence[_Said]:
    return [(name, _named(item, params)) for item in _products(params)]


def _shared(name: str, params: Params) -> Sequence[_Said]:
    """What is shared is a product only if the event does not say that it is something else."""
    about = params if params.get("items") or lowered(params.get("content_type")) in {"", "product"} else {}
    via = without_nothing({"share_via": params.get("method")})
    return [(name, {**_named(item, params), **via}) for item in _products(about)]


def _media(_: str, params: Params) -> Sequence[_Said]:
    return [("product_media_viewed", {**_named(item, params), "media_kind": "video"}) for item in _products(params)]


def _slates(name: str, params: Params) -> Sequence[_Said]:
    """An event may hold items of several lists: each list is a slate."""
    lists: dict[tuple[str | None, str | None], list[Params]] = {}
    for item in items_of(params):
        lists.setdefault((surface(item, params), word(item.get("slate_id"))), []).append(slot(item, params))
    return [
        (name, without_nothing({"surface": where, "slate_id": slate_id, "items": slots}))
        for (where, slate_id), slots in lists.items()
    ] or [(name, {})]


def _cart(name: str, params: Params) -> Sequence[_Said]:
    """`value` has neither shipping nor tax in it, so what was paid for an order is the sum of the three."""
    order_id, value, step = params.get("transaction_id"), params.get("value"), params.get("step")
    told = without_nothing({"value": value, "currency": params.get("currency"), "step": step})
    if said(order_id) is not None:
        paid = first(params.get("total"), plus(value, params.get("shipping"), params.get("tax")))
        bill = {"order_id": order_id, "total": paid, "shipping": params.get("shipping"), "tax": params.get("tax")}
        told |= without_nothing(bill)
    if lines := [line(item, params) for item in items_of(params)]:
        told["items"] = lines
    return [(name, told)]


def _step(name: str, params: Params) -> Sequence[_Said]:
    """Universal Analytics counts the steps: what a number stands for, nobody says."""
    step = lowered(params.get("step"))
    return [(name, {"step": step} if step in STEPS else {})]


def _refund(name: str, params: Params) -> Sequence[_Said]:
    order_id, refund_id = first(params.get("order_id"), params.get("transaction_id")), params.get("refund_id")
    amount = first(params.get("total"), plus(params.get("value"), params.get("shipping"), params.get("tax")))
    told = {"order_id": order_id, "refund_id": refund_id, "amount": amount, "currency": params.get("currency")}
    return [(name, without_nothing(told))]


def _promotions(name: str, params: Params) -> Sequence[_Said]:
    """A promotion may be named for the event or, which counts more, at each item; each one counts once."""
    found: list[_Said] = []
    for item in items_of(params) or ({},):
        where = {**params, **without_nothing(item)}
        told = {
            "promotion_id": first(where.get("promotion_id"), where.get("promotion_name")),
            "creative_id": where.get("creative_name"),
            "slot": where.get("creative_slot"),
        }
        if (one := (name, without_nothing(told))) not in found:
            found.append(one)
    return found


def _searched(name: str, params: Params) -> Sequence[_Said]:
    return [(name, without_nothing({"query_text": params.get("search_term")}))]


def _asserted(name: str, _: Params) -> Sequence[_Said]:
    """Google's `method` is whose button was used; ours is what somebody did to say who they are."""
    plain = normalise(name)
    return [(name, {"method": plain} if plain in {"login", "sign_up"} else {})]


def _page(name: str, params: Params) -> Sequence[_Said]:
    return [(name, page(params))]


def _engaged(name: str, params: Params) -> Sequence[_Said]:
    return [(name, engagement(params))]


def _other(name: str, params: Params) -> Sequence[_Said]:
    """Whatever else a shop sends: its parameters as they are, and the product if it names one."""
    items = items_of(params)
    told = {field: value for field, value in params.items() if field != "items"}
    if len(items) == 1:
        told |= product(items[0], params)
    if items:
        told["items"] = [line(item, params) for item in items]
    return [(name, told)]


_HOW: Mapping[str, Callable[[str, Params], Sequence[_Said]]] = {
    "product_viewed": _viewed,
    "product_clicked": _clicked,
    **dict.fromkeys(("product_added_to_cart", "product_removed_from_cart"), _carried),
    **dict.fromkeys(("product_added_to_wishlist", "product_removed_from_wishlist"), _wished),
    "product_shared": _shared,
    "product_media_viewed": _media,
    "slate_viewed": _slates,
    **dict.fromkeys(("cart_viewed", "checkout_started", "checkout_completed", "order_placed"), _cart),
    "checkout_step_completed": _step,
    "refund_issued": _refund,
    **dict.fromkeys(("promotion_viewed", "promotion_clicked"), _promotions),
    "products_searched": _searched,
    "identity_asserted": _asserted,
    "page_viewed": _page,
    "page_engaged": _engaged,
}
