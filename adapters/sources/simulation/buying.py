"""The end of a visit: carts, log-ins and orders; and what people buy in the store without any visit."""

from collections.abc import Mapping, Sequence
from math import exp

import numpy as np

from adapters.sources.simulation.diary import APP, money
from adapters.sources.simulation.floor import Floor
from adapters.sources.simulation.season import DAY_MS
from adapters.sources.simulation.till import Piece
from adapters.sources.simulation.visit import Visit

_LOGS_IN, _BRACKETS = 0.8, 0.55
_VOUCHER, _VOUCHER_CENTS = 0.08, 500
#: An add that is taken back at once.
_SLIPS = 0.02


def log_in(visit: Visit) -> None:
    """Tell the shop who she is, by her account, or by her card on a stand in the store."""
    carriers = visit.floor.carriers
    card = carriers.card(visit.shopper)
    account = carriers.account(visit.shopper)
    if visit.carrier.kiosk:
        if card:
            visit.say("loyalty_scanned", {"method": "card"}, {"loyalty_id": card})
            visit.wait(3000)
    elif account and not visit.account:
        visit.say("login", {"method": "password"}, {"user_id": account})
        visit.account = account
        visit.wait(visit.floor.dice.around(6000, 0.4))


def finish(visit: Visit) -> None:
    """Fill the cart, order if it is worth it, and leave."""
    dice = visit.floor.dice
    wanted = [product for product in visit.seen if product not in visit.mistakes]
    if wanted and not visit.carrier.kiosk:
        keen = visit.keen[wanted]
        buys = dice.chance(0.62 / (1 + exp(2.3 - 0.85 * float(keen.max()))))
        first, *others = (wanted[place] for place in dice.softly(1.4 * visit.likes[wanted], len(wanted)))
        if buys:
            _buy(visit, [first, *(one for one in others[:2] if dice.chance(0.17))])
        elif dice.chance(0.1):
            visit.floor.minds.remembered[visit.shopper] = first
            _add(visit, first, visit.floor.minds.label(visit.shopper, first, dice))
    if visit.account and dice.chance(0.5 if visit.carrier.shared else 0.1):
        visit.say("logged_out", {})


def buy_in_store(floor: Floor, shopper: int, at: int) -> int:
    """Let a holder of a card buy what she finds in the store; return how many products that were."""
    card = floor.carriers.card(shopper)
    if card is None:
        return 0
    day = at / DAY_MS
    likes = floor.minds.appeal(shopper, day)
    likes[~floor.shelf.on_sale(int(day))] = -np.inf
    found = floor.dice.softly(likes, 2 if floor.dice.chance(0.2) else 1)
    keen = deviations(likes)
    pieces: list[Piece] = []
    for product in found:
        colourway = floor.dice.softly(floor.liking.colour_taste(shopper, product))[0]
        # She tries it on: the size is right.
        axis = floor.liking.axis[product]
        body = float(floor.liking.shoppers.body[shopper, axis] - floor.liking.offset[product])
        size = min(max(round(body), 0), len(floor.liking.styles[product].sizes) - 1)
        price = int(floor.liking.prices(day)[product])
        pieces.append(Piece(str(len(pieces) + 1), product, colourway, size, price, float(keen[product])))
        floor.minds.bought(shopper, product, day)
    order = floor.till.sell(shopper, at, {"loyalty_id": card}, pieces, channel="in_store")
    floor.returns.consider(order)
    return len(found)


def deviations(likes: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    """Return the appeal of each product in deviations from the mean over those on sale."""
    on_sale = likes[np.isfinite(likes)]
    return np.asarray((likes - on_sale.mean()) / on_sale.std(), np.float32)


def _add(visit: Visit, product: int, size: int) -> None:
    style = visit.floor.liking.styles[product]
    variant = style.colourways[visit.seen[product]].variants[size]
    line = visit.about(product) | {"variant_id": variant.variant_id, "size_label": variant.size_label}
    # The team of the app never read the tracking plan.
    name = "cart_add" if visit.carrier.source == APP else "add_to_cart"
    if visit.floor.slips.chance(_SLIPS):
        visit.say(name, line | {"quantity": 1, "origin": "pdp"})
        visit.wait(visit.floor.slips.within(700, 2600))
        visit.say("product_removed_from_cart", line | {"quantity": 1})
        visit.wait(visit.floor.slips.within(1000, 4000))
    visit.say(name, line | {"quantity": 1, "origin": "pdp"})
    visit.wait(visit.floor.dice.around(8000, 0.6))


def _buy(visit: Visit, products: Sequence[int]) -> None:
    floor, dice = visit.floor, visit.floor.dice
    pieces: list[Piece] = []
    for product in products:
        if dice.chance(0.35):
            visit.open(product)
        colourway = visit.seen[product]
        sizes = [size for size in _sizes(visit, product) if floor.shelf.stocked(product, colourway, size)]
        price = int(floor.liking.prices(visit.day)[product])
        for size in sizes:
            if dice.chance(0.93):
                _add(visit, product, size)
            pieces.append(Piece(str(len(pieces) + 1), product, colourway, size, price, float(visit.keen[product])))
    if not pieces:
        return
    if dice.chance(_LOGS_IN):
        log_in(visit)
    visit.wait(dice.around(40_000, 0.4))
    buyer = _buyer(visit)
    voucher = _VOUCHER_CENTS if dice.chance(_VOUCHER) else 0
    payment = dice.pick(("card", "card", "invoice", "wallet"))
    order = floor.till.sell(visit.shopper, visit.at, buyer, pieces, payment=payment, voucher=voucher)
    floor.returns.consider(order)
    for product in products:
        floor.minds.bought(visit.shopper, product, visit.at / DAY_MS)
        if floor.minds.remembered.get(visit.shopper) == product:
            del floor.minds.remembered[visit.shopper]
    if dice.chance(0.6):
        value = money(sum(piece.price for piece in pieces))
        visit.wait(1500)
        visit.say("checkout_completed", {"order_id": order.order_id, "value": value, "currency": "EUR"})


def _sizes(visit: Visit, product: int) -> Sequence[int]:
    """The size that she takes for hers; some order two and send one back."""
    floor, dice = visit.floor, visit.floor.dice
    size = floor.minds.label(visit.shopper, product, dice)
    highest = len(floor.liking.styles[product].sizes) - 1
    if highest and dice.chance(float(floor.liking.shoppers.brackets[visit.shopper]) * _BRACKETS):
        return sorted({size, size + 1 if size < highest else size - 1})
    return [size]


def _buyer(visit: Visit) -> Mapping[str, str]:
    if visit.account:
        return {"user_id": visit.account}
    return {"email": visit.floor.carriers.email(visit.shopper)}
