"""The features of this house, in the six categories of the field, by entity. Weights are policy, not measurement."""

from collections.abc import Mapping

from ports.measures import Entity, Measure

#: How much an action says about taste: a purchase more than a look.
INTEREST: Mapping[str, float] = {"view": 1.0, "click": 1.0, "wishlist": 3.0, "cart": 4.0, "purchase": 8.0}


def _only(*actions: str) -> Mapping[str, float]:
    return dict.fromkeys(actions, 1.0)


_LOOKED = _only("view", "click", "wishlist", "cart", "purchase")
_ACTIVE = _only("view", "click", "cart", "search")
_FORWARD = "decayed counts: Cormode et al. 2009; weights: policy"
_LEVEL = "price position within category: policy, after RecSys Challenge feature sets"
_SIZES = "size models from purchases and returns: Sembium et al. 2017, Guigoures et al. 2018"

CUSTOMER: tuple[Measure, ...] = (
    Measure(
        "category_affinity", "customer", "affinity", "interest by category", "weighted actions", _FORWARD,
        "decayed_sum", INTEREST, key="category", half_life_days=30,
    ),
    Measure(
        "brand_affinity", "customer", "affinity", "interest by brand", "weighted actions", _FORWARD,
        "decayed_sum", INTEREST, key="brand", half_life_days=60,
    ),
    Measure(
        "colour_affinity", "customer", "affinity", "interest by colour as sent", "weighted actions", _FORWARD,
        "decayed_sum", INTEREST, key="colour", half_life_days=60,
    ),
    Measure(
        "colour_family_affinity", "customer", "affinity", "interest by family of colours", "weighted actions", _FORWARD,
        "decayed_sum", INTEREST, key="product", facet="colour_family", half_life_days=60,
    ),
    Measure(
        "silhouette_affinity", "customer", "affinity", "interest by cut of the garment", "weighted actions", _FORWARD,
        "decayed_sum", INTEREST, key="product", facet="silhouette", half_life_days=60,
    ),
    Measure(
        "pattern_affinity", "customer", "affinity", "interest by pattern", "weighted actions", _FORWARD,
        "decayed_sum", INTEREST, key="product", facet="pattern", half_life_days=60,
    ),
    Measure(
        "top_brands", "customer", "affinity", "the five brands of most interest", "weighted actions", _FORWARD,
        "top", INTEREST, key="brand", half_life_days=60, k=5,
    ),
    Measure(
        "views_7d", "customer", "recency", "products viewed in the last 7 days", "views", "policy",
        "count", _only("view"), window_days=7,
    ),
    Measure(
        "carts_7d", "customer", "recency", "products put into the cart in the last 7 days", "cart adds", "policy",
        "count", _only("cart"), window_days=7,
    ),
    Measure(
        "purchases_30d", "customer", "recency", "items bought in the last 30 days", "lines of orders", "policy",
        "count", _only("purchase"), window_days=30,
    ),
    Measure(
        "seconds_since_last", "customer", "recency", "time since the last touch", "seconds", "policy",
        "age", _LOOKED,
    ),
    Measure(
        "last_queries", "customer", "recency", "the last five things searched for", "seconds since", "policy",
        "last", _only("search"), key="query", k=5,
    ),
    Measure(
        "distinct_products", "customer", "recency", "how many products were touched, ever", "products",
        "k-minimum values: Bar-Yossef et al. 2002", "distinct", _LOOKED, key="product", k=256,
    ),
    Measure(
        "style_products", "customer", "style", "weights by product that pool item vectors into a style vector",
        "weighted actions", _FORWARD, "decayed_sum", INTEREST, key="product", half_life_days=14,
    ),
    Measure(
        "style_vector", "customer", "style", "where the taste lies in the space of item vectors", "coordinate",
        "decayed pooling of item embeddings, e.g. Covington et al. 2016", "pool", INTEREST, key="product",
        half_life_days=14, low=-1.0, high=1.0,
    ),
    Measure(
        "stated_preferences", "customer", "size_fit", "what was told in quizzes and profiles, newest first",
        "seconds since", "policy", "last", _only("state"), key="stated", k=10,
    ),
    Measure(
        "sizes_kept", "customer", "size_fit", "size labels bought less those sent back", "items", _SIZES,
        "decayed_sum", {"purchase": 1.0, "return": -1.0}, key="size", half_life_days=365, low=float("-inf"),
    ),
    Measure(
        "fit_returns", "customer", "size_fit", "returns by direction of misfit", "items", _SIZES,
        "decayed_sum", _only("return"), key="fit", half_life_days=365,
    ),
    Measure(
        "fit_belief", "customer", "size_fit", "by category, where what was bought lies between too small and too large",
        "steps, -1 too small to 1 too large", _SIZES, "mean", _only("purchase", "return"), key="category",
        value="fit_step", low=-1.0, high=1.0,
    ),
    Measure(
        "fit_spread", "customer", "size_fit", "by category, how much the fit varies: little of it is certainty",
        "squared steps", _SIZES, "variance", _only("purchase", "return"), key="category", value="fit_step", high=1.0,
    ),
    Measure(
        "paid_price", "customer", "price", "mean price paid per item", "minor units", "policy",
        "mean", _only("purchase"), value="amount",
    ),
    Measure(
        "seen_price", "customer", "price", "mean price of what was looked at, or more than that", "minor units",
        "policy", "mean", _LOOKED, value="amount",
    ),
    Measure(
        "seen_price_spread", "customer", "price", "how widely the prices looked at vary", "squared log of minor units",
        "policy", "variance", _LOOKED, value="log_price",
    ),
    Measure(
        "discount_share", "customer", "price", "share of items bought or carted below list price", "share", "policy",
        "ratio", _only("purchase", "cart"), value="discounted", high=1.0,
    ),
    Measure(
        "discount_response", "customer", "price", "items bought at a discount per discounted item looked at",
        "purchases per look", "policy", "ratio", _only("purchase"), value="discounted",
        per=_only("view", "click", "wishlist", "cart"),
    ),
    Measure(
        "price_standing", "customer", "price", "how dear, for its category, what is looked at is",
        "standard deviations", _LEVEL, "standing", _LOOKED, key="category", value="log_price", low=float("-inf"),
    ),
    Measure(
        "device_activity", "customer", "context", "activity by device type", "weighted actions", _FORWARD,
        "decayed_sum", _ACTIVE, key="device", half_life_days=30,
    ),
    Measure(
        "hour_activity", "customer", "context", "activity by hour of day (UTC)", "weighted actions", _FORWARD,
        "decayed_sum", _ACTIVE, key="hour", half_life_days=60,
    ),
    Measure(
        "season_activity", "customer", "context", "activity by season where it happened", "weighted actions", _FORWARD,
        "decayed_sum", _ACTIVE, key="season", half_life_days=365,
    ),
    Measure(
        "weather_activity", "customer", "context", "activity by weather where it happened", "weighted actions",
        _FORWARD, "decayed_sum", _ACTIVE, key="weather", half_life_days=60,
    ),
)  # fmt: skip

SESSION: tuple[Measure, ...] = (
    Measure(
        "session_views", "session", "recency", "products viewed", "views", "policy",
        "count", _only("view"),
    ),
    Measure(
        "session_carts", "session", "recency", "products put into the cart", "cart adds", "policy",
        "count", _only("cart"),
    ),
    Measure(
        "session_idle", "session", "recency", "time since the last touch", "seconds", "policy",
        "age", _LOOKED,
    ),
    Measure(
        "session_products", "session", "recency", "the last twenty products", "seconds since",
        "input of session models, e.g. Kang and McAuley 2018", "last", _LOOKED, key="product", k=20,
    ),
    Measure(
        "session_queries", "session", "recency", "the last five things searched for", "seconds since", "policy",
        "last", _only("search"), key="query", k=5,
    ),
    Measure(
        "session_breadth", "session", "recency", "how many products were touched", "products",
        "k-minimum values: Bar-Yossef et al. 2002", "distinct", _LOOKED, key="product", k=64,
    ),
    Measure(
        "session_categories", "session", "affinity", "interest by category, of the last half hour mostly",
        "weighted actions", _FORWARD, "decayed_sum", INTEREST, key="category", half_life_days=1 / 48,
    ),
    Measure(
        "session_price", "session", "price", "mean price of what is looked at", "minor units", "policy",
        "mean", _LOOKED, value="amount",
    ),
    Measure(
        "session_standing", "session", "price", "how dear, for its category, what is looked at is",
        "standard deviations", _LEVEL, "standing", _LOOKED, key="category", value="log_price", low=float("-inf"),
    ),
    Measure(
        "session_device", "session", "context", "device types in use", "actions", "policy",
        "count", _ACTIVE, key="device",
    ),
)  # fmt: skip

PRODUCT: tuple[Measure, ...] = (
    Measure(
        "popularity", "product", "recency", "interest of everybody in this product", "weighted actions", _FORWARD,
        "decayed_sum", INTEREST, half_life_days=7,
    ),
    Measure(
        "selling_price", "product", "price", "mean price at which it was shown or sold", "minor units", "policy",
        "mean", _only("view", "cart", "purchase"), value="amount",
    ),
    Measure(
        "return_share", "product", "size_fit", "returns per purchase", "share", "policy",
        "ratio", _only("return"), per=_only("purchase"),
    ),
    Measure(
        "product_fit", "product", "size_fit", "whether it turns out too small or too large",
        "steps, -1 too small to 1 too large", _SIZES, "mean", _only("purchase", "return"), value="fit_step",
        low=-1.0, high=1.0,
    ),
    Measure(
        "product_views_7d", "product", "recency", "views in the last 7 days", "views", "policy",
        "count", _only("view"), window_days=7,
    ),
    Measure(
        "viewers", "product", "recency", "on how many browsers and accounts it was touched, ever", "identifiers",
        "k-minimum values: Bar-Yossef et al. 2002", "distinct", _LOOKED, key="visitor", k=256,
    ),
)  # fmt: skip

BRAND: tuple[Measure, ...] = (
    Measure(
        "brand_popularity", "brand", "recency", "interest of everybody in this brand", "weighted actions", _FORWARD,
        "decayed_sum", INTEREST, half_life_days=14,
    ),
    Measure(
        "brand_price", "brand", "price", "mean price at which its products were shown or sold", "minor units", "policy",
        "mean", _only("view", "cart", "purchase"), value="amount",
    ),
    Measure(
        "brand_return_share", "brand", "size_fit", "returns per purchase", "share", "policy",
        "ratio", _only("return"), per=_only("purchase"),
    ),
    Measure(
        "brand_fit", "brand", "size_fit", "whether it cuts small or large", "steps, -1 too small to 1 too large",
        _SIZES, "mean", _only("purchase", "return"), value="fit_step", low=-1.0, high=1.0,
    ),
)  # fmt: skip

CUSTOMER_CATEGORY: tuple[Measure, ...] = (
    Measure(
        "interest_here", "customer_category", "affinity", "a customer's interest in a category", "weighted actions",
        _FORWARD, "decayed_sum", INTEREST, half_life_days=30,
    ),
    Measure(
        "brands_here", "customer_category", "affinity", "the three brands of most interest in a category",
        "weighted actions", _FORWARD, "top", INTEREST, key="brand", half_life_days=60, k=3,
    ),
    Measure(
        "sizes_here", "customer_category", "size_fit", "size labels bought less those sent back, in a category",
        "items", _SIZES, "decayed_sum", {"purchase": 1.0, "return": -1.0}, key="size", half_life_days=365,
        low=float("-inf"),
    ),
    Measure(
        "price_here", "customer_category", "price", "mean price of what was looked at in a category", "minor units",
        "policy", "mean", _LOOKED, value="amount",
    ),
    Measure(
        "last_bought_here", "customer_category", "recency", "time since the last purchase in a category", "seconds",
        "policy", "age", _only("purchase"),
    ),
)  # fmt: skip

MEASURES: tuple[Measure, ...] = (*CUSTOMER, *SESSION, *PRODUCT, *BRAND, *CUSTOMER_CATEGORY)


def measures_of(entity: Entity) -> tuple[Measure, ...]:
    return tuple(measure for measure in MEASURES if measure.entity == entity)
