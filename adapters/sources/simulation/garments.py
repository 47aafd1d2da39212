"""What there is of each garment: the words that fit it, its sizes, its prices, and how warm it keeps."""

from collections.abc import Mapping

from attrs import frozen

AXES = ("alpha", "waist", "shoe", "one")
SIZES: Mapping[str, tuple[str, ...]] = {
    "alpha": ("XS", "S", "M", "L", "XL"),
    "waist": ("26", "28", "30", "32", "34", "36"),
    "shoe": tuple(str(size) for size in range(36, 47)),
    "one": ("One size",),
}
OCCASIONS = ("everyday", "work", "party", "sport", "outdoor")


@frozen
class Garment:
    """Facets that are empty do not fit the garment. `price`: lowest and highest usual list price in euros.

    `warmth`: 1 for a hot day to 5 for frost, 0 where the weather does not matter. `share`: weight in the catalogue.
    """

    nouns: tuple[str, ...]
    axis: str
    price: tuple[int, int]
    warmth: int
    share: float
    silhouettes: tuple[str, ...]
    necklines: tuple[str, ...]
    sleeves: tuple[str, ...]
    lengths: tuple[str, ...]
    textures: tuple[str, ...]
    occasions: tuple[str, ...]


def _garment(nouns: str, axis: str, price: tuple[int, int], warmth: int, share: float, *facets: str) -> Garment:
    """`facets`: words of silhouettes, necklines, sleeves, lengths, textures and occasions, each split by blanks."""
    silhouettes, necklines, sleeves, lengths, textures, occasions = (tuple(words.split()) for words in facets)
    return Garment(
        tuple(nouns.split(",")),
        axis,
        price,
        warmth,
        share,
        silhouettes=silhouettes,
        necklines=necklines,
        sleeves=sleeves,
        lengths=lengths,
        textures=textures,
        occasions=occasions,
    )


_SLEEVES = "sleeveless cap short three_quarter long"
GARMENT_OF: Mapping[str, Garment] = {
    "dress": _garment(
        *("dress", "alpha", (40, 140), 2, 10, "straight a_line fit_flare tailored wrap oversized"),
        *("round v boat square collar", _SLEEVES, "mini knee midi maxi", "smooth satin lace ribbed corduroy"),
        "everyday work party",
    ),
    "skirt": _garment(
        *("skirt", "alpha", (30, 90), 2, 6, "straight a_line fit_flare wrap tailored", "", "", "mini knee midi maxi"),
        *("smooth satin denim corduroy lace", "everyday work party"),
    ),
    "tshirt": _garment(
        *("T-shirt,tee", "alpha", (12, 40), 1, 9, "straight oversized tailored", "round v boat", "cap short long"),
        *("crop hip", "smooth ribbed", "everyday sport"),
    ),
    "shirt": _garment(
        *("shirt,button-down shirt", "alpha", (30, 90), 2, 7, "straight oversized tailored", "collar"),
        *("short three_quarter long", "hip", "smooth denim corduroy", "everyday work"),
    ),
    "blouse": _garment(
        *("blouse", "alpha", (30, 95), 2, 6, "straight wrap oversized tailored", "round v boat square collar"),
        *("sleeveless short three_quarter long", "crop hip", "smooth satin lace", "work party everyday"),
    ),
    "knitwear": _garment(
        *("jumper,cardigan", "alpha", (40, 140), 4, 9, "straight oversized wrap tailored", "round v turtle boat"),
        *("short three_quarter long", "crop hip", "ribbed cable smooth", "everyday work outdoor"),
    ),
    "hoodie": _garment(
        *("hoodie,hooded sweatshirt", "alpha", (35, 90), 3, 5, "straight oversized", "round", "short long"),
        *("crop hip", "smooth ribbed", "everyday sport"),
    ),
    "blazer": _garment(
        *("blazer", "alpha", (80, 220), 3, 4, "straight oversized tailored", "collar", "three_quarter long"),
        *("crop hip", "smooth corduroy satin", "work party"),
    ),
    "jacket": _garment(
        *("jacket,bomber jacket", "alpha", (60, 190), 4, 6, "straight oversized tailored", "round collar", "long"),
        *("crop hip", "smooth quilted denim corduroy", "everyday outdoor sport"),
    ),
    "coat": _garment(
        *("coat,overcoat", "alpha", (110, 320), 5, 5, "straight oversized tailored wrap a_line", "round collar"),
        *("long", "knee midi maxi", "smooth quilted", "work outdoor everyday"),
    ),
    "trousers": _garment(
        *("trousers,chinos", "waist", (40, 120), 3, 7, "straight oversized tailored", "", "", "crop maxi"),
        *("smooth corduroy satin", "work everyday"),
    ),
    "jeans": _garment(
        *("jeans", "waist", (50, 140), 3, 7, "straight oversized tailored", "", "", "crop maxi"),
        *("denim", "everyday"),
    ),
    "shorts": _garment(
        *("shorts", "waist", (20, 65), 1, 4, "straight oversized tailored", "", "", "mini knee"),
        *("smooth denim corduroy", "everyday sport outdoor"),
    ),
    "sneakers": _garment(
        *("sneakers,trainers", "shoe", (50, 150), 0, 6, "straight oversized", "", "", "", "smooth quilted"),
        "everyday sport",
    ),
    "boots": _garment(
        *("boots,ankle boots", "shoe", (80, 220), 4, 4, "straight tailored", "", "", "crop knee", "smooth quilted"),
        "everyday work outdoor",
    ),
    "bag": _garment(
        *("bag,tote,shoulder bag", "one", (30, 180), 0, 4, "straight oversized", "", "", "", "smooth quilted satin"),
        "everyday work party",
    ),
    "scarf": _garment(
        *("scarf", "one", (15, 70), 5, 3, "straight oversized", "", "", "", "ribbed cable smooth satin"),
        "everyday outdoor",
    ),
    "hat": _garment(
        *("hat,beanie", "one", (15, 50), 4, 3, "straight oversized", "", "", "", "ribbed cable smooth corduroy"),
        "everyday outdoor",
    ),
}
