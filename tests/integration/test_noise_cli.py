"""`haberdasher noise`: tables for people, JSON for programs, and the same numbers in both."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.bots import CrawlerList
from application.projections.bulk import BulkProjection
from application.projections.carts import CartsProjection
from application.projections.clicks import ClicksProjection
from application.projections.periods import PeriodsProjection
from application.projections.traffic import TrafficProjection
from haberdasher.cli.noise import noise
from tests.support.house import house, receive
from tests.support.shop import ordered, sent, viewed

CRAWLER = {"user_agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a person, a robot, a slip and a bulk order, and every mark."""
    app = house(tmp_path)
    page = {"page_view_id": "p-1", "product_id": "coat"}
    receive(
        app,
        "web",
        [
            sent("product_viewed", 0, anonymous_id="ada", properties=page),
            sent("page_engaged", 0.1, anonymous_id="ada", properties={"page_view_id": "p-1", "engaged_ms": 700}),
            sent("add_to_cart", 1, anonymous_id="ada", properties={"product_id": "hat", "quantity": 1}),
            viewed("coat", 2, cookie="bot", context=CRAWLER),
        ],
    )
    receive(app, "oms", [ordered("o-1", 20, *["coat/m"] * 10)], "orders")
    marking = (
        *(TrafficProjection(CrawlerList()), ClicksProjection(), CartsProjection()),
        *(BulkProjection(), PeriodsProjection()),
    )
    app.runner.catch_up([one for one in marking if one.name not in app.projections])
    app.close()
    return tmp_path


def run(home: Path, *options: str) -> str:
    done = CliRunner().invoke(noise, options, env={"HABERDASHER_HOME": str(home)}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_json_counts_every_mark(home: Path) -> None:
    """Visitors by verdict and rule, touches by mark, orders and the version of the rules."""
    found = json.loads(run(home, "--json"))
    verdicts = {one["verdict"]: one for one in found["verdicts"]}
    assert {name: one["visitors"] for name, one in verdicts.items()} == {"human": 1, "bot": 1}
    assert verdicts["bot"]["rules"] == {"B1": 1}
    assert (verdicts["bot"]["behaviour"], verdicts["human"]["behaviour"]) == (0.0, 1.0)
    assert {(one["mark"], one["count"]) for one in found["clicks"]} == {("accidental", 1), ("unmarked", 2)}
    assert [(one["mark"], one["count"]) for one in found["bulk_orders"]] == [("quantity", 1)]
    assert found["rule_versions"] == ["noise-1"]


def test_tables_say_what_was_found(home: Path) -> None:
    """People read the verdicts, the rules in words, and the version."""
    printed = run(home)
    for words in ("noise-1", "B1 known program: 1", "accidental", "bulk orders by quantity", "Periods"):
        assert words in printed
