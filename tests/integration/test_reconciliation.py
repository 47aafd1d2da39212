"""O2: received = stored + duplicate + quarantined, for each source and hour; an arrival without a trace is found."""

import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from application.intake.canonicaliser import Canonicaliser
from application.intake.reconciliation import Reconciling
from haberdasher.cli import cli
from ports.intake import IntakeRecord
from tests.support.house import SOURCES
from tests.support.memory_house import NOW, MemoryHouse
from tests.support.shop import ordered, sent, viewed


def reconciling(house: MemoryHouse) -> Reconciling:
    return Reconciling(
        *("main", house.intake, house.log, house.read_models, house.vault, house.keyring, SOURCES, house.ids),
        house.canonicaliser.reader,
    )


def batch(dice: random.Random, number: int) -> list[bytes]:
    """Views, logins that repeat themselves, refusals, unreadable bytes, and some of it twice."""
    minute, who = dice.randrange(500), f"cookie-{dice.randrange(5)}"
    bodies = [
        *(viewed(f"p-{dice.randrange(9)}", minute + step, cookie=who) for step in range(dice.randrange(6))),
        *(sent("login", 0, email="ada@example.org", user_id="ada") for _ in range(2)),
        sent("warp_drive", minute, anonymous_id=who),
        b"{nonsense %d" % number,
        sent("consent_changed", 1, anonymous_id=who, properties={"ads": "denied"}),
    ]
    return [*bodies, *dice.sample(bodies, 2)]


def test_every_arrival_is_accounted_for_by_source_and_hour() -> None:
    """The door's own answers and the two logs give the same sums, hour by hour, and nothing is lost."""
    house, dice = MemoryHouse(), random.Random(5)
    answered: dict[tuple[str, datetime], Counter[str]] = {}
    for number in range(60):
        house.clock.at = NOW + timedelta(minutes=7 * number)
        source = dice.choice(["web", "web", "nobody"])
        answers = house.door.receive(source, batch(dice, number), batch_id=str(number))
        hour = house.clock.at.replace(minute=0)
        answered.setdefault((source, hour), Counter()).update(one.outcome for one in answers)
    house.door.receive("oms", [ordered("o-1", 0, "coat/m"), ordered("o-1", 0, "coat/m")], batch_id="orders")
    house.canonicaliser.catch_up()
    hours = {(one.source, one.hour): one for one in reconciling(house).hours()}
    for place, outcomes in answered.items():
        fates = hours[place].fates
        assert fates["quarantined"] == outcomes["quarantined"]
        assert fates["stored"] + fates["repeated"] == outcomes["accepted"]
        assert hours[place].received + outcomes["duplicate"] == outcomes.total()
    assert all(one.lost == () and one.fates["pending"] == 0 for one in hours.values())
    assert sum(one.fates["repeated"] for one in hours.values()) > 50
    assert sum(one.received for one in hours.values()) == house.intake.head()


def test_what_nobody_has_worked_on_is_pending_and_what_was_erased_is_said() -> None:
    """Neither is a loss: what nobody can open any more when its turn comes waits with its reason."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat")])
    house.door.receive("web", [viewed("hat", 1, cookie="cookie-2"), viewed("scarf", 2)], batch_id="b")
    assert [dict(one.fates) for one in reconciling(house).hours()] == [{"stored": 1, "pending": 2}]
    house.keyring.destroy([house.surrogate("anonymous", "cookie-2")])
    house.canonicaliser.catch_up()
    assert [dict(one.fates) for one in reconciling(house).hours()] == [{"stored": 2, "quarantined": 1}]


def test_what_left_no_trace_and_cannot_be_read_any_more_is_erased() -> None:
    """A login that said nothing new is a repetition while its body opens; afterwards nobody can tell."""
    house = MemoryHouse()
    house.receive("oms", [sent("login", minute, email="eva@example.org", user_id="eva") for minute in (1, 2)])
    assert [dict(one.fates) for one in reconciling(house).hours()] == [{"stored": 1, "repeated": 1}]
    house.keyring.destroy([house.surrogate("account", "eva")])
    assert [dict(one.fates) for one in reconciling(house).hours()] == [{"stored": 1, "erased": 1}]


@pytest.mark.parametrize(
    "gone",
    [
        viewed("coat", 3),
        sent("warp_drive", 1, anonymous_id="c"),
        b"{nonsense",
        ordered("o-9", 0, "coat/m"),
        sent("login", 9, email="eva@example.org", user_id="eva"),
    ],
)
def test_one_loss_is_found_wherever_it_is(gone: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A canonicaliser that passes over one arrival of 1,000 is found out, by source, hour and position."""
    house = MemoryHouse(batch=100)
    bodies = [viewed(f"p-{number % 7}", number, cookie=f"c-{number % 20}") for number in range(1000)]
    bodies.insert(700, gone)
    house.door.receive("oms", bodies, batch_id="b")
    read = Canonicaliser._read

    def passing_over(self: Canonicaliser, records: Sequence[IntakeRecord]) -> list[Any]:
        return read(self, [one for one in records if one.position != 701])

    monkeypatch.setattr(Canonicaliser, "_read", passing_over)
    house.canonicaliser.catch_up()
    (hour,) = reconciling(house).hours()
    assert (hour.source, hour.hour, hour.lost) == ("oms", NOW, (701,))
    assert (hour.received, hour.fates["lost"]) == (1001, 1)


def test_the_doctor_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 0 and the sums while all is there; exit code 1 and the place once one fact is gone."""
    monkeypatch.setenv("HABERDASHER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HABERDASHER_CONFIG", raising=False)
    events = tmp_path / "events.jsonl"
    events.write_bytes(b"\n".join([viewed("coat"), viewed("hat", 1), b"{nonsense"]))
    run = CliRunner().invoke
    run(cli, ["ingest", "jsonl", str(events)])
    run(cli, ["project"])
    healthy = run(cli, ["doctor"])
    assert (healthy.exit_code, "3 arrivals: 2 stored, 1 quarantined" in healthy.output) == (0, True)
    with sqlite3.connect(tmp_path / "home" / "haberdasher.db") as database:
        database.execute("DROP TRIGGER events_refuses_delete")
        database.execute("DELETE FROM events WHERE CAST(state AS TEXT) LIKE '%\"intake\":2%'")
    database.close()
    broken = run(cli, ["doctor"])
    assert broken.exit_code == 1
    assert "1 of 3 arrivals of jsonl" in broken.output
    assert "position 2" in broken.output
