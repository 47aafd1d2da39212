"""Machines that come to the shop: some say what they are, some pretend to be a browser. None of them reads a page.

`KINDS`, by the beginning of the cookie: what a visitor really is. It is part of the truth: see `truth`.
"""

from collections.abc import Callable, Mapping

import numpy as np
from attrs import frozen

from adapters.sources.simulation.diary import WEB, money
from adapters.sources.simulation.floor import Floor
from adapters.sources.simulation.programs import BROWSERS, DECLARED
from adapters.sources.simulation.season import DAY_MS

#: Most products of one visit by a machine.
MOST_MET = 48


@frozen
class Machine:
    """One machine on one visit, under a cookie that it never shows again."""

    floor: Floor
    cookie: str
    user_agent: str

    def says(self, at: int, event: str, properties: Mapping[str, object]) -> None:
        context = {"device_type": "desktop", "user_agent": self.user_agent}
        self.floor.diary.write(
            at, WEB, event, {"anonymous_id": self.cookie, "context": context, "properties": properties}
        )

    def views(self, at: int, product: int) -> None:
        self.says(at, "product_viewed", about(self.floor, product, at // DAY_MS))
        self.floor.shelf.views[product] += 1


def about(floor: Floor, product: int, day: int) -> Mapping[str, object]:
    """Return what a page says of a product."""
    style = floor.liking.styles[product]
    return {
        "product_id": style.product_id,
        "variant_id": style.colourways[0].variants[0].variant_id,
        "category_id": style.category_id,
        "brand_id": style.brand_id,
        "unit_price": money(int(floor.liking.prices(day)[product])),
        "currency": "EUR",
    }


def crawls(machine: Machine, at: int) -> int:
    """Says what it is, and reads on in the order of the catalogue, at whatever pace."""
    dice = machine.floor.machines
    products = _in_order(machine.floor, at, int(dice.within(8, 40)))
    for product in products:
        machine.views(at, product)
        at += int(dice.around(2500, 0.7)) + 1
    return len(products)


def scrapes(machine: Machine, at: int) -> int:
    """Pretends to be a browser, and reads on at the pace of a clock: as fast as its server lets it."""
    dice = machine.floor.machines
    pace = dice.within(600, 2400)
    products = _in_order(machine.floor, at, int(dice.within(30, MOST_MET)))
    for product in products:
        machine.views(at, product)
        at += int(pace * (1 + 0.02 * dice.bell()))
    return len(products)


def rotates(machine: Machine, at: int) -> int:
    """Pretends to be a new browser each time, takes its time, and never looks at a product twice."""
    dice = machine.floor.machines
    on_sale = np.flatnonzero(machine.floor.shelf.on_sale(at // DAY_MS))
    count = min(int(dice.within(30, MOST_MET)), len(on_sale))
    for product in dice.rng.choice(on_sale, count, replace=False).tolist():
        machine.views(at, product)
        at += int(dice.around(9000, 0.8)) + 1
    return count


def grabs(machine: Machine, at: int) -> int:
    """Fills a cart with what it never looked at, or tries one stolen card after the other."""
    dice = machine.floor.machines
    carding = dice.chance(0.5)
    products = _in_order(machine.floor, at, 2 if carding else int(dice.within(22, 30)))
    for product in products:
        machine.says(at, "add_to_cart", {**about(machine.floor, product, at // DAY_MS), "quantity": 1})
        at += int(dice.around(4000, 0.8)) + 1
    for _ in range(int(dice.within(6, 10)) if carding else 0):
        machine.says(at, "payment_failed", {"reason_class": "declined"})
        at += int(dice.around(20_000, 0.5)) + 1
    return len(products)


KINDS: Mapping[str, str] = {
    "ck-crawl-": "declared",
    "ck-fast-": "scraper",
    "ck-rota-": "rotating",
    "ck-card-": "carding",
    "ck-aid-": "agent",
}
_BEHAVIOURS: Mapping[str, Callable[[Machine, int], int]] = {
    "declared": crawls,
    "scraper": scrapes,
    "rotating": rotates,
    "carding": grabs,
}


def cookie(kind: str, number: int) -> str:
    return next(beginning for beginning, one in KINDS.items() if one == kind) + f"{number:05d}"


def come(floor: Floor, kind: str, at: int) -> int:
    """Let a machine visit the shop; return how many products it met."""
    floor.robots += 1
    dice = floor.machines
    user_agent = dice.pick(DECLARED) if kind == "declared" else dice.pick(BROWSERS["desktop"])
    return _BEHAVIOURS[kind](Machine(floor, cookie(kind, floor.robots), user_agent), at)


def _in_order(floor: Floor, at: int, count: int) -> list[int]:
    on_sale = np.flatnonzero(floor.shelf.on_sale(at // DAY_MS))
    products: list[int] = np.roll(on_sale, -int(floor.machines.roll() * len(on_sale)))[:count].tolist()
    return products
