"""Programs that people send shopping: they know what is wanted, compare a little, and really buy it."""

import numpy as np

from adapters.sources.simulation.bots import Machine, about, cookie
from adapters.sources.simulation.floor import Floor
from adapters.sources.simulation.programs import AGENTS
from adapters.sources.simulation.season import DAY_MS
from adapters.sources.simulation.till import Piece

#: Most products that one looks at.
MOST_COMPARED = 8


def shop_for_somebody(floor: Floor, at: int) -> int:
    """Let a program shop for an account holder, who keeps or returns what comes; return how many products it met."""
    floor.robots += 1
    dice, day = floor.machines, at / DAY_MS
    people = [one for one in range(floor.liking.season.shoppers) if floor.carriers.account(one)]
    if not people:
        return 0
    shopper = dice.pick(people)
    account = floor.carriers.account(shopper)
    machine = Machine(floor, cookie("agent", floor.robots), dice.pick(AGENTS))
    likes = floor.minds.appeal(shopper, day)
    likes[~floor.shelf.on_sale(int(day))] = -np.inf
    compared = dice.softly(likes, int(dice.within(3, MOST_COMPARED)))
    for product in compared:
        machine.views(at, product)
        at += int(dice.around(1500, 0.3)) + 1
    chosen = max(compared, key=lambda product: float(likes[product]))
    size = floor.minds.label(shopper, chosen, dice)
    if not floor.shelf.stocked(chosen, 0, size):
        return len(compared)
    machine.says(at, "add_to_cart", {**about(floor, chosen, int(day)), "quantity": 1})
    price = int(floor.liking.prices(day)[chosen])
    on_sale = likes[np.isfinite(likes)]
    keen = float((likes[chosen] - on_sale.mean()) / on_sale.std())
    order = floor.till.sell(
        shopper, at + 5000, {"user_id": str(account)}, [Piece("1", chosen, 0, size, price, keen)], payment="wallet"
    )
    floor.returns.consider(order)
    floor.minds.bought(shopper, chosen, day)
    return len(compared) + 1
