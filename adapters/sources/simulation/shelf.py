"""What the shop has, asks and shows: stock, prices, and the slates of its old recommender."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from adapters.sources.simulation.catalogue import Style
from adapters.sources.simulation.diary import CATALOGUE, Diary, money
from adapters.sources.simulation.dice import Dice
from adapters.sources.simulation.liking import Liking
from adapters.sources.simulation.season import DAY_MS, Season

SLOTS = 12
POLICY = "legacy-1"
_RUNS_OUT = 0.065
_SIZE_MISSING = 0.07
_NEVER = 2**31 - 1
_NEWNESS, _NOISE = 1.2, 0.8


@define(eq=False)
class Shelf:
    """`pieces`: stock of each product, [colourways, sizes]. `views`: the popularity that the old recommender counts."""

    season: Season
    liking: Liking
    dice: Dice
    pieces: list[NDArray[np.int32]]
    launched: NDArray[np.int32]
    gone: NDArray[np.int32]
    views: NDArray[np.float32]
    _by_category: Mapping[int, NDArray[np.intp]]
    _sold_out: set[int] = field(factory=set)

    @classmethod
    def of(cls, liking: Liking) -> "Shelf":
        season, styles = liking.season, liking.styles
        dice = Dice.of(season.seed, 7)
        rng, count = dice.rng, len(styles)
        last = rng.integers(season.days // 3, season.days, count)
        shapes = [(len(style.colourways), len(style.sizes)) for style in styles]
        launched = np.array([style.launched for style in styles], np.int32)
        runs_out = (rng.random(count) < _RUNS_OUT) & (last > launched)
        return cls(
            season=season,
            liking=liking,
            dice=dice,
            pieces=[
                (rng.integers(2, 14, shape) * (rng.random(shape) >= _SIZE_MISSING)).astype(np.int32) for shape in shapes
            ],
            launched=launched,
            gone=np.where(runs_out, last, _NEVER).astype(np.int32),
            views=np.exp(1 + 0.4 * rng.standard_normal(count)).astype(np.float32),
            by_category={int(one): np.flatnonzero(liking.codes[:, 0] == one) for one in set(liking.codes[:, 0])},
        )

    def on_sale(self, day: int) -> NDArray[np.bool_]:
        """Return which products can be bought on that day."""
        return (self.launched <= day) & (day < self.gone)

    def take(self, product: int, colourway: int, size: int) -> None:
        """Sell a piece; the last of a variant may be sold twice, as it happens in shops."""
        left = max(0, int(self.pieces[product][colourway, size]) - 1)
        self.pieces[product][colourway, size] = left
        if not left:
            self._sold_out.add(product)

    def stocked(self, product: int, colourway: int, size: int) -> bool:
        return 0 <= size < self.pieces[product].shape[1] and bool(self.pieces[product][colourway, size] > 0)

    def slate(self, day: int, category: int | None, without: int | None) -> list[int]:
        """Rank by popularity and newness with noise, for everybody alike; of one category for "similar"."""
        places = np.arange(len(self.views)) if category is None else self._by_category[category]
        places = places[self.on_sale(day)[places] & (places != (-1 if without is None else without))]
        score = np.log1p(self.views[places])
        score += _NEWNESS * ((self.launched[places] > 0) & (day - self.launched[places] < 14))
        noise = _NOISE * self.dice.rng.gumbel(size=len(places))
        ranked: list[int] = places[np.argsort(-(score + noise), kind="stable")[:SLOTS]].tolist()
        return ranked

    def open(self, diary: Diary) -> None:
        """Announce the catalogue and count it; what is launched or runs out later is announced for its day."""
        later = []
        for number, style in enumerate(self.liking.styles):
            if style.launched:
                later.append(number)
            else:
                self._list(diary, number, 0)
        for number in later:
            self._list(diary, number, int(self.launched[number]) * DAY_MS)
        for number in np.flatnonzero(self.gone < self.season.days).tolist():
            self._count(diary, number, int(self.gone[number]) * DAY_MS, empty=True)

    def recount(self, diary: Diary, day: int) -> None:
        """Count again the products of which a variant was sold out since the last count."""
        for number in sorted(self._sold_out):
            if day < self.gone[number]:
                self._count(diary, number, day * DAY_MS)
        self._sold_out.clear()

    def _list(self, diary: Diary, number: int, at: int) -> None:
        diary.write(at, CATALOGUE, "product_listed", {"properties": listed(self.liking.styles[number])})
        self._count(diary, number, at)

    def _count(self, diary: Diary, number: int, at: int, *, empty: bool = False) -> None:
        style = self.liking.styles[number]
        levels = [
            {"variant_id": variant.variant_id, "quantity": 0 if empty else int(pieces)}
            for one, row in zip(style.colourways, self.pieces[number], strict=True)
            for variant, pieces in zip(one.variants, row, strict=True)
        ]
        properties = {"product_id": style.product_id, "levels": levels}
        diary.write(at, CATALOGUE, "stock_counted", {"properties": properties})


def listed(style: Style) -> Mapping[str, Any]:
    """Return what `product_listed` says of a style."""
    colourways: Sequence[Mapping[str, Any]] = [
        {
            "colourway_id": one.colourway_id,
            "colour": one.colour,
            "image_url": f"/pictures/{one.colourway_id}.svg",
            "variants": [{"variant_id": each.variant_id, "size_label": each.size_label} for each in one.variants],
        }
        for one in style.colourways
    ]
    return {
        "product_id": style.product_id,
        "title": style.title,
        "brand_id": style.brand_id,
        "category_id": style.category_id,
        "description": style.description,
        "currency": "EUR",
        "list_price": money(style.list_price),
        "unit_price": money(style.unit_price),
        "attributes": style.attributes,
        "colourways": colourways,
    }
