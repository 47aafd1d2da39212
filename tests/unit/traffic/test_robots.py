"""B1 to B8: each fires at its threshold and not below, and the verdict follows from what fired."""

from random import Random

import pytest
from attrs import evolve

from domain.session import facts
from domain.session.facts import Fact, ProductRef
from domain.traffic.policy import NOISE, WEIGHTS, Pace
from tests.unit.traffic.visitors import (
    CHROME,
    House,
    add,
    at,
    declined,
    engaged,
    judged,
    page,
    program,
    view,
)

HUMAN = ("human", ())
DICE = Random(7)


@pytest.fixture(autouse=True)
def _same_dice() -> None:
    """Every test draws the same figures, alone or among others."""
    DICE.seed(7)


def uneven(count: int, least: float = 5.0, most: float = 90.0) -> list[float]:
    """Return instants with pauses as people make them."""
    moments, now = [], 0.0
    for _ in range(count):
        now += DICE.uniform(least, most)
        moments.append(now)
    return moments


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ([program(CHROME)], HUMAN),
        ([program("crawl")], ("bot", ("B1",))),
        ([program("lib")], ("bot", ("B1",))),
        ([program(CHROME, automated=True)], ("bot", ("B1",))),
        ([program("shop")], ("agent", ("B8",))),
        ([program(CHROME), program("crawl", seconds=5)], ("bot", ("B1",))),
        ([program("shop", automated=True)], ("bot", ("B1", "B8"))),
    ],
)
def test_b1_and_b8_who_says_so_is_a_program(observed: list[Fact], expected: tuple[str, tuple[str, ...]]) -> None:
    """Any positive is enough; a declared shopping agent is a class of its own."""
    assert judged([*observed, view(10)]) == expected


@pytest.mark.parametrize("channel", ["app_ios", "app_android", "in_store"])
def test_b1_apps_talk_through_libraries(channel: str) -> None:
    """An HTTP library is how an app or a till speaks, and no evidence there; a crawler still is."""
    assert judged([program("lib"), view(10)], channel=channel) == HUMAN
    assert judged([program("crawl"), view(10)], channel=channel)[0] == "bot"


@pytest.mark.parametrize(("pages", "expected"), [(59, HUMAN), (60, ("bot", ("B2",)))])
def test_b2_pages_in_a_minute(pages: int, expected: tuple[str, tuple[str, ...]]) -> None:
    """Sixty pages within a minute are a robot's, fifty-nine are not."""
    moments = sorted(DICE.uniform(0, 59.9) for _ in range(pages))
    assert judged([page(one) for one in moments]) == expected


def test_b2_pages_of_two_minutes_are_not_of_one() -> None:
    """Forty pages in each of two minutes are never sixty in one, wherever the minute begins."""
    moments = [minute * 60 + DICE.uniform(0, 60) for minute in (0, 1) for _ in range(40)]
    assert judged([page(one) for one in sorted(moments)]) == HUMAN


@pytest.mark.parametrize("begin", [0.0, 3.3, 9.9])
def test_b2_twice_as_many_are_seen_wherever_the_minute_begins(begin: float) -> None:
    """Buckets can miss a burst that begins within one; at twice the rate none is missed."""
    moments = sorted(begin + DICE.uniform(0, 59.9) for _ in range(120))
    assert judged([page(one) for one in moments]) == ("bot", ("B2",))


@pytest.mark.parametrize(("views", "expected"), [(299, HUMAN), (300, ("bot", ("B2",)))])
def test_b2_products_in_an_hour(views: int, expected: tuple[str, tuple[str, ...]]) -> None:
    """Three hundred products within an hour are a robot's."""
    moments = sorted(DICE.uniform(0, 3599) for _ in range(views))
    assert judged([engaged(1), *(view(one, "coat") for one in moments)]) == expected


@pytest.mark.parametrize(("events", "expected"), [(999, HUMAN), (1000, ("bot", ("B2",)))])
def test_b2_events_in_ten_minutes(events: int, expected: tuple[str, tuple[str, ...]]) -> None:
    """A thousand events of any kind within ten minutes are a robot's."""
    shown = facts.SlateViewed
    assert judged([shown(at(DICE.uniform(0, 599)), "slate", ()) for _ in range(events)]) == expected


def test_b2_a_late_event_counts_where_it_belongs() -> None:
    """A burst whose events come in any order is the same burst, while its buckets are kept."""
    moments = [DICE.uniform(0, 59) for _ in range(60)]
    assert judged([page(one) for one in moments])[0] == "bot"


@pytest.mark.parametrize(("views", "expected"), [(20, HUMAN), (21, ("bot", ("B3",)))])
def test_b3_the_pace_of_a_clock(views: int, expected: tuple[str, tuple[str, ...]]) -> None:
    """Twenty pauses within 3 % of each other are a clock's, nineteen prove nothing yet."""
    now, events = 0.0, []
    for _ in range(views):
        now += 10 * DICE.uniform(0.97, 1.03)
        events.append(view(now))
    assert judged(events) == expected


def test_b3_variation_on_both_sides() -> None:
    """A coefficient of variation of 6 % is a clock's, one of 17 % is not."""
    for spread, expected in ((0.10, "bot"), (0.30, "human")):
        now, events = 0.0, []
        for _ in range(40):
            now += 20 * DICE.uniform(1 - spread, 1 + spread)
            events.append(view(now))
        assert judged(events)[0] == expected


@pytest.mark.parametrize(("equal", "expected"), [(20, HUMAN), (28, ("bot", ("B3",)))])
def test_b3_more_than_half_of_the_pauses_equal(equal: int, expected: tuple[str, tuple[str, ...]]) -> None:
    """Of forty pauses, 28 of two seconds sharp are a program's timer; 20 are half, and not more."""
    gaps = [2.01] * equal + [DICE.uniform(3, 200) for _ in range(40 - equal)]
    DICE.shuffle(gaps)
    now, events = 0.0, [view(0)]
    for gap in gaps:
        now += gap
        events.append(view(now))
    assert judged(events) == expected


def test_b3_pages_told_twice_and_heartbeats_are_no_pace() -> None:
    """A tracker that tells page and product in one breath, and a page that reports every ten seconds, are people's."""
    events: list[Fact] = []
    for moment in uneven(40, 30, 400):
        events += [page(moment), view(moment + 0.02)]
        events += [engaged(moment + beat) for beat in (10, 20)]
    assert judged(events) == HUMAN


def test_b3_pauses_between_visits_are_no_pace() -> None:
    """Somebody who comes at the same time each day keeps a habit, no clock."""
    assert judged([view(day * 86_400) for day in range(60)]) == HUMAN


def test_b3_late_events_make_no_pause() -> None:
    """What comes late is not between its neighbours in the log: even events in any order hide the clock."""
    house = House()
    house.session("0001", "visitor", [view(10.0 * step) for step in (3, 1, 2)])
    house.project()
    row = house.row("visitor")
    assert row is not None
    assert row.evidence.gaps == 0
    assert row.evidence.views == 3


@pytest.mark.parametrize(("views", "expected"), [(29, "human"), (30, "suspect")])
def test_b4_products_that_nobody_read(views: int, expected: str) -> None:
    """Thirty products, none twice, without any sign of a reader are suspect, if they came from somewhere."""
    events = [view(one, f"p-{number}", "slate") for number, one in enumerate(uneven(views))]
    assert judged(events)[0] == expected


@pytest.mark.parametrize(("referred", "expected"), [(7, "suspect"), (6, "bot")])
def test_b4_without_a_referrer_it_is_a_robot(referred: int, expected: str) -> None:
    """Of thirty views, 24 from nowhere are four fifths: a robot's."""
    events = [view(one, f"p-{number}", "slate" if number < referred else None) for number, one in enumerate(uneven(30))]
    assert judged(events) == (expected, ("B4",))


def test_b4_came_from_a_search_engine() -> None:
    """A session with a referrer is referred; one whose address was typed is not."""
    events = [view(one, f"p-{number}") for number, one in enumerate(uneven(30))]
    assert judged(events, referral="organic_search")[0] == "suspect"
    assert judged(events, referral="direct")[0] == "bot"


@pytest.mark.parametrize(("repeats", "fires"), [(1, True), (2, False)])
def test_b4_hardly_one_twice(repeats: int, fires: bool) -> None:
    """Of thirty views, one second look leaves 97 % distinct, two leave 93 %."""
    products = [f"p-{number}" for number in range(30 - repeats)] + ["p-0", "p-1"][:repeats]
    events = [view(one, product) for one, product in zip(uneven(30), products, strict=True)]
    assert (judged(events)[1] == ("B4",)) is fires


@pytest.mark.parametrize(
    "sign",
    [
        engaged(2),
        facts.SizeSelected(at(2), ProductRef("p-1")),
        facts.ProductMediaViewed(at(2), "zoom"),
        facts.PageEngaged(at(2), "page", 0, 0, 40, 0),
    ],
)
def test_b4_one_sign_of_a_reader_is_enough(sign: Fact) -> None:
    """Whoever scrolled, stayed or zoomed once does not look at everything unread."""
    events = [view(one, f"p-{number}") for number, one in enumerate(uneven(40))]
    assert judged([sign, *events]) == HUMAN


def test_b4_where_nothing_is_reported_nothing_is_missing() -> None:
    """On a channel that never reported engagement, its absence says nothing; without referrers it is a suspicion."""
    events = [view(one, f"p-{number}") for number, one in enumerate(uneven(40))]
    silent = House()
    silent.session("0001", "visitor", events)
    silent.project()
    assert silent.mark("visitor") is None
    half = House()
    half.session("5e1f", "somebody", [engaged(-60)])
    half.session("0001", "visitor", events)
    half.project()
    mark = half.mark("visitor")
    assert mark is not None
    assert (mark.verdict, mark.rules) == ("suspect", ("B4",))


def test_a_verdict_can_become_better() -> None:
    """When a suspect turns out to read after all, the mark goes away."""
    house = House()
    house.session("5e1f", "somebody", [engaged(-60)])
    house.session("0001", "visitor", [view(one, f"p-{number}") for number, one in enumerate(uneven(30))])
    house.project()
    assert house.mark("visitor") is not None
    house.session("0001", "visitor", [engaged(3000)])
    house.project()
    assert house.mark("visitor") is None


@pytest.mark.parametrize(("hours", "expected"), [(19, HUMAN), (20, ("suspect", ("B5",)))])
def test_b5_never_sleeps(hours: int, expected: tuple[str, tuple[str, ...]]) -> None:
    """Twenty of 24 hours in a row are suspect, nineteen are a long day."""
    chosen = [*sorted(DICE.sample(range(23), hours - 1)), 23]
    assert judged([page(3600 * hour + DICE.uniform(0, 3000)) for hour in chosen]) == expected


def test_b5_over_many_days_everybody_was_up_at_some_time() -> None:
    """A good customer meets all hours of the clock within a season: that is no sign."""
    assert judged([page(86_400 * day + 3600 * (day % 24) + DICE.uniform(0, 3000)) for day in range(90)]) == HUMAN


@pytest.mark.parametrize(("adds", "expected"), [(19, HUMAN), (20, ("bot", ("B6",)))])
def test_b6_carts_of_what_was_never_seen(adds: int, expected: tuple[str, tuple[str, ...]]) -> None:
    """Twenty adds without a look before are a scalper's."""
    assert judged([add(one, f"p-{number}") for number, one in enumerate(uneven(adds))]) == expected


def test_b6_a_look_a_click_or_a_slate_comes_before_an_add() -> None:
    """Products that were viewed, clicked or shown in the slate that the add names were seen."""
    events: list[Fact] = []
    for number, moment in enumerate(uneven(60)):
        product = f"p-{number}"
        seen = (view(moment, product), facts.ProductClicked(at(moment), ProductRef(product)), engaged(moment))
        events += [seen[number % 3], add(moment + 3, product, "slate" if number % 3 == 2 else None)]
    assert judged(events) == HUMAN


def test_b6_adds_from_lists_over_the_years() -> None:
    """An add without a look now and then is no scalper's, however many they become."""
    assert judged([add(86_400 * day, f"p-{day}") for day in range(60)]) == HUMAN


@pytest.mark.parametrize(("failures", "expected"), [(4, HUMAN), (5, ("bot", ("B6",)))])
def test_b6_one_card_after_the_other(failures: int, expected: tuple[str, tuple[str, ...]]) -> None:
    """Five failed payments within ten minutes are a carder's, and somebody should look at it."""
    moments = sorted(DICE.uniform(0, 599) for _ in range(failures))
    assert judged([declined(one) for one in moments]) == expected


def test_b6_failures_of_a_bad_month() -> None:
    """Failed payments that lie apart are bad luck."""
    assert judged([declined(3600.0 * one) for one in range(12)]) == HUMAN


def test_b6_is_an_alert() -> None:
    """A scalper or carder is marked so that an alarm can follow; a crawler is not."""
    house = House()
    house.session("0001", "carder", [declined(one) for one in (1, 20, 70, 90, 200)])
    house.session("0002", "crawler", [program("crawl")])
    house.project()
    marks = house.mark("carder"), house.mark("crawler")
    assert [mark is not None and mark.alert for mark in marks] == [True, False]


def test_b7_where_no_link_leads() -> None:
    """One visit to a trap is enough; other paths are not traps, and each shop has its own."""
    assert judged([page(1, "/_trap/deal")]) == ("bot", ("B7",))
    assert judged([page(1, "/cart")]) == HUMAN
    ours = evolve(NOISE, robots=evolve(NOISE.robots, traps=("/private",)))
    assert judged([page(1, "/private/x")], ours)[0] == "bot"


def test_b8_an_agent_is_fast_and_even_by_nature() -> None:
    """A declared shopping agent stays an agent, pace and missing pointer notwithstanding, but not as a carder."""
    steady = [view(2.0 * number, f"p-{number}") for number in range(40)]
    assert judged([program("shop"), *steady]) == ("agent", ("B3", "B4", "B8"))
    assert judged([program("shop"), *(declined(one) for one in range(1, 200, 40))])[0] == "bot"


def test_weights() -> None:
    """A person counts whole, a suspect a quarter, an agent by its orders only, a robot not at all."""
    assert {name: (one.behaviour, one.orders) for name, one in WEIGHTS.items()} == {
        "human": (1.0, 1.0),
        "suspect": (0.25, 0.25),
        "agent": (0.0, 1.0),
        "bot": (0.0, 0.0),
    }


def test_another_threshold_is_another_version() -> None:
    """A verdict names the version of the rules that it was given by."""
    strict = evolve(NOISE, rule_version="strict", robots=evolve(NOISE.robots, pages=Pace(5, 60, 6)))
    house = House(strict)
    house.session("0001", "visitor", [page(one) for one in (1, 3, 7, 20, 31)])
    house.project()
    mark = house.mark("visitor")
    assert mark is not None
    assert (mark.verdict, mark.rule_version, mark.lists) == ("bot", "strict", "two")


def test_what_is_remembered_has_a_bound() -> None:
    """Ten thousand views by one visitor leave a row of a few kilobytes."""
    house = House(batch=1000)
    house.session(
        "0001", "visitor", [view(7.0 * number + DICE.uniform(0, 5), f"p-{number}") for number in range(10_000)]
    )
    house.project()
    assert len(house.rows()["visitors", "visitor"]) < 6_000
