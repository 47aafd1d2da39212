from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from attrs import evolve

from adapters.bots import CrawlerList
from adapters.sources.simulation.feed import DECLARATIONS, feed
from adapters.sources.simulation.hidden import Shoppers
from adapters.sources.simulation.plan import Planned, planned
from adapters.sources.simulation.season import Season
from adapters.sources.simulation.truth import Truth
from adapters.sources.simulation.weather import Weather
from application.intake.reading import Reader
from application.intake.wire import decode
from domain.taxonomy.source import Declaration
from tests.unit.simulation.seasons import SMALL, Event, events, named, sent

CATALOGUE = ("product_listed", "stock_counted")
CROWDED = Season(date(2026, 6, 30), shoppers=400, products=200, days=30, touched=0.3, machines=0.2)
HALF_DOZEN = Season(date(2026, 6, 30), shoppers=60, products=60, days=14, touched=0.3)


def test_the_same_season_is_the_same_bytes() -> None:
    """A season is a function of its fields; another seed is another season."""
    assert tuple(feed(SMALL)) == sent(SMALL)
    assert [one.body for one in feed(evolve(HALF_DOZEN, seed=1))] != [one.body for one in feed(HALF_DOZEN)]


def test_the_calendar_only_moves_the_timestamps() -> None:
    """Another last day gives the same events, each as much later as that day is."""
    later = events(evolve(SMALL, until=SMALL.until + timedelta(days=17)))
    assert len(later) == len(events(SMALL))
    for one, other in zip(events(SMALL), later, strict=True):
        assert other.at - one.at == timedelta(days=17)
        assert evolve(other, at=one.at, body={**other.body, "timestamp": one.body["timestamp"]}) == one


def test_everything_comes_in_order_of_time() -> None:
    """The catalogue comes first, no event is earlier than the one before it, and none is outside of the season."""
    all_of_them = events(SMALL)
    begins = next(place for place, event in enumerate(all_of_them) if event.name not in CATALOGUE)
    assert begins > SMALL.products
    assert all(one.at <= other.at for one, other in pairwise(all_of_them))
    assert all_of_them[0].at == SMALL.begin
    assert all_of_them[-1].at < SMALL.begin + timedelta(days=SMALL.days)
    assert all_of_them[-1].at.date() <= SMALL.until


def test_every_event_has_an_id_of_its_own() -> None:
    """An event id names the seed and a number, and is used once."""
    ids = [event.body["event_id"] for event in events(SMALL)]
    assert ids == [f"sim-0-{number:06d}" for number in range(len(ids))]


def test_the_taxonomy_understands_every_event() -> None:
    """No event of any source is refused, and every source is a backfill."""
    declared, reader = {one.name: one for one in DECLARATIONS}, Reader()
    assert {one.clock for one in DECLARATIONS} == {"backfill"}
    assert declared["shop_orders"] == Declaration("shop_orders", "backfill", 60, "server", "contract")
    for one, event in zip(sent(SMALL), events(SMALL), strict=True):
        (understood,) = reader.understand(decode(one.body), declared[one.source], event.at, event.body["event_id"])
        assert understood.canonical.occurred_at == event.at


@pytest.mark.parametrize("touched", [0.005, 0.01, 0.1])
def test_few_pairs_are_touched(touched: float) -> None:
    """The share of (shopper, product) pairs that meet stays below its ceiling, machines and shared tablets included."""
    season = evolve(SMALL, touched=touched, shoppers=400)
    truth = Truth.of(season)
    pairs = {(_who(event, truth), product) for event in events(season) for product in event.products}
    assert 0 < len(pairs) <= touched * season.shoppers * season.products


def test_there_are_no_more_events_than_allowed() -> None:
    """The number of events of behaviour and orders stays below its ceiling, with something left of the season."""
    for most in (300, 1500):
        counted = [event for event in events(evolve(SMALL, most_events=most)) if event.name not in CATALOGUE]
        assert 0.3 * most < len(counted) <= most


def test_a_source_says_what_is_its_to_say() -> None:
    """The order system sends orders and returns, the catalogue products and stock, web and app behaviour."""
    kinds = Counter((event.source, event.name) for event in events(SMALL))
    assert {name for source, name in kinds if source == "shop_catalogue"} == set(CATALOGUE)
    orders = {"order_created", "return_requested", "return_received", "refund_issued"}
    assert {name for source, name in kinds if source == "shop_orders"} == orders
    assert kinds["shop_app", "cart_add"] > 0
    assert kinds["shop_app", "add_to_cart"] == kinds["shop_web", "cart_add"] == 0
    assert kinds["shop_web", "add_to_cart"] > 0


def test_people_are_met_under_many_names() -> None:
    """There are log-ins, shared tablets, stands in the store, cards, guests; who owns a name alone can be asked."""
    truth = Truth.of(SMALL)
    logins = named(SMALL, "login")
    assert logins
    for event in logins:
        owner = truth.shopper_of("anonymous", event.body["anonymous_id"])
        assert owner in {None, truth.shopper_of("account", event.body["user_id"])}
    by_cookie: dict[str, set[str]] = {}
    for event in logins:
        by_cookie.setdefault(event.body["anonymous_id"], set()).add(event.body["user_id"])
    assert any(len(accounts) == 2 for accounts in by_cookie.values())
    assert {"mobile", "desktop", "tablet", "kiosk"} <= {
        event.body["context"]["device_type"] for event in events(SMALL) if "context" in event.body
    }
    payers = Counter(
        kind
        for event in named(SMALL, "order_created")
        for kind in ("user_id", "loyalty_id", "email")
        if kind in event.body
    )
    assert set(payers) == {"user_id", "loyalty_id", "email"}
    assert all(
        event.body["channel"] == "in_store" for event in named(SMALL, "order_created") if "loyalty_id" in event.body
    )


@pytest.fixture(scope="module")
def machines() -> dict[str, dict[str, list[Event]]]:
    """The events of each machine, by what it really is and by its cookie, in a season with many of them."""
    truth, found = Truth.of(CROWDED), defaultdict[str, dict[str, list[Event]]](dict)
    for event in events(CROWDED):
        cookie = event.body.get("anonymous_id", "")
        if (kind := truth.class_of("anonymous", cookie)) != "human":
            assert truth.shopper_of("anonymous", cookie) is None
            found[kind].setdefault(cookie, []).append(event)
    return found


def _gaps(seen: Sequence[Event]) -> list[float]:
    return [(other.at - one.at).total_seconds() for one, other in pairwise(seen)]


def test_there_are_machines_of_every_kind(machines: dict[str, dict[str, list[Event]]]) -> None:
    """Some say what they are, others pretend to be a browser, and some shop for people; every season has each."""
    kinds = {"declared", "scraper", "rotating", "carding", "agent"}
    assert set(machines) == kinds
    truth = Truth.of(SMALL)
    assert kinds < {truth.class_of("anonymous", event.body.get("anonymous_id", "")) for event in events(SMALL)}


def test_scrapers_keep_the_pace_of_a_clock(machines: dict[str, dict[str, list[Event]]]) -> None:
    """A scraper views thirty products or more in nearly equal steps."""
    for seen in machines["scraper"].values():
        gaps = _gaps(seen)
        assert len(seen) >= 30
        assert np.std(gaps) < 0.1 * np.mean(gaps)


def test_rotating_machines_take_their_time_and_read_nothing(machines: dict[str, dict[str, list[Event]]]) -> None:
    """A rotating scraper views thirty different products, at an uneven pace, from nowhere, and engages with none."""
    for seen in machines["rotating"].values():
        assert {event.name for event in seen} == {"product_viewed"}
        assert len({event.fields["product_id"] for event in seen}) == len(seen) >= 30
        assert np.std(_gaps(seen)) > 0.3 * np.mean(_gaps(seen))
        assert all("referrer" not in event.body["context"] and "slate_id" not in event.fields for event in seen)


def test_carders_grab_or_try_cards(machines: dict[str, dict[str, list[Event]]]) -> None:
    """Each one either fills a cart with what it never looked at, or fails to pay again and again."""
    for seen in machines["carding"].values():
        counts = Counter(event.name for event in seen)
        assert set(counts) <= {"add_to_cart", "payment_failed"}
        assert counts["add_to_cart"] >= 22 or counts["payment_failed"] >= 6


def test_agents_really_buy(machines: dict[str, dict[str, list[Event]]]) -> None:
    """Most shopping agents put something into the cart, and an account that is somebody's pays for it."""
    bought = [seen[-1] for seen in machines["agent"].values() if seen[-1].name == "add_to_cart"]
    assert len(bought) > len(machines["agent"]) / 2
    orders = {(order.at, order.fields["items"][0]["product_id"]): order for order in named(CROWDED, "order_created")}
    truth = Truth.of(CROWDED)
    for event in bought:
        within = [
            order
            for (at, product), order in orders.items()
            if product == event.fields["product_id"] and 0 <= (at - event.at).total_seconds() < 30
        ]
        assert any(truth.shopper_of("account", order.body.get("user_id", "")) is not None for order in within)


def test_only_machines_that_say_so_have_the_name_of_one() -> None:
    """People have ordinary browsers and apps, the same on each of their devices; only declared machines are known."""
    bots, truth = CrawlerList(), Truth.of(CROWDED)
    programs: defaultdict[str, set[str]] = defaultdict(set)
    for event in events(CROWDED):
        if "context" in event.body and event.source != "shop_app":
            programs[event.body["anonymous_id"]].add(event.body["context"]["user_agent"])
    assert all(len(known) == 1 for known in programs.values())
    kinds = {cookie: {bots.kind(one) for one in known} for cookie, known in programs.items()}
    says = {truth.class_of("anonymous", cookie): set[str]() for cookie in kinds}
    for cookie, found in kinds.items():
        says[truth.class_of("anonymous", cookie)] |= found
    assert says.pop("agent") == {"shopping_agent"}
    assert "" not in says.pop("declared")
    assert set().union(*says.values()) == {""}


def test_fingers_slip() -> None:
    """Some taps are told twice within half a second, and some adds are taken back within three."""
    taps = adds = 0
    for seen in _by_cookie().values():
        for one, other in pairwise(seen):
            gap = (other.at - one.at).total_seconds()
            taps += one.name == other.name == "product_clicked" and one.fields == other.fields and gap < 0.5
            adds += one.name in {"add_to_cart", "cart_add"} and other.name == "product_removed_from_cart" and gap < 3
    assert taps > 5
    assert adds > 0


def _by_cookie() -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events(CROWDED):
        if "anonymous_id" in event.body:
            found.setdefault(event.body["anonymous_id"], []).append(event)
    return found


def test_people_come_when_they_would_without_machines() -> None:
    """Who comes when does not hang on how many machines come."""

    def people(season: Season) -> list[Planned]:
        weather, activity = Weather.of(season), Shoppers.of(season).activity
        return [one for one in planned(season, weather, activity) if not one.machine]

    assert people(evolve(SMALL, machines=0.3)) == people(evolve(SMALL, machines=0.0))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shoppers", 0),
        ("products", 0),
        ("days", 0),
        ("seed", -1),
        ("touched", 0),
        ("touched", 1.5),
        ("machines", -0.1),
        ("most_events", 0),
    ],
)
def test_an_impossible_season_is_refused(field: str, value: float) -> None:
    """A field without sense is a ValueError that names it."""
    with pytest.raises(ValueError, match=field):
        Season(**{"until": date(2026, 6, 30), field: value})  # type: ignore[arg-type]


def test_a_body_is_small() -> None:
    """Every body is one JSON object well below the limit of the door."""
    assert all(isinstance(msgspec.json.decode(one.body), dict) and len(one.body) < 16_000 for one in sent(SMALL))


def _who(event: Event, truth: Truth) -> str:
    """Name the person, or the carrier where nobody in particular uses it."""
    kinds = {"user_id": "account", "loyalty_id": "loyalty", "email": "email", "anonymous_id": "anonymous"}
    for field, kind in kinds.items():
        if field in event.body:
            owner = truth.shopper_of(kind, event.body[field])
            return str(event.body[field]) if owner is None else f"shopper {owner}"
    raise AssertionError(event)
