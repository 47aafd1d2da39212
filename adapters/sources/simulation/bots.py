"""Machines that read product pages, one after the other, at the pace of a clock."""

import numpy as np

from adapters.sources.simulation.diary import WEB, money
from adapters.sources.simulation.floor import Floor
from adapters.sources.simulation.plan import BOT_VIEWS
from adapters.sources.simulation.season import DAY_MS

COOKIES = ("ck-bot-1", "ck-bot-2", "ck-bot-3", "ck-bot-4", "ck-bot-5")


def crawl(floor: Floor, at: int) -> int:
    """Open products in the order of the catalogue, from anywhere in it; return how many."""
    dice, day = floor.dice, at // DAY_MS
    on_sale = np.flatnonzero(floor.shelf.on_sale(day))
    cookie, pace, start = dice.pick(COOKIES), int(dice.within(600, 1400)), int(dice.roll() * len(on_sale))
    prices = floor.liking.prices(day)
    products = np.roll(on_sale, -start)[:BOT_VIEWS].tolist()
    for place, product in enumerate(products):
        style = floor.liking.styles[product]
        properties = {
            "product_id": style.product_id,
            "variant_id": style.colourways[0].variants[0].variant_id,
            "category_id": style.category_id,
            "brand_id": style.brand_id,
            "unit_price": money(int(prices[product])),
            "currency": "EUR",
        }
        rest = {"anonymous_id": cookie, "context": {"device_type": "desktop"}, "properties": properties}
        floor.diary.write(at + place * pace, WEB, "product_viewed", rest)
        floor.shelf.views[product] += 1
    return len(products)
