"""Nearest items by inner product: exactly, and approximately once the catalogue outgrows a scan."""

from adapters.item_index.annoy_index import AnnoyItemIndex
from adapters.item_index.exact import ExactItemIndex

__all__ = ["AnnoyItemIndex", "ExactItemIndex"]
