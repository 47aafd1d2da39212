"""What each topic of Shopify's webhooks becomes, and for the shop's own topics that become nothing: why."""

from collections.abc import Callable, Mapping, Sequence

from domain.taxonomy.dialects.shopify import orders, people, products, returned, shipments
from domain.taxonomy.dialects.shopify.parts import Message, Row
from domain.taxonomy.refusal import Reason

Translation = Callable[[Message], Sequence[Row]]

READ: Mapping[str, Translation] = {
    "orders/create": orders.placed,
    "orders/paid": orders.placed,
    "orders/updated": orders.updated,
    "orders/cancelled": orders.cancelled,
    "orders/fulfilled": orders.fulfilled,
    "orders/partially_fulfilled": orders.fulfilled,
    "fulfillments/create": shipments.changed,
    "fulfillments/update": shipments.changed,
    "fulfillment_events/create": shipments.on_its_way,
    "refunds/create": returned.refunded,
    "returns/request": returned.requested,
    "returns/approve": returned.requested,
    "customers/create": people.customer,
    "customers/update": people.customer,
    "customers/enable": people.customer,
    "customers/redact": people.redacted,
    "checkouts/create": people.checkout,
    "checkouts/update": people.checkout,
    "products/create": products.product,
    "products/update": products.product,
    "variants/in_stock": products.stock,
    "variants/out_of_stock": products.stock,
}

#: (reason, detail), by topic. Topics that are in neither table go to the alias table under their own name.
UNREAD: Mapping[str, tuple[Reason, str]] = {
    "orders/edited": (
        Reason.MISSING_REQUIRED,
        "an edit names what was added and removed, not the bill: subscribe to orders/updated, which has it",
    ),
    "orders/delete": (Reason.UNKNOWN_EVENT_NAME, "the record was deleted; an order that was placed stays placed"),
    "order_transactions/create": (Reason.UNKNOWN_EVENT_NAME, "payments are told by orders/* and refunds/create"),
    "tender_transactions/create": (Reason.UNKNOWN_EVENT_NAME, "payments are told by orders/* and refunds/create"),
    "draft_orders/create": (Reason.DERIVED_NOT_FACT, "a draft is no order; orders/create comes once it is one"),
    "draft_orders/update": (Reason.DERIVED_NOT_FACT, "a draft is no order; orders/create comes once it is one"),
    "draft_orders/delete": (Reason.DERIVED_NOT_FACT, "a draft is no order"),
    "returns/decline": (Reason.UNKNOWN_EVENT_NAME, "the taxonomy has no event for a return that is not accepted"),
    "returns/cancel": (Reason.UNKNOWN_EVENT_NAME, "the taxonomy has no event for a return that is called off"),
    "returns/close": (Reason.UNKNOWN_EVENT_NAME, "the end of the paperwork; it does not say that goods arrived"),
    "returns/reopen": (Reason.UNKNOWN_EVENT_NAME, "paperwork; it says nothing of goods"),
    "returns/process": (Reason.UNKNOWN_EVENT_NAME, "paperwork; refunds/create tells the money"),
    "returns/update": (Reason.MISSING_REQUIRED, "names what was taken off the return, neither its order nor its lines"),
    "reverse_deliveries/attach_deliverable": (Reason.UNKNOWN_EVENT_NAME, "a label was made; nothing moved yet"),
    "reverse_fulfillment_orders/dispose": (
        Reason.MISSING_REQUIRED,
        "names a reverse fulfilment order, and neither the return nor the line that was inspected",
    ),
    "fulfillment_events/delete": (Reason.UNKNOWN_EVENT_NAME, "the taxonomy has no event for a report withdrawn"),
    "products/delete": (
        Reason.UNKNOWN_EVENT_NAME,
        "the taxonomy has no event for delisting; archive the product first",
    ),
    "inventory_levels/update": (
        Reason.MISSING_REQUIRED,
        "names an inventory item at one location, not a variant: products/update has the count of each variant",
    ),
    "inventory_levels/connect": (
        Reason.MISSING_REQUIRED,
        "names an inventory item, not a variant: see products/update",
    ),
    "inventory_levels/disconnect": (
        Reason.MISSING_REQUIRED,
        "names an inventory item, not a variant: see products/update",
    ),
    "carts/create": (Reason.MISSING_REQUIRED, "a cart names nobody; the shop's tracker tells who added what"),
    "carts/update": (Reason.MISSING_REQUIRED, "a cart names nobody, nor what changed; the shop's tracker tells both"),
    "checkouts/delete": (Reason.DERIVED_NOT_FACT, "Shopify tidied up; nobody did anything"),
    "customers/delete": (
        Reason.UNKNOWN_EVENT_NAME,
        "the shop deleted a record; a person's own wish is customers/redact",
    ),
    "customers/disable": (Reason.UNKNOWN_EVENT_NAME, "an account was closed by the shop; it says nothing of who"),
    "customers/merge": (Reason.UNKNOWN_EVENT_NAME, "the taxonomy has no event that names two accounts of one person"),
    "customers/data_request": (Reason.UNKNOWN_EVENT_NAME, "somebody asks for their data: it is for a person to answer"),
    "customers_marketing_consent/update": (
        Reason.ENUM_UNKNOWN,
        "consent to messages is none of the purposes (analytics, personalisation, geo, ads), and is not read as one",
    ),
    "customers_email_marketing_consent/update": (
        Reason.ENUM_UNKNOWN,
        "consent to e-mails is none of the purposes (analytics, personalisation, geo, ads), and is not read as one",
    ),
}
