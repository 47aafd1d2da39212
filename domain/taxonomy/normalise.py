"""Spelling is not meaning: `Product ID`, `productId` and `product_id` are one name."""

import re
import unicodedata
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\s\-./:]+")


@lru_cache(maxsize=4096)
def normalise(name: str) -> str:
    """NFKC, camelCase split, lower case, separators to one underscore. Idempotent."""
    split = _CAMEL.sub("_", unicodedata.normalize("NFKC", name))
    lowered = _SEPARATORS.sub("_", unicodedata.normalize("NFKC", split.lower()))
    return re.sub(r"_+", "_", lowered).strip("_")
