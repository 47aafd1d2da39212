"""P11: nothing raw that is older than the policy can be opened; P6: the chain over what cannot be opened holds."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from application.privacy.retention import NotYetRead, Outlived
from haberdasher.bootstrap import App, bootstrap
from haberdasher.cli import cli
from haberdasher.cli.retention import retention_of
from haberdasher.settings import InvalidSetting, Settings, load
from ports.intake import IntakeRecord
from ports.vault import Identifier
from tests.support.house import SOURCES, receive
from tests.support.memory_house import SetClock
from tests.support.services import DATABASES, database_url
from tests.support.shop import sent, viewed

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RAW_DAYS, NAMELESS_DAYS = 90, 30
NOT_JSON = b"not json at all"

#: Opens a process of one house, over one clock.
Opening = Callable[[], App]


@pytest.fixture
def clock() -> SetClock:
    return SetClock(BEGIN)


@pytest.fixture(params=DATABASES)
def opening(request: pytest.FixtureRequest, clock: SetClock, tmp_path: Path) -> Iterator[Opening]:
    with database_url(request.param, tmp_path) as url, database_url(request.param, tmp_path) as keys_url:
        settings = Settings(
            home=tmp_path / "home", database_url=url, keys_url=keys_url, sources=SOURCES, raw_days=RAW_DAYS
        )
        opened: list[App] = []

        def open_house() -> App:
            opened.append(bootstrap(settings, clock=clock))
            return opened[-1]

        yield open_house
        for app in opened:
            app.close()


def record_a_season(app: App, clock: SetClock, days: int = 130, step: int = 5) -> None:
    """Every few days: somebody looks at something, sends what has no name yet, and what is not JSON; all is read."""
    for day in range(0, days, step):
        clock.at = BEGIN + timedelta(days=day)
        bodies = [viewed(f"p-{day}", event_id=f"view-{day}"), sent("unheard_of", event_id=f"odd-{day}", user_id="ada")]
        receive(app, "web", [*bodies, NOT_JSON + str(day).encode()], batch_id=f"batch-{day}")


def records(app: App) -> Sequence[IntakeRecord]:
    return app.intake.follow(after=0, limit=10_000)


def opened(app: App) -> Sequence[IntakeRecord]:
    return [one for one in records(app) if app.releasing.body(one.position) is not None]


def test_nothing_older_than_the_policy_opens(opening: Opening, clock: SetClock) -> None:
    """P11: the clock moves; here and in another process that had the keys, exactly what is young enough opens."""
    app = opening()
    record_a_season(app, clock)
    elsewhere = opening()
    assert len(opened(elsewhere)) == len(records(app)) == 78
    retention_of(app).enforce()
    for process in (app, elsewhere, opening()):
        left = opened(process)
        for one in records(process):
            nameless = one.arrival.key_id.startswith("epoch:")
            age = clock.at - one.arrival.received_at
            assert (one in left) == (age < timedelta(days=NAMELESS_DAYS if nameless else RAW_DAYS))
    assert len(left) == 18 + 18 + 6


def test_what_became_of_it_stays(opening: Opening, clock: SetClock) -> None:
    """P6: chain, facts and duplicates are as before; somebody's surrogate is found and says who he is."""
    app = opening()
    record_a_season(app, clock)
    facts = app.log.follow(after=0, limit=10_000)
    ada = app.vault.find(Identifier("account", "ada"))
    assert ada is not None
    retention_of(app).enforce()
    app = opening()
    assert app.intake.verify() is None
    assert list(app.log.follow(after=0, limit=10_000)) == list(facts)
    assert app.vault.find(Identifier("account", "ada")) == ada
    assert app.vault.reveal(ada) == Identifier("account", "ada")
    clock.at += timedelta(days=400)
    (same, other) = app.door.receive(
        "web", [viewed("p-0", event_id="view-0"), viewed("another", event_id="view-0")], batch_id="later"
    )
    assert [same.outcome, other.outcome] == ["duplicate", "quarantined"]


def test_the_quarantine_opens_within_the_policy(opening: Opening, clock: SetClock) -> None:
    """What waits there can be looked at and let out for as long as the policy says, and is `gone` then."""
    app = opening()
    record_a_season(app, clock)
    retention_of(app).enforce()
    waiting = [one for one in records(app) if one.arrival.source_event_id.startswith("odd-")]
    outlooks = [app.releasing.outlook(one.position) for one in waiting]
    assert [one.gone for one in outlooks] == [clock.at - one.arrival.received_at >= timedelta(90) for one in waiting]
    assert all(one.refused for one in outlooks if not one.gone)
    app.releasing.release([waiting[0].position, waiting[-1].position])
    app.canonicaliser.catch_up()
    assert app.intake.verify() is None


@pytest.mark.parametrize(
    ("came", "goes"),
    [("2026-03-02T00:00:00", True), ("2026-03-02T23:59:59.999999", True), ("2026-03-03T00:00:00", False)],
)
def test_a_day_goes_when_its_first_moment_does(came: str, goes: bool, tmp_path: Path) -> None:
    """90 days after midnight the whole day goes, so that nothing is ever older; the next day stays."""
    clock = SetClock(datetime.fromisoformat(came).replace(tzinfo=UTC))
    app = bootstrap(Settings(home=tmp_path, sources=SOURCES), clock=clock)
    receive(app, "web", [viewed("p")])
    clock.at = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=90)
    days = retention_of(app).enforce()
    assert days.raw == ([date(2026, 3, 2)] if goes else [])
    assert (app.releasing.body(1) is None) == goes
    app.close()


def test_looking_destroys_nothing_and_doing_it_again_neither(opening: Opening, clock: SetClock) -> None:
    """A dry run says what would go; a second run finds nothing to do."""
    app = opening()
    record_a_season(app, clock)
    keeping = retention_of(app)
    announced = keeping.outlived()
    assert len(opened(app)) == len(records(app))
    assert (len(announced.raw), len(announced.nameless)) == (8, 20)
    assert keeping.enforce() == announced
    assert keeping.enforce() == Outlived([], [])
    assert len(opened(app)) == 42


def test_what_nobody_has_read_is_not_destroyed(opening: Opening, clock: SetClock) -> None:
    """An acknowledged event becomes a fact first: until then nothing goes, and the error says what to do."""
    app = opening()
    app.door.receive("web", [viewed("p"), NOT_JSON], batch_id="b")
    clock.at += timedelta(days=100)
    with pytest.raises(NotYetRead, match=r"2 arrivals wait since 2026-03-02.*haberdasher project"):
        retention_of(app).enforce()
    assert len(opened(app)) == 2
    app.canonicaliser.catch_up()
    retention_of(app).enforce()
    assert opened(app) == []


def test_the_answers_of_requests_go_too(opening: Opening, clock: SetClock) -> None:
    """Kept answers are outlived like the bytes they answered."""
    app = opening()
    app.idempotency.claim("old", b"f", clock.at)
    clock.at += timedelta(days=8)
    app.idempotency.claim("young", b"f", clock.at)
    retention_of(app).enforce()
    assert app.idempotency.prune(clock.at + timedelta(days=1)) == 1


def test_the_chain_holds_when_nothing_opens(opening: Opening, clock: SetClock) -> None:
    """P6: every key destroyed and every surrogate forgotten: the chain over the ciphertext verifies to its end."""
    app = opening()
    record_a_season(app, clock)
    key_ids = [
        key_id for prefix in ("day:", "epoch:", "account:", "anonymous:") for key_id in app.keyring.named(prefix)
    ]
    app.keyring.destroy(key_ids)
    app.vault.forget(key_ids)
    assert opened(app) == []
    assert app.intake.verify() is None
    assert app.intake.head() == 78


def test_one_person_s_key_takes_his_days_with_it(opening: Opening, clock: SetClock) -> None:
    """Erasure needs the surrogate's key only: all his bodies of all days close, those of others stay open."""
    app = opening()
    record_a_season(app, clock)
    ada = app.vault.find(Identifier("account", "ada"))
    assert ada is not None
    app.keyring.destroy([ada])
    assert len(opened(app)) == 52
    assert not any(one.arrival.source_event_id.startswith("odd-") for one in opened(app))


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`retention` says which days go, with --dry-run only that, and refuses what was not read."""
    monkeypatch.setenv("HABERDASHER_HOME", str(tmp_path))
    app = bootstrap(load(), clock=SetClock(datetime(2020, 3, 2, tzinfo=UTC)))
    app.door.receive("http", [viewed("p"), NOT_JSON], batch_id="b")
    run = partial(CliRunner().invoke, cli)
    refused = run(["retention"])
    assert (refused.exit_code, "haberdasher project" in refused.output) == (1, True)
    app.canonicaliser.catch_up()
    app.close()
    gone = {"raw": ["2020-03-02"], "nameless": ["2020-03-02"]}
    assert json.loads(run(["retention", "--dry-run", "--json"]).output) == gone
    assert "Nothing was destroyed" in run(["retention", "--dry-run"]).output
    assert json.loads(run(["retention", "--json"]).output) == gone
    assert "about nobody known" in run(["retention"]).output


@pytest.mark.parametrize(("name", "bad"), [("RAW_DAYS", "0"), ("NAMELESS_DAYS", "31"), ("NAMELESS_DAYS", "0")])
def test_a_policy_that_keeps_for_too_long_is_refused(name: str, bad: str) -> None:
    """Bytes that could be anybody's are kept for 30 days at most."""
    with pytest.raises(InvalidSetting, match=name.lower()):
        load({f"HABERDASHER_{name}": bad})
