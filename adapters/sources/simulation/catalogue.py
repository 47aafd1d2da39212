"""The styles of the shop: what anybody may know of them. The same season gives the same catalogue."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import exp

from attrs import frozen

from adapters.sources.simulation.dice import Dice
from adapters.sources.simulation.garments import GARMENT_OF, SIZES, Garment
from adapters.sources.simulation.look import COLOURS, GARMENTS, PATTERNS, Look
from adapters.sources.simulation.season import Season
from adapters.sources.simulation.words import BRANDS, CARE, FOR_OCCASION, SPOKEN

#: How many colourways a style has, by weight.
_COLOURWAYS = (1, 1, 1, 2, 2, 2, 2, 3, 3, 4)
#: Colours of which a shop buys more.
_STAPLES = ("black", "white", "navy", "grey", "beige", "blue", "black", "navy")
_PLAIN_ONLY = frozenset(["jeans", "sneakers", "boots"])
_LAUNCHED = 0.07
_REDUCED = 0.25


@frozen
class Variant:
    variant_id: str
    size_label: str


@frozen
class Colourway:
    colourway_id: str
    colour: str
    look: Look
    variants: tuple[Variant, ...]


@frozen
class Style:
    """Prices in minor units of EUR. `launched`: number of the day from which the shop sells it, 0 is from the start.

    `attributes` name only facets that fit the garment; a `Look` always has all of them.
    """

    product_id: str
    title: str
    brand_id: str
    category_id: str
    description: str
    list_price: int
    unit_price: int
    attributes: Mapping[str, str]
    colourways: tuple[Colourway, ...]
    launched: int

    @property
    def axis(self) -> str:
        return GARMENT_OF[self.category_id].axis

    @property
    def sizes(self) -> tuple[str, ...]:
        return SIZES[self.axis]


def catalogue_of(season: Season) -> Sequence[Style]:
    dice = Dice.of(season.seed, 1)
    houses = [_House.of(name, dice) for name in BRANDS]
    return tuple(_style(number, dice.pick(houses), season, dice) for number in range(1, season.products + 1))


@frozen
class _House:
    """What a brand makes: a price level, and weights of the garments and patterns that it prefers."""

    name: str
    level: float
    garments: Mapping[str, float]
    patterns: Mapping[str, float]

    @classmethod
    def of(cls, name: str, dice: Dice) -> "_House":
        return cls(
            name,
            dice.around(1.0, 0.28),
            {one: GARMENT_OF[one].share * exp(0.8 * dice.bell()) for one in GARMENTS},
            {one: (4.0 if one == "solid" else 1.0) * exp(0.7 * dice.bell()) for one in PATTERNS},
        )

    @property
    def brand_id(self) -> str:
        return self.name.lower().replace(" & ", "-").replace(" ", "-")


def _style(number: int, house: _House, season: Season, dice: Dice) -> Style:
    category = _weighted(house.garments, dice)
    garment = GARMENT_OF[category]
    facets = {
        "silhouette": dice.pick(garment.silhouettes),
        "neckline": dice.pick(garment.necklines) if garment.necklines else "",
        "sleeve": dice.pick(garment.sleeves) if garment.sleeves else "",
        "length": dice.pick(garment.lengths) if garment.lengths else "",
        "pattern": "solid" if category in _PLAIN_ONLY else _weighted(house.patterns, dice),
        "texture": dice.pick(garment.textures),
        "occasion": dice.pick(garment.occasions),
    }
    noun = dice.pick(garment.nouns)
    title = _title(facets, noun)
    list_price = _price(garment, house.level, dice)
    reduction = dice.pick((0.1, 0.2, 0.2, 0.3, 0.4)) if dice.chance(_REDUCED) else 0.0
    late = dice.chance(_LAUNCHED)
    return Style(
        product_id=(product_id := f"st-{number:04d}"),
        title=title,
        brand_id=house.brand_id,
        category_id=category,
        description=f"{title} by {house.name}. {FOR_OCCASION[facets['occasion']]}. {dice.pick(CARE)}",
        list_price=list_price,
        unit_price=reduced(list_price, reduction),
        attributes={name: value for name, value in facets.items() if value} | {"warmth": str(garment.warmth)},
        colourways=_colourways(product_id, category, garment, facets, dice),
        launched=int(season.days * dice.within(0.1, 0.8)) if late else 0,
    )


def _colourways(
    product_id: str, category: str, garment: Garment, facets: Mapping[str, str], dice: Dice
) -> tuple[Colourway, ...]:
    wanted = dice.pick(_COLOURWAYS)
    colours: dict[str, None] = {}
    while len(colours) < wanted:
        colours[dice.pick(_STAPLES) if dice.chance(0.4) else dice.pick(tuple(COLOURS))] = None
    return tuple(
        Colourway(
            f"{product_id}-{colour}",
            colour,
            Look(
                garment=category,
                silhouette=facets["silhouette"],
                neckline=facets["neckline"] or "round",
                sleeve=facets["sleeve"] or "long",
                length=facets["length"] or "hip",
                pattern=facets["pattern"],
                texture=facets["texture"],
                colour=colour,
                second=dice.pick([other for other in COLOURS if other != colour]),
            ),
            tuple(
                Variant(f"{product_id}-{colour}-{label.lower().replace(' ', '-')}", label)
                for label in SIZES[garment.axis]
            ),
        )
        for colour in colours
    )


def _title(facets: Mapping[str, str], noun: str) -> str:
    """Say what is worth saying, at most three words before the noun: "Ribbed turtleneck jumper"."""
    spoken = [SPOKEN.get(facets[name], "") for name in ("texture", "pattern", "silhouette", "neckline", "length")]
    words = [word for word in spoken if word and not (noun == "jeans" and word == "denim")][:3]
    if not words and facets["sleeve"]:
        words = [word for word in [SPOKEN[facets["sleeve"]]] if word]
    title = " ".join([*(words or ["plain"]), noun])
    return title[0].upper() + title[1:]


def _price(garment: Garment, level: float, dice: Dice) -> int:
    """A list price that ends in 90 cents, around the middle of the garment's range."""
    lowest, highest = garment.price
    euros = (lowest * highest) ** 0.5 * level * dice.around(1.0, 0.22)
    return int(max(5, round(euros)) * 100 - 10)


def reduced(price: int, share: float) -> int:
    """Return the price less a share of it, in whole tens of cents."""
    return round(price * (1 - share) / 10) * 10


def _weighted(weights: Mapping[str, float], dice: Dice) -> str:
    reached = list(accumulate(weights.values()))
    return tuple(weights)[min(bisect(reached, dice.roll() * reached[-1]), len(weights) - 1)]
