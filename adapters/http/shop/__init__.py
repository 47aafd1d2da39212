"""The shop page: the whole circle to click through, from a personal grid to a return and what was learned from it."""

from adapters.http.shop.router import shop_router

__all__ = ["shop_router"]
