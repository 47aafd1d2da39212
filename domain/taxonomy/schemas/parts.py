"""Fields that several canonical events share: a product, a line, a place in a list."""

from attrs import evolve

from domain.taxonomy.fields import Field, Schema, amount, boolean, integer, items_of, key, one_of, text

ID = key()
POSITION = integer(1, 10_000)
QUANTITY = integer(1, 10_000)

ORIGINS = frozenset(["pdp", "plp", "wishlist", "outfit", "reco", "cart"])

PRODUCT_ID = Field("product_id", ID, required=True, also=("item_id", "product", "id"))
PRODUCT = (
    PRODUCT_ID,
    Field("variant_id", ID, also=("sku", "item_variant")),
    Field("category_id", ID, also=("category", "item_category", "product_category")),
    Field("brand_id", ID, also=("brand", "item_brand")),
    Field("colour", key(64), also=("color",)),
    Field("size_label", key(32), also=("size",)),
    Field("unit_price", amount, also=("price",)),
    Field("list_price", amount),
    Field("currency", text(3)),
)
#: For what may be about a product, and need not be.
MAYBE_PRODUCT = (evolve(PRODUCT_ID, required=False), *PRODUCT[1:])
FROM_SLATE = (Field("slate_id", ID, also=("from_slate_id",)), Field("position", POSITION))
CART_LINE = (
    *PRODUCT,
    Field("quantity", QUANTITY),
    Field("cart_id", ID),
    Field("origin", one_of(ORIGINS)),
    *FROM_SLATE,
)

_LINE = (
    Field("line_id", ID),
    Field("variant_id", ID, required=True, also=("sku",)),
    *(field for field in PRODUCT if field.name not in {"variant_id", "product_id"}),
    Field("product_id", ID, also=("item_id",)),
    Field("quantity", QUANTITY, required=True),
    Field("line_discount", amount, also=("discount",)),
    Field("tax_included", boolean),
    *FROM_SLATE,
)
LINES = items_of(Schema(_LINE))
#: An order says what was paid; a checkout may not.
SOLD = items_of(Schema(tuple(evolve(one, required=one.required or one.name == "unit_price") for one in _LINE)))
SLOTS = items_of(
    Schema(
        (
            PRODUCT_ID,
            Field("position", POSITION),
            Field("viewable_ms", integer(0)),
            Field("variant_id", ID, also=("sku", "item_variant")),
        )
    )
)
#: Products named together, such as those of an outfit.
PRODUCTS = items_of(Schema(PRODUCT))
