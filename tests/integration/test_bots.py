"""Machines in the simulated shop are found out, people are not taken for them, and what they do moves nothing."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import msgspec
import pytest

from adapters.bots import CrawlerList
from adapters.sources.simulation.programs import BROWSERS, DECLARED
from adapters.sources.simulation.season import Season
from application.features.steps import State
from application.learning.histories import Histories
from application.projections.clicks import ClicksProjection
from application.projections.marks import UNMARKED, Marks
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from application.projections.traffic import TrafficProjection, verdicts
from haberdasher.bootstrap import App
from ports.event_log import ReadModels
from tests.support.noise import Found, found, shop
from tests.support.popularity import POPULARITY, product_states

SEASON = Season(date(2026, 6, 30), shoppers=1000, products=600, days=45, touched=0.1, machines=0.25)
TARGET = "st-0007"
FLOODED_BY = 150


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    app = shop(tmp_path_factory.mktemp("shop"), SEASON)
    yield app
    app.close()


@pytest.fixture(scope="module")
def judged(app: App) -> Found:
    judged = found(app, SEASON)
    for name, share in (
        *(("declared", judged.declared), ("undeclared", judged.undeclared)),
        *(("agents", judged.agents), ("people wronged", judged.wronged)),
    ):
        print(f"{name}: {share}")
    return judged


def test_declared_robots_are_found(judged: Found) -> None:
    """At least 99.5 % of the robots that say so are taken for robots."""
    assert judged.declared.of > 200
    assert judged.declared.value >= 0.995, judged.declared


def test_undeclared_robots_are_found(judged: Found) -> None:
    """At least 90 % of those that pretend to be a browser are flagged, and at least 80 % of every kind."""
    assert judged.undeclared.of > 200
    assert judged.undeclared.interval[0] >= 0.9, judged.undeclared
    for kind in ("scraper", "rotating", "carding"):
        assert judged.share([kind], taken_for=["bot", "suspect"]).value >= 0.8, kind


def test_people_are_taken_for_people(judged: Found) -> None:
    """At most 0.5 % of the people are taken for anything else, as far as so many can show."""
    assert judged.wronged.of > 1000
    assert judged.wronged.interval[1] <= 0.005, judged.wronged


def test_shopping_agents_are_a_class_of_their_own(judged: Found) -> None:
    """Programs that shop for somebody are agents: their orders are real."""
    assert judged.agents.value >= 0.95, judged.agents


def test_each_kind_is_found_by_the_rule_that_is_meant_for_it(judged: Found) -> None:
    """What machines do fires the rule for it: names B1, clocks B3, reading everything B4, grabbing B6, agents B8."""
    meant = {"declared": "B1", "scraper": "B3", "rotating": "B4", "carding": "B6", "agent": "B8"}
    for kind, rule in meant.items():
        assert judged.rules[kind][rule] > 0.9 * judged.verdicts[kind].total(), kind


def test_what_is_learned_from_is_of_people(app: App) -> None:
    """No touch of a robot or an agent is in the history, orders of agents are, and the raw history has everything."""
    marks, raw = Marks.read(app.read_models), Histories.read(app.read_models, UNMARKED)
    histories = Histories.read(app.read_models)
    counted_, all_ = (sum(len(row.touches) for row in each.rows) for each in (histories, raw))
    assert 0 < counted_ < all_
    silent = [visitor for visitor in marks.visitors if not marks.weight(visitor).behaviour]
    assert sum(len(histories.of(visitor)) for visitor in silent) == 0
    assert sum(len(raw.of(visitor)) for visitor in silent) > 1000
    orders = [sum(row.key.startswith("order:") for row in each.rows) for each in (histories, raw)]
    purchases = [sum(t.action == "purchase" for row in each.rows for t in row.touches) for each in (histories, raw)]
    assert orders[0] > 0
    assert purchases[0] == purchases[1]


def _flood(app: App) -> None:
    """Ten times the usual traffic on one product: half of it says so, the rest has a browser's name and a clock."""
    begin, bodies = SEASON.begin + timedelta(days=40), list[bytes]()
    for number in range(FLOODED_BY):
        user_agent = (DECLARED if number % 2 else BROWSERS["desktop"])[number % 4]
        for step in range(30):
            at = begin + timedelta(seconds=60 * number + 1.7 * step)
            context = {"device_type": "desktop", "user_agent": user_agent}
            bodies.append(
                msgspec.json.encode(
                    {
                        "event": "product_viewed",
                        "event_id": f"flood-{number}-{step}",
                        "timestamp": at.isoformat(),
                        "anonymous_id": f"flood-{number}",
                        "context": context,
                        "properties": {"product_id": TARGET},
                    }
                )
            )
    answers = app.door.receive("shop_web", bodies, batch_id="flood")
    assert {one.outcome for one in answers} == {"accepted"}
    app.canonicaliser.catch_up()
    app.runner.catch_up([one for one in app.projections.values() if one.name not in {"traffic", "clicks"}])
    app.runner.catch_up([TrafficProjection(CrawlerList())])
    app.runner.catch_up([ClicksProjection()])


def _ranking(read_models: ReadModels) -> Sequence[str]:
    """Return the products by their popularity at the end of the season."""
    end = (SEASON.begin + timedelta(days=SEASON.days)).timestamp()

    def popularity(state: State) -> float:
        cell = state[POPULARITY][""]
        return cell.total * 2 ** ((cell.at - end) / (7 * 86_400))

    states = {product: state for product, state in product_states(read_models).items() if POPULARITY in state}
    return sorted(states, key=lambda one: -popularity(states[one]))


def _raw(read_models: ReadModels) -> int:
    """Return how often the product was touched by whomever, as the sessions have it."""
    sessions = View(read_models, "sessions").all(SESSIONS)
    return sum(touch.product == TARGET for _, session in sessions for touch in session.touches)


def test_a_flood_on_one_product_does_not_make_it_popular(app: App) -> None:
    """Every flooding visitor is a robot; the product's place moves by at most five, its raw count by all of it."""
    before, raw, known = _ranking(app.read_models), _raw(app.read_models), len(verdicts(app.read_models))
    _flood(app)
    assert len(verdicts(app.read_models)) == known + FLOODED_BY
    assert _raw(app.read_models) == raw + FLOODED_BY * 30
    after = _ranking(app.read_models)
    assert abs(after.index(TARGET) - before.index(TARGET)) <= 5
