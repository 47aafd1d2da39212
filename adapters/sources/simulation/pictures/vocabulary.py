"""Which attributes a garment shows, and the refusal of words that the vocabulary does not have."""

from adapters.sources.simulation import look as words
from adapters.sources.simulation.look import Look

_WORDS = {
    "garment": words.GARMENTS,
    "silhouette": words.SILHOUETTES,
    "neckline": words.NECKLINES,
    "sleeve": words.SLEEVES,
    "length": words.LENGTHS,
    "pattern": words.PATTERNS,
    "texture": words.TEXTURES,
    "colour": tuple(words.COLOURS),
    "second": tuple(words.COLOURS),
}
_ALWAYS = frozenset({"garment", "silhouette", "pattern", "texture", "colour"})
_UPPER = _ALWAYS | {"neckline", "sleeve", "length"}
_SHOWN = {
    **dict.fromkeys(("dress", "tshirt", "shirt", "blouse", "knitwear", "blazer", "jacket", "coat"), _UPPER),
    "hoodie": _UPPER - {"neckline"},
    **dict.fromkeys(("skirt", "trousers", "jeans", "shorts", "boots", "scarf"), _ALWAYS | {"length"}),
    **dict.fromkeys(("sneakers", "bag", "hat"), _ALWAYS),
}


def shown(look: Look) -> frozenset[str]:
    """Return the attributes that its picture shows. The second colour is one of them unless the cloth is solid."""
    return _SHOWN[look.garment] | (frozenset() if look.pattern == "solid" else {"second"})


def refuse_unknown(look: Look) -> None:
    """Errors: `ValueError`, with the name of the field, for a word outside of its vocabulary."""
    for field, known in _WORDS.items():
        if getattr(look, field) not in known:
            raise ValueError(f"{field}: {getattr(look, field)!r} is not one of {', '.join(known)}")
