"""The season as its sources send it: first the catalogue, then everything in order of time."""

from collections.abc import Iterator

import numpy as np

from adapters.sources.files import Sent
from adapters.sources.simulation.agents import shop_for_somebody
from adapters.sources.simulation.bots import MOST_MET, come
from adapters.sources.simulation.buying import buy_in_store, deviations, finish, log_in
from adapters.sources.simulation.diary import APP, CATALOGUE, ORDERS, WEB
from adapters.sources.simulation.floor import Floor
from adapters.sources.simulation.plan import planned
from adapters.sources.simulation.season import DAY_MS, Season
from adapters.sources.simulation.visit import MOST_SEEN, Visit
from domain.taxonomy.source import Declaration

DECLARATIONS: tuple[Declaration, ...] = (
    Declaration(WEB, clock="backfill", authority="client", channel="web"),
    Declaration(APP, clock="backfill", authority="client", channel="app_ios"),
    Declaration(ORDERS, clock="backfill", delay_s=60, authority="server", legal_basis="contract"),
    Declaration(CATALOGUE, clock="backfill", authority="server", legal_basis="contract"),
)
#: More events than one visit, with the returns that follow it, ever makes.
_MOST_OF_A_VISIT = 200
_LOGS_IN_FIRST = 0.25


def feed(season: Season) -> Iterator[Sent]:
    """Yield the events of the season; the same season gives the same bytes.

    What would happen after its last day does not happen. Memory grows with shoppers and products, not with events.
    """
    floor = Floor.of(season)
    floor.shelf.open(floor.diary)
    recounts = [season.days // 3, 2 * season.days // 3]
    for visit in planned(season, floor.liking.weather, floor.liking.shoppers.activity):
        while recounts and visit.at >= recounts[0] * DAY_MS:
            yield from floor.diary.before(recounts[0] * DAY_MS)
            floor.shelf.recount(floor.diary, recounts.pop(0))
        yield from floor.diary.before(visit.at)
        room = season.most_events - floor.diary.written >= _MOST_OF_A_VISIT
        if not room or floor.pairs + max(MOST_SEEN + 3, MOST_MET) > season.most_pairs:
            continue
        if visit.machine == "agent":
            floor.pairs += shop_for_somebody(floor, visit.at)
        elif visit.machine:
            floor.pairs += come(floor, visit.machine, visit.at)
        elif visit.in_store:
            floor.pairs += buy_in_store(floor, visit.shopper, visit.at)
        else:
            floor.pairs += _visit(floor, visit.shopper, visit.at)
    yield from floor.diary.before(season.days * DAY_MS)


def _visit(floor: Floor, shopper: int, at: int) -> int:
    """Let somebody visit the shop; return how many products she met."""
    day = at // DAY_MS
    carrier = floor.carriers.take(shopper, day, floor.dice)
    likes = floor.minds.appeal(shopper, at / DAY_MS)
    on_sale = floor.shelf.on_sale(day)
    anchor = floor.dice.softly(np.where(on_sale, likes, -np.inf))[0]
    keen = deviations(np.where(on_sale, likes, np.float32(np.nan)))
    visit = Visit(floor, shopper, at, carrier, likes, keen, anchor)
    if carrier.shared or floor.dice.chance(_LOGS_IN_FIRST):
        log_in(visit)
    visit.look_around()
    finish(visit)
    return len(visit.seen)
