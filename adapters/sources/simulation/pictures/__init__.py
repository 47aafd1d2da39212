"""Pictures of products: a fashion flat in a studio, drawn as SVG from a `Look` alone."""

from zlib import crc32

from attrs import astuple

from adapters.sources.simulation.look import Look
from adapters.sources.simulation.pictures import accessories, hats, legs, outerwear, shoes, tops
from adapters.sources.simulation.pictures.palette import Palette
from adapters.sources.simulation.pictures.patterns import pattern
from adapters.sources.simulation.pictures.studio import photograph
from adapters.sources.simulation.pictures.textures import texture
from adapters.sources.simulation.pictures.vocabulary import refuse_unknown, shown

__all__ = ["draw", "shown"]

_GARMENTS = {
    **tops.GARMENTS,
    **outerwear.GARMENTS,
    **legs.GARMENTS,
    **shoes.GARMENTS,
    **accessories.GARMENTS,
    **hats.GARMENTS,
}


def draw(look: Look) -> str:
    """Return a complete SVG of 300 x 400 units; equal looks give equal text.

    Every id begins with a hash of the look, so that pictures may be inlined into one page. Errors: `ValueError`, with
    the name of the field, for a word outside of the vocabulary.
    """
    refuse_unknown(look)
    prefix = f"k{crc32(repr(astuple(look)).encode()):08x}"
    palette = Palette.of(look)
    drawing = _GARMENTS[look.garment](look)
    cloth = pattern(look.pattern, palette, drawing.cut / drawing.weave)
    feel = texture(look.texture, palette, prefix)
    return photograph(drawing, palette, cloth, feel, prefix=prefix, label=_label(look))


def _label(look: Look) -> str:
    words = (look.colour, look.pattern, look.texture, look.garment)
    return " ".join(word.replace("_", " ") for word in words if word not in {"solid", "smooth"})
