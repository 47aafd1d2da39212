"""Enhanced Ecommerce of Universal Analytics, which many data layers still speak, said as GA4 would say it.

`actionField` is what was done, `products`, `impressions` and `promotions` what it was done to. Positions count from 1
there, and `revenue` is the grand total.
"""

from collections.abc import Mapping
from typing import Any

from domain.taxonomy.dialects.ga4.values import mapping, number, plus, without_nothing

_ITEM: Mapping[str, str] = {
    "id": "item_id",
    "name": "item_name",
    "brand": "item_brand",
    "category": "item_category",
    "variant": "item_variant",
    "list": "item_list_name",
}
_PROMOTION: Mapping[str, str] = {
    "id": "promotion_id",
    "name": "promotion_name",
    "creative": "creative_name",
    "position": "creative_slot",
}
_ACTION: Mapping[str, str] = {"id": "transaction_id", "list": "item_list_name", "revenue": "value"}
_LISTS = ("products", "impressions", "promotions")


def as_ga4(name: str, params: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return name and parameters as GA4 spells them; what is no Enhanced Ecommerce comes back as it is."""
    kind = next((one for one in _LISTS if isinstance(params.get(one), list)), None)
    if "items" in params or (kind is None and not isinstance(params.get("actionField"), dict)):
        return _alone(name, params)
    told = {field: value for field, value in params.items() if field not in {*_LISTS, "actionField"}}
    if "currencyCode" in told:
        told.setdefault("currency", told.pop("currencyCode"))
    action = mapping(params.get("actionField"))
    told |= {_ACTION.get(field, field): value for field, value in without_nothing(action).items()}
    told |= without_nothing({"total": action.get("revenue")})
    if kind is not None:
        spell = _promotion if kind == "promotions" else _item
        told["items"] = [spell(one) if isinstance(one, dict) else one for one in params[kind]]
    return _renamed(name, kind), told


def _alone(name: str, params: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The plain ecommerce of before: a transaction without its items."""
    if name != "transaction" or "items" in params:
        return name, params
    return name, {
        **params,
        **without_nothing(
            {"transaction_id": params.get("id"), "value": params.get("revenue"), "total": params.get("revenue")}
        ),
    }


def _renamed(name: str, kind: str | None) -> str:
    """`click` and `view` say too little by themselves; what they were done to decides."""
    if name == "click" and kind is not None:
        return "promo_click" if kind == "promotions" else "list_click"
    if name == "view" and kind in {"promotions", "impressions"}:
        return "promo_view" if kind == "promotions" else "impressions"
    return name


def _item(one: Mapping[str, Any]) -> Mapping[str, Any]:
    told = {_ITEM.get(field, field): value for field, value in one.items() if field != "position"}
    position = one.get("position")
    return told | without_nothing({"index": position if number(position) is None else plus(position, -1)})


def _promotion(one: Mapping[str, Any]) -> Mapping[str, Any]:
    return {_PROMOTION.get(field, field): value for field, value in one.items()}
