"""What somebody thinks of the products on a day: taste, weather, money. Position, noise and exposure come later."""

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from adapters.sources.simulation.catalogue import Style, catalogue_of, reduced
from adapters.sources.simulation.garments import AXES, GARMENT_OF, OCCASIONS
from adapters.sources.simulation.hidden import FACETS, WIDTH, Brands, Shoppers
from adapters.sources.simulation.look import GARMENTS, PATTERNS, SILHOUETTES, TEXTURES
from adapters.sources.simulation.season import Season
from adapters.sources.simulation.weather import SALE, Weather, on_day, purse
from adapters.sources.simulation.words import BRANDS

#: Colours that are liked together.
_FAMILIES = (
    *("black grey", "white beige silver", "navy blue turquoise", "brown khaki green"),
    *("yellow gold orange red burgundy", "pink purple"),
)
FAMILY_OF: Mapping[str, int] = {colour: number for number, family in enumerate(_FAMILIES) for colour in family.split()}
#: List price over the usual price of the garment, where the bands of cheap to dear meet.
_BANDS = (0.8, 1.0, 1.25)
_BRAND_NUMBER = {name.lower().replace(" & ", "-").replace(" ", "-"): number for number, name in enumerate(BRANDS)}
_FRESH = 0.4
_WET = ("boots", "coat", "jacket")


@define(eq=False)
class Liking:
    """Knows everything: the catalogue and the shoppers. `codes`: the value of each facet, [products, facets]."""

    season: Season
    styles: Sequence[Style]
    shoppers: Shoppers
    brands: Brands
    weather: Weather
    codes: NDArray[np.int16]
    axis: NDArray[np.int8]
    offset: NDArray[np.float32]
    _features: NDArray[np.float32]
    _fame: NDArray[np.float32]
    _warmth: NDArray[np.float32]
    _wet: NDArray[np.float32]
    _launched: NDArray[np.int32]
    _list: Sequence[int]
    _usual: Sequence[int]
    _prices: dict[int, NDArray[np.int64]] = field(factory=dict)

    @classmethod
    def of(cls, season: Season) -> "Liking":
        styles, brands = catalogue_of(season), Brands.of(season)
        rng = np.random.default_rng([season.seed, 5])
        codes = np.array([_codes(style) for style in styles], np.int16)
        warmth = np.array([GARMENT_OF[style.category_id].warmth for style in styles], np.float32)
        return cls(
            season=season,
            styles=styles,
            shoppers=Shoppers.of(season),
            brands=brands,
            weather=Weather.of(season),
            codes=codes,
            axis=np.array([AXES.index(style.axis) for style in styles], np.int8),
            offset=brands.offset[codes[:, 5]] + rng.normal(0, 0.15, len(styles)).astype(np.float32),
            features=_features(styles, codes),
            fame=rng.normal(0, 0.4, len(styles)).astype(np.float32),
            warmth=warmth,
            wet=np.isin([style.category_id for style in styles], _WET).astype(np.float32),
            launched=np.array([style.launched for style in styles], np.int32),
            list=[style.list_price for style in styles],
            usual=[style.unit_price for style in styles],
        )

    def prices(self, day: float) -> NDArray[np.int64]:
        """Return what each product costs on that day, in cents."""
        group = on_day(self.weather.sale_groups, day)
        if group not in self._prices:
            on_sale = self.codes[:, 0] % 3 == group
            self._prices[group] = np.array(
                [reduced(price, SALE * bool(sale)) for price, sale in zip(self._usual, on_sale, strict=True)], np.int64
            )
        return self._prices[group]

    def appeal(self, shopper: int, day: float) -> NDArray[np.float32]:
        """Return the appeal of each product; a difference of 1 makes a product e times as likely to be chosen."""
        people = self.shoppers
        taste = people.taste[shopper] + np.float32(day / self.season.days) * people.drifts[shopper]
        suits = np.abs(self._warmth - on_day(self.weather.warmth, day)) * (self._warmth > 0)
        dear = np.log(self.prices(day) / (people.budget[shopper] * purse(day))).astype(np.float32)
        score = self._features @ taste + self._fame - np.float32(0.4) * suits
        score -= people.thrift[shopper] * np.maximum(dear, 0)
        if on_day(self.weather.rain, day):
            score += np.float32(0.5) * self._wet
        age = np.float32(day) - self._launched
        fresh: NDArray[np.float32] = score + np.float32(_FRESH) * ((self._launched > 0) & (age >= 0) & (age < 14))
        return fresh.astype(np.float32)

    def colour_taste(self, shopper: int, product: int) -> NDArray[np.float32]:
        """Return how much each colourway of a product is liked."""
        start = sum(count for count, _ in list(FACETS.values())[:3])
        wanted = self.shoppers.taste[shopper, start : start + FACETS["colour"][0]]
        return np.array([wanted[FAMILY_OF[one.colour]] for one in self.styles[product].colourways], np.float32)

    def misfit(self, shopper: int, product: int, label: float) -> float:
        """Return by how many steps label number `label` of a product is too large; below 0 it is too small."""
        return float(label + self.offset[product] - self.shoppers.body[shopper, self.axis[product]])


def _codes(style: Style) -> tuple[int, ...]:
    """The number of each facet's value, in the order of `FACETS`."""
    look = style.colourways[0].look
    lowest, highest = GARMENT_OF[style.category_id].price
    band = sum(style.list_price / 100 > limit * (lowest * highest) ** 0.5 for limit in _BANDS)
    return (
        GARMENTS.index(style.category_id),
        SILHOUETTES.index(look.silhouette),
        PATTERNS.index(look.pattern),
        FAMILY_OF[look.colour],
        band,
        _BRAND_NUMBER[style.brand_id],
        TEXTURES.index(look.texture),
        OCCASIONS.index(style.attributes["occasion"]),
    )


def _features(styles: Sequence[Style], codes: NDArray[np.int16]) -> NDArray[np.float32]:
    """One-hot facets; of the colours, each family has the share of its colourways. [products, WIDTH]."""
    table = np.zeros((len(styles), WIDTH), np.float32)
    start, rows = 0, np.arange(len(styles))
    for column, (facet, (count, _)) in enumerate(FACETS.items()):
        if facet == "colour":
            for row, style in enumerate(styles):
                for one in style.colourways:
                    table[row, start + FAMILY_OF[one.colour]] += 1 / len(style.colourways)
        else:
            table[rows, start + codes[:, column]] = 1
        start += count
    return table
