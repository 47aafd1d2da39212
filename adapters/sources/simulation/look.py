"""What a product looks like, in the words of our vocabulary (`domain.md` §7.1): a picture is drawn from it alone."""

from attrs import frozen

#: Names of garments; a product's category is one of them.
GARMENTS = (
    *("dress", "skirt", "tshirt", "shirt", "blouse", "knitwear", "hoodie", "blazer", "jacket", "coat"),
    *("trousers", "jeans", "shorts", "sneakers", "boots", "bag", "scarf", "hat"),
)
SILHOUETTES = ("straight", "a_line", "fit_flare", "oversized", "tailored", "wrap")
NECKLINES = ("round", "v", "boat", "turtle", "square", "collar")
SLEEVES = ("sleeveless", "cap", "short", "three_quarter", "long")
LENGTHS = ("crop", "hip", "mini", "knee", "midi", "maxi")
PATTERNS = ("solid", "stripe", "check", "dot", "floral", "animal", "geometric", "colour_block")
TEXTURES = ("smooth", "ribbed", "cable", "denim", "corduroy", "satin", "lace", "quilted")
#: The 18 anchors of `domain.md` §7.2 as sRGB.
COLOURS = {
    "black": "#1c1b1b", "white": "#f7f6f3", "grey": "#8b8b8b", "silver": "#c4c6c8", "beige": "#d2c4a5",
    "brown": "#70493c", "navy": "#1f2d4f", "blue": "#3a6fb8", "turquoise": "#3ba7a0", "green": "#3f7f45",
    "khaki": "#7a744b", "yellow": "#eacb4a", "gold": "#c9a227", "orange": "#e07b39", "red": "#c1342c",
    "burgundy": "#6b1f34", "pink": "#e59aae", "purple": "#7a4b99",
}  # fmt: skip


@frozen
class Look:
    """One colourway of a product. `second` is the colour of a pattern, or of the other block."""

    garment: str
    silhouette: str
    neckline: str
    sleeve: str
    length: str
    pattern: str
    texture: str
    colour: str
    second: str
