"""What the catalogue and the people of the shop say: invented brands, adjectives, comments on returns."""

from collections.abc import Mapping

BRANDS = (
    *("Aldermoor", "Birchlane", "Calluna & Co", "Dovetail Lane", "Eastwick Mill", "Fennelby", "Gorsefield", "Hollin"),
    *("Inkwell Row", "Junipa", "Kestrelle", "Larkhaven", "Mossgrove", "Nettlefold", "Orrinshaw", "Pebblecote"),
    *("Quillon", "Rushmere", "Saltmarsh", "Tansy & Thyme", "Umberley", "Velloway", "Wrenfield", "Yarrowby"),
    *("Zephyrine", "Amberling", "Brackenwood", "Cinderpath", "Driftholm", "Elmsworth", "Foxglen", "Gullhaven"),
    *("Heronsea", "Ivorlane", "Jasperel", "Knotwood", "Lintell", "Maribelle Road", "Northloom", "Oakentide"),
)
#: Words of the vocabulary as a title says them; empty is not worth saying.
SPOKEN: Mapping[str, str] = {
    "stripe": "striped", "check": "checked", "dot": "polka-dot", "floral": "floral", "animal": "animal-print",
    "geometric": "geometric", "colour_block": "colour-block", "solid": "", "smooth": "", "denim": "denim",
    "ribbed": "ribbed", "cable": "cable-knit", "corduroy": "corduroy", "satin": "satin", "lace": "lace",
    "quilted": "quilted", "straight": "", "a_line": "A-line", "fit_flare": "fit-and-flare", "wrap": "wrap",
    "oversized": "oversized", "tailored": "tailored", "round": "", "v": "V-neck", "boat": "boat-neck",
    "turtle": "turtleneck", "square": "square-neck", "collar": "", "mini": "mini", "knee": "knee-length",
    "midi": "midi", "maxi": "maxi", "crop": "cropped", "hip": "", "sleeveless": "sleeveless", "long": "",
    "cap": "cap-sleeved", "short": "", "three_quarter": "three-quarter sleeve",
}  # fmt: skip
FOR_OCCASION: Mapping[str, str] = {
    "everyday": "Easy to wear on any day",
    "work": "Neat enough for the office",
    "party": "Made for evenings out",
    "sport": "Moves with you",
    "outdoor": "Ready for long walks",
}
CARE = (
    "Machine wash at 30 degrees.",
    "Wash inside out with similar colours.",
    "Hand wash cold, dry flat.",
    "Wipe clean with a damp cloth.",
)

#: What a shopper writes beside a reason code, in the direction of the code.
COMMENTS: Mapping[str, tuple[str, ...]] = {
    "too-small": (
        "Far too tight, I could not close it.",
        "Comes up small, I usually take this size.",
        "Lovely, but a size too small for me.",
        "Not too big at all, rather too tight.",
        "I would need one size up.",
    ),
    "too-big": (
        "Much wider than expected.",
        "Comes up large, I am swimming in it.",
        "A size too big, sadly.",
        "Not too small as others wrote, it is huge on me.",
        "I would need one size down.",
    ),
    "waist-too-tight": ("The waist pinches when I sit.", "Tight around the waist, legs are fine."),
    "waist-too-loose": ("The waist gapes at the back.", "Too loose at the waist, needs a belt."),
    "style": ("It just is not me.", "Looked better in the picture than on me.", "Not my style after all."),
    "shape": ("The cut does nothing for me.", "I do not like how it hangs."),
    "pattern": ("The pattern is louder than I thought.", "The print is not for me."),
    "color": (
        "The colour does not suit me.",
        "I hoped for a warmer shade.",
        "The colour is duller than on the screen.",
    ),
    "fabric": ("The fabric feels scratchy.", "Thinner material than I expected."),
    "not-as-described": ("Not what the description says.", "The picture shows a different length."),
    "changed-my-mind": (
        "I do not need it any more.",
        "Bought something else in the meantime.",
        "Changed my mind, sorry.",
    ),
    "quality": ("A seam came open on the first day.", "Loose threads everywhere.", "It looks worn already."),
    "ordered-multiple": ("Ordered two sizes and kept the other.", "Sending back the size that did not fit."),
}
