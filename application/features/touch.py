"""A touch: what one event says about a customer and a product, in the units that measures aggregate."""

import msgspec


class Touch(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """`at`, `known`: Unix seconds of happening and of being known. Prices in minor units of `currency`."""

    at: float
    known: float
    action: str
    product: str
    category: str = ""
    brand: str = ""
    colour: str = ""
    size: str = ""
    price: int = 0
    list_price: int = 0
    currency: str = ""
    device: str = ""
    fit: str = ""

    @property
    def hour(self) -> str:
        """Hour of the day in UTC, 00 to 23."""
        return f"{int(self.at // 3600) % 24:02d}"

    @property
    def discounted(self) -> bool:
        return 0 < self.price < self.list_price

    @property
    def returned(self) -> bool:
        return self.action == "return"
