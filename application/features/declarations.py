"""The features, declared once as data. An engine folds them; `haberdasher features` will print them.

A measure selects touches by action, weighs them, and aggregates them under a key; decay is by half-life in days.
"""

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

Category = Literal["affinity", "recency", "style", "size_fit", "price", "context"]
Aggregate = Literal["decayed_sum", "count", "mean", "ratio", "age"]

#: How much an action says about taste: a purchase more than a look (policy, not measurement).
INTEREST: Mapping[str, float] = {"view": 1.0, "click": 1.0, "wishlist": 3.0, "cart": 4.0, "purchase": 8.0}


@frozen
class Measure:
    """One feature of a customer or a product.

    `weight`: action -> weight, absent actions do not count. `key`: attribute of the touch that the value is split by,
    none for a single number. `value`: attribute that is averaged (mean), or that must be true to count (ratio).
    """

    name: str
    entity: Literal["customer", "product"]
    category: Category
    doc: str
    unit: str
    aggregate: Aggregate
    weight: Mapping[str, float]
    key: str = ""
    value: str = ""
    half_life_days: float = 0.0
    window_days: float = 0.0
    low: float = 0.0
    high: float = float("inf")


def _only(*actions: str) -> Mapping[str, float]:
    return dict.fromkeys(actions, 1.0)


MEASURES: tuple[Measure, ...] = (
    Measure(
        "category_affinity", "customer", "affinity", "interest by category", "weighted actions",
        "decayed_sum", INTEREST, key="category", half_life_days=30,
    ),
    Measure(
        "brand_affinity", "customer", "affinity", "interest by brand", "weighted actions",
        "decayed_sum", INTEREST, key="brand", half_life_days=60,
    ),
    Measure(
        "colour_affinity", "customer", "affinity", "interest by colour as sent", "weighted actions",
        "decayed_sum", INTEREST, key="colour", half_life_days=60,
    ),
    Measure(
        "views_7d", "customer", "recency", "products viewed in the last 7 days", "views",
        "count", _only("view"), window_days=7,
    ),
    Measure(
        "carts_7d", "customer", "recency", "products put into the cart in the last 7 days", "cart adds",
        "count", _only("cart"), window_days=7,
    ),
    Measure(
        "seconds_since_last", "customer", "recency", "time since the last touch", "seconds",
        "age", _only("view", "click", "wishlist", "cart", "purchase"),
    ),
    Measure(
        "style_products", "customer", "style", "weights by product that pool item vectors into a style vector",
        "weighted actions", "decayed_sum", INTEREST, key="product", half_life_days=14,
    ),
    Measure(
        "sizes_kept", "customer", "size_fit", "size labels bought less those sent back", "items",
        "decayed_sum", {"purchase": 1.0, "return": -1.0}, key="size", half_life_days=365, low=float("-inf"),
    ),
    Measure(
        "fit_returns", "customer", "size_fit", "returns by direction of misfit", "items",
        "decayed_sum", _only("return"), key="fit", half_life_days=365,
    ),
    Measure(
        "paid_price", "customer", "price", "mean price paid per item", "minor units",
        "mean", _only("purchase"), value="price",
    ),
    Measure(
        "seen_price", "customer", "price", "mean price of what was looked at, or more than that", "minor units",
        "mean", _only("view", "click", "wishlist", "cart", "purchase"), value="price",
    ),
    Measure(
        "discount_share", "customer", "price", "share of items bought or carted below list price", "share",
        "ratio", _only("purchase", "cart"), value="discounted", high=1.0,
    ),
    Measure(
        "device_activity", "customer", "context", "activity by device type", "weighted actions",
        "decayed_sum", _only("view", "click", "cart"), key="device", half_life_days=30,
    ),
    Measure(
        "hour_activity", "customer", "context", "activity by hour of day (UTC)", "weighted actions",
        "decayed_sum", _only("view", "click", "cart"), key="hour", half_life_days=60,
    ),
    Measure(
        "popularity", "product", "recency", "interest of everybody in this product", "weighted actions",
        "decayed_sum", INTEREST, half_life_days=7,
    ),
    Measure(
        "selling_price", "product", "price", "mean price at which it was shown or sold", "minor units",
        "mean", _only("view", "cart", "purchase"), value="price",
    ),
    Measure(
        "return_share", "product", "size_fit", "returns per purchase", "share",
        "ratio", _only("purchase", "return"), value="returned",
    ),
)  # fmt: skip


def measures_of(entity: str) -> tuple[Measure, ...]:
    return tuple(measure for measure in MEASURES if measure.entity == entity)
