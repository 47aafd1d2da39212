"""The watch on a whole house: real events through the door, alarms at the command line, and training that waits."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from application.features.health import Health
from application.projections.feed import FEEDS, HOURS, Feeding, Hour, hours_of, key_of
from domain.feed.policy import SLOT_S, SLOTS_AN_HOUR, Alarm
from haberdasher.bootstrap import App
from haberdasher.cli import cli
from ports.event_log import Commit, RowChange
from tests.support.house import house, receive
from tests.support.http import served
from tests.support.memory_house import SetClock
from tests.support.shop import sent

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
VIEWS, PAGES, DAYS = 150, 60, 15
PRICE = {"price": "40.00", "currency": "EUR"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """The clock of every house of the test, those of the commands too."""
    clock = SetClock(NOON)
    monkeypatch.setattr("haberdasher.bootstrap.SystemClock", lambda: clock)
    return clock


@pytest.fixture
def shop(tmp_path: Path, clock: SetClock) -> App:
    """A house to which the same came every five minutes for fifteen days, the last of them through the door."""
    app = house(tmp_path)
    clock.at = NOON - timedelta(minutes=5)
    arrive(app, clock)
    feeds, hours = hours_of(app.read_models)
    ordinary = next(iter(hours["live"].values()))
    repeat(app, feeds["live"], ordinary, int(NOON.timestamp()) // SLOT_S)
    clock.at = NOON
    return app


def arrive(app: App, clock: SetClock, **product: Any) -> None:
    """Let five minutes of events come in at the clock's time."""
    product = {"brand_id": "acme", **PRICE} | product
    page = {"page_type": "plp", "path": "/coats"}
    viewed = [("product_viewed", product | {"product_id": f"p-{n % 7}"}) for n in range(VIEWS)]
    paged = [("page_viewed", page | {"page_view_id": f"p-{clock.at}-{n}"}) for n in range(PAGES)]
    bodies = [
        sent(
            event,
            anonymous_id=f"a-{n % 30}",
            properties=properties,
            timestamp=(clock.at - timedelta(seconds=n)).isoformat(),
            session_id=f"s-{n % 30}",
        )
        for n, (event, properties) in enumerate([*viewed, *paged])
    ]
    answers = receive(app, "live", bodies, f"batch-{clock.at}")
    assert {one.outcome for one in answers} == {"accepted"}


def repeat(app: App, feed: Feeding, ordinary: Hour, end: int) -> None:
    """Write what the last slot before `end` was into all slots of fifteen days, as if it had come."""

    def always(counts: dict[str, list[int]]) -> dict[str, list[int]]:
        return {name: [max(numbers)] * SLOTS_AN_HOUR for name, numbers in counts.items()}

    hours = range(end // SLOTS_AN_HOUR - 24 * DAYS, end // SLOTS_AN_HOUR)
    row = msgspec.json.encode(Hour(always(ordinary.events), always(ordinary.nulls)))
    told = msgspec.json.encode(Feeding(feed.clock, hours[0], feed.newest))
    changes = [RowChange("feed#1", HOURS.name, key_of(hour, "live"), row) for hour in hours]
    app.log.commit(Commit(rows=[*changes, RowChange("feed#1", FEEDS.name, "live", told)]))


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, env={"HABERDASHER_HOME": str(home)})


def alarms(home: Path) -> list[tuple[str, str]]:
    done = run(home, "features", "watch", "--json")
    found = [(one["kind"], one["what"]) for one in json.loads(done.stdout)["alarms"]]
    assert done.exit_code == (1 if found else 0), done.output
    return found


def reached_learning(home: Path, *options: str) -> bool:
    """Whether `learn` read the data: thirty visits, too few to be judged on, which is what it then says."""
    return "fewer than 20 cases" in str(run(home, "learn", "--model", "popularity", *options).exception)


def test_an_ordinary_feed_is_calm_and_does_not_block(tmp_path: Path, shop: App, clock: SetClock) -> None:
    """The same as ever raises nothing: exit code 0, and nothing stands before learning."""
    arrive(shop, clock)
    clock.at += timedelta(minutes=5)
    assert alarms(tmp_path) == []
    told = run(tmp_path, "features", "watch")
    assert "Calm" in told.stdout
    assert "too little history" not in told.stdout.partition("live")[2].splitlines()[0]
    assert reached_learning(tmp_path)


def test_prices_that_are_missing_block_training_within_five_minutes(tmp_path: Path, shop: App, clock: SetClock) -> None:
    """D4: an alarm once the slot is over, exit code 1; `learn` and `run` refuse and say what to do."""
    arrive(shop, clock, price=None)
    clock.at += timedelta(minutes=4)
    assert alarms(tmp_path) == []
    clock.at = NOON + timedelta(minutes=5)
    assert ("nulls", "product_viewed.unit_price") in alarms(tmp_path)
    told = run(tmp_path, "features", "watch")
    assert "product_viewed.unit_price is empty: 100.0% in 5 min" in told.stdout
    assert "since 2026-11-24 12:00Z" in told.stdout
    events = tmp_path / "more.jsonl"
    events.write_bytes(sent("page_viewed", anonymous_id="a", properties={"page_type": "plp"}) + b"\n")
    for command in (("learn", "--model", "popularity"), ("run", "jsonl", str(events))):
        refused = run(tmp_path, *command)
        assert refused.exit_code == 1, refused.output
        assert "training is blocked: live: product_viewed.unit_price is empty" in refused.output
        assert "--despite-drift" in refused.output
    assert shop.releases.list() == ()
    assert reached_learning(tmp_path, "--despite-drift")


def test_silence_is_an_alarm_although_it_is_no_event(tmp_path: Path, shop: App, clock: SetClock) -> None:
    """Where nothing comes, the clock alone tells; what waits to be canonicalised is not taken for silence."""
    clock.at = NOON + timedelta(minutes=5)
    assert alarms(tmp_path) == [("silent", "all events")]
    clock.at = NOON + timedelta(seconds=1)
    told: dict[str, Any] = {"anonymous_id": "a", "session_id": "s", "timestamp": clock.at.isoformat()}
    bodies = [sent("product_viewed", properties={"product_id": "coat", **PRICE}, **told) for _ in range(VIEWS + PAGES)]
    shop.door.receive("live", bodies, batch_id="waits")
    clock.at = NOON + timedelta(minutes=5)
    assert ("silent", "all events") not in alarms(tmp_path)


def test_history_that_was_imported_blocks_nothing(tmp_path: Path, clock: SetClock) -> None:
    """A file ends where it ends: an import is listed, with the reason why it is held against nothing."""
    app = house(tmp_path)
    receive(
        app,
        "web",
        [sent("product_viewed", 60 * n, anonymous_id="a", properties={"product_id": "x"}) for n in range(500)],
    )
    assert clock.at == NOON
    (source,) = json.loads(run(tmp_path, "features", "watch", "--json").stdout)["sources"]
    assert (source["source"], source["clock"]) == ("web", "backfill")
    assert "held against nothing" in source["said"]
    assert alarms(tmp_path) == []


def test_health_is_told_of_the_features_of_customers(tmp_path: Path, shop: App) -> None:
    """Every customer feature of a sample, with what is null, where values stand and how old they are."""
    told = json.loads(run(tmp_path, "features", "health", "--json").stdout)
    by_name = {one["feature"]: one for one in told}
    assert by_name["views_7d"]["asked"] == 30
    assert (by_name["views_7d"]["null"], by_name["views_7d"]["median"]) == (0.0, VIEWS / 30)
    assert by_name["views_7d"]["age_s"] == 300
    assert (by_name["purchases_30d"]["at_low"], by_name["purchases_30d"]["age_s"]) == (1.0, None)
    assert "views_7d" in run(tmp_path, "features", "health", "--sample", "3").stdout
    assert shop.measures


def test_metrics_show_alarms_and_health(tmp_path: Path) -> None:
    """Gauges of what is open, and of every feature's shares, values and age; unknown figures are left out."""
    alarm = Alarm("nulls", "live", "product_viewed.unit_price", 0, 0.0, 0.1, 1.0, SLOT_S)
    health = Health("views_7d", "customer", 10, 0.5, 0.0, 0.25, 0.0, 1.0, 2.0, 3.0, None)
    with served(tmp_path, stocked=False, alarms=lambda: [alarm], feature_health=lambda: [health]) as server:
        text = server.client.get("/metrics").text
    for line in (
        'haberdasher_feed_alarm{kind="nulls",source="live",what="product_viewed.unit_price"} 1.0',
        'haberdasher_feature_share{feature="views_7d",share="null"} 0.5',
        'haberdasher_feature_share{feature="views_7d",share="low"} 0.25',
        'haberdasher_feature_value{feature="views_7d",statistic="median"} 2.0',
    ):
        assert line in text.splitlines(), line
    assert 'haberdasher_feature_age_seconds{feature="views_7d"}' not in text


def test_metrics_are_wired_to_the_house(tmp_path: Path) -> None:
    """A server that saw somebody says how that customer's features are."""
    with served(tmp_path) as server:
        event = json.loads(sent("product_viewed", anonymous_id="a", properties={"product_id": "coat"}))
        event["timestamp"] = datetime.now(UTC).isoformat()
        assert server.post("/v1/events", {"events": [event]}).status_code == 202
        server.app.live.round()
        text = server.client.get("/metrics").text
    assert 'haberdasher_feature_share{feature="views_7d",share="null"} 0.0' in text.splitlines()
    assert "# TYPE haberdasher_feed_alarm gauge" in text
