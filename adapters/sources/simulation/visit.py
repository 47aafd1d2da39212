"""One visit: she looks at slates, browses for what she has in mind, and perhaps buys. All in order of her time."""

from collections.abc import Iterable, Mapping
from math import exp
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from adapters.sources.simulation.carriers import Carrier
from adapters.sources.simulation.diary import APP, WEB, money
from adapters.sources.simulation.floor import Floor
from adapters.sources.simulation.programs import REFERRERS
from adapters.sources.simulation.season import DAY_MS
from adapters.sources.simulation.shelf import POLICY

#: Most products of one visit.
MOST_SEEN = 24
#: How likely one who saw a slot is to look at the next, by device: content plays no part.
KEEPS_SCROLLING: Mapping[str, float] = {"mobile": 0.76, "tablet": 0.84, "desktop": 0.9, "kiosk": 0.84}
_BY_MISTAKE: Mapping[str, float] = {"mobile": 0.02, "tablet": 0.012, "desktop": 0.006, "kiosk": 0.03}
_MOST_CLICKS = 3
#: A tap that the device tells twice, and a visit that comes from another site.
_TAPPED_TWICE, _REFERRED = 0.012, 0.65
_SECOND = 1000


@define(eq=False)
class Visit:
    """`likes`: appeal of each product now; `keen`: the same in deviations from her mean over the products on sale.

    `seen`: products opened in this visit, each with the number of the colourway that she looked at.
    """

    floor: Floor
    shopper: int
    at: int
    carrier: Carrier
    likes: NDArray[np.float32]
    keen: NDArray[np.float32]
    anchor: int
    seen: dict[int, int] = field(factory=dict)
    mistakes: set[int] = field(factory=set)
    account: str | None = None
    _arrived: bool = False

    @property
    def day(self) -> int:
        return self.at // DAY_MS

    def look_around(self) -> None:
        """Spend the visit up to the point of buying."""
        dice = self.floor.dice
        if dice.chance(0.52):
            self._slate("home")
        if dice.chance(0.2):
            self._search()
        for product in self._browse():
            if len(self.seen) < MOST_SEEN:
                self.open(product)
                if dice.chance(0.095):
                    self._slate("similar", product)

    def open(self, product: int, source: Mapping[str, Any] | None = None, *, mistake: bool = False) -> None:
        """Open the page of a product; `source` is the slate that led to it."""
        floor, dice = self.floor, self.floor.dice
        if product not in self.seen:
            self.seen[product] = dice.softly(floor.liking.colour_taste(self.shopper, product))[0]
        style = floor.liking.styles[product]
        sizes = style.colourways[self.seen[product]].variants
        floor.pages += 1
        page = f"page-{floor.pages:06d}"
        shown = self.about(product) | {"variant_id": sizes[len(sizes) // 2].variant_id, "page_view_id": page}
        self.say("product_viewed", shown | (dict(source) if source else {}))
        floor.shelf.views[product] += 1
        dwell = dice.within(300, 1800) if mistake else dice.around(9000 * exp(0.3 * float(self.keen[product])), 0.8)
        dwell = min(dwell, 110_000 if self.carrier.kiosk else 600_000)
        if mistake or dice.chance(0.3):
            self.wait(dwell)
            self.say("page_engaged", {"page_view_id": page, "engaged_ms": int(dwell)})
            self.wait(dice.within(500, 3000))
        else:
            self.wait(dwell + dice.within(2000, 6000))
        if mistake:
            self.mistakes.add(product)
        elif dice.chance(0.012 + 0.02 * max(0.0, float(self.keen[product]) - 1)):
            floor.minds.remembered[self.shopper] = product
            self.say("product_added_to_wishlist", self.about(product) | {"origin": "pdp"})

    def about(self, product: int) -> dict[str, Any]:
        """Return what every event about a product says of it."""
        style = self.floor.liking.styles[product]
        return {
            "product_id": style.product_id,
            "category_id": style.category_id,
            "brand_id": style.brand_id,
            "colour": style.colourways[self.seen.get(product, 0)].colour,
            "unit_price": money(int(self.floor.liking.prices(self.day)[product])),
            "list_price": money(style.list_price),
            "currency": "EUR",
        }

    def say(self, event: str, properties: Mapping[str, Any], names: Mapping[str, str] | None = None) -> None:
        """Write an event of this visit; `names` are further identifiers that it carries."""
        carrier = self.carrier
        rest: dict[str, Any] = {**carrier.identifiers, **(names or {})}
        if self.account and carrier.source == APP:
            rest["user_id"] = self.account
        if carrier.channel:
            rest["channel"] = carrier.channel
        rest["context"] = self._context()
        rest["properties"] = properties
        self.floor.diary.write(self.at, carrier.source, event, rest)

    def _context(self) -> Mapping[str, str]:
        context = {"device_type": self.carrier.device_type, "user_agent": self.carrier.user_agent}
        if not self._arrived and self.carrier.source == WEB and self.floor.slips.chance(_REFERRED):
            context["referrer"] = self.floor.slips.pick(REFERRERS)
        self._arrived = True
        return context

    def wait(self, milliseconds: float) -> None:
        self.at += max(1, int(milliseconds))

    def _browse(self) -> Iterable[int]:
        """Choose from search and category pages: like the anchor, by appeal, hardly by popularity."""
        floor, dice = self.floor, self.floor.dice
        codes = floor.liking.codes
        alike = (codes[:, 1:6] == codes[self.anchor, 1:6]).sum(axis=1)
        views = floor.shelf.views
        score = 1.15 * self.likes + 0.55 * alike + 2.6 * (codes[:, 0] == codes[self.anchor, 0]) + 0.2 * np.log1p(views)
        score[~floor.shelf.on_sale(self.day)] = -np.inf
        count = 1 + min(int(dice.around(2.4, 0.65)), MOST_SEEN // 2)
        chosen = dice.softly(score, count)
        dice.rng.shuffle(chosen)
        again = floor.minds.remembered.get(self.shopper)
        if again is not None and floor.shelf.on_sale(self.day)[again] and dice.chance(0.45):
            chosen.insert(int(dice.roll() * (len(chosen) + 1)), again)
        return chosen

    def _search(self) -> None:
        style = self.floor.liking.styles[self.anchor]
        words = [self.floor.dice.pick(style.colourways).colour] if self.floor.dice.chance(0.4) else []
        query = " ".join([*words, style.title.split()[-1].lower()])
        self.say("products_searched", {"query_text": query, "result_count": 24 + len(query)})
        self.wait(self.floor.dice.around(9 * _SECOND, 0.5))

    def _slate(self, surface: str, product: int | None = None) -> None:
        """See a slate of the old recommender as far as she scrolls, and click on what appeals within that."""
        floor, dice = self.floor, self.floor.dice
        category = None if product is None else int(floor.liking.codes[product, 0])
        shown = floor.shelf.slate(self.day, category, product)
        if not shown:
            return
        depth, keeps_on = 1, KEEPS_SCROLLING[self.carrier.device_type]
        while depth < len(shown) and dice.chance(keeps_on):
            depth += 1
        viewable = [int(dice.around(1500, 0.6)) + 100 if place < depth else 0 for place in range(len(shown))]
        floor.slates += 1
        source: dict[str, Any] = {"slate_id": f"legacy-{floor.slates}"}
        items = [
            {"product_id": floor.liking.styles[one].product_id, "position": place, "viewable_ms": seen_for}
            for place, (one, seen_for) in enumerate(zip(shown, viewable, strict=True), start=1)
        ]
        slate = source | {"surface": surface, "policy_version": POLICY, "items": items}
        self.say("slate_viewed", slate)
        self.wait(dice.around(4 * _SECOND, 0.4))
        clicks = 0
        for position, one in enumerate(shown[:depth], start=1):
            wants = dice.chance(0.45 / (1 + exp(1.9 - 1.5 * float(self.keen[one]))))
            slips = dice.chance(_BY_MISTAKE[self.carrier.device_type])
            if (wants or slips) and clicks < _MOST_CLICKS and len(self.seen) < MOST_SEEN:
                clicks += 1
                led_here = source | {"position": position}
                click = self.about(one) | led_here | {"surface": surface}
                self.say("product_clicked", click)
                if self.floor.slips.chance(_TAPPED_TWICE):
                    self.wait(self.floor.slips.within(60, 400))
                    self.say("product_clicked", click)
                self.wait(dice.within(200, 900))
                self.open(one, led_here, mistake=not wants)
