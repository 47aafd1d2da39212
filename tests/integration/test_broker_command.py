"""`haberdasher work` as processes: events in by a broker, sessions and orders out to it, and an end when told to."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from haberdasher.bus import doubts
from haberdasher.cli.work import work
from ports.messages import INTAKE, ORDERS, SESSIONS
from tests.support.broker import Sent, Served, served_at, until
from tests.support.broker_collector import prepare
from tests.support.broker_document import Reader
from tests.support.broker_server import OwnServer, own_server, require_server
from tests.support.house import SOURCES, house
from tests.support.server_process import environment, free_port
from tests.support.shop import MONDAY, ordered, viewed

WORK = "from haberdasher.cli.work import work; work()"
CONFIG = """
[sources.web]
clock = "backfill"
[sources.oms]
clock = "backfill"
authority = "server"
delay_s = 60
legal_basis = "contract"
[sources.live]
"""


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnServer]:
    kind = getattr(request, "param", "nats")
    require_server(kind)
    with own_server(kind, tmp_path / "server") as found:
        yield found


def command(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    home.mkdir(exist_ok=True)
    (home / "settings.toml").write_text(CONFIG)
    return subprocess.Popen(
        [sys.executable, "-c", WORK, *arguments],
        env=environment(home, config=str(home / "settings.toml")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: "subprocess.Popen[str]", number: signal.Signals | None = None) -> tuple[int, str]:
    """Return the exit code and what was said, after a signal if one is given."""
    if number is not None:
        process.send_signal(number)
    out, said = process.communicate(timeout=60)
    return process.returncode, out + said


def send(broker: Served, bodies: Sequence[bytes], source: str) -> None:
    broker.send([Sent(body, {"source": source}) for body in bodies])


def test_events_come_in_and_messages_go_out(server: OwnServer, tmp_path: Path) -> None:
    """A collector and an outlet end with code 0 when told to; whoever has only the document can read what came out."""
    home = tmp_path / "home"
    broker = served_at(server.kind, server.url, INTAKE)
    prepare(broker)
    send(broker, [viewed(f"p-{n}", n * 40, user_id="wanda") for n in range(20)], "web")
    send(broker, [ordered("o-1", 5, "coat/m", "hat/l", user="wanda")], "oms")
    collector = command(home, "collector", "--broker", server.url, "--source", "live")
    try:
        until(lambda: collector.poll() is not None or _waiting(broker) == 0, "everything is collected")
    finally:
        code, said = ended(collector, signal.SIGTERM)
    assert (code, "Traceback" in said) == (0, False), said
    assert "21 accepted, 0 duplicates, 0 quarantined, 0 dead letters" in said

    app = house(home)
    assert set(SOURCES) <= set(app.sources)
    app.canonicaliser.catch_up()
    app.canonicaliser.close_idle(MONDAY + timedelta(days=9))
    app.close()
    outlet = command(home, "outlet", "--broker", server.url)
    try:
        until(lambda: outlet.poll() is not None or len(_lying(broker, SESSIONS)) >= 20, "everything is published")
    finally:
        code, said = ended(outlet, signal.SIGINT)
    assert (code, "Traceback" in said) == (0, False), said
    assert "21 published" in said

    reader = Reader()
    sessions, orders = _lying(broker, SESSIONS), _lying(broker, ORDERS)
    assert (len(sessions), len(orders)) == (20, 1)
    assert [fault for one in sessions for fault in reader.faults(SESSIONS, one)] == []
    assert reader.faults(ORDERS, orders[0]) == []
    assert not any(b"wanda" in one or b"cookie-1" in one for one in (*sessions, *orders))


def _waiting(broker: Served) -> int:
    try:
        return broker.waiting()
    except Exception:  # noqa: BLE001 - the collector has not made its consumer yet
        return -1


def _lying(broker: Served, topic: str) -> list[bytes]:
    try:
        return [one.body for one in broker.lying(topic)]
    except Exception:  # noqa: BLE001 - the outlet has not made its topic yet
        return []


def test_the_reader_of_the_document_notices_what_is_wrong() -> None:
    """The document says enough to refuse a message that lacks a field, or has another type or kind in it."""
    good = {
        "message_id": "m",
        "tenant": "main",
        "session_id": "s",
        "revision": 7,
        "visitor": "anonymous:x",
        "account": None,
        "channel": "web",
        "device_type": None,
        "started_at": "2026-03-02T09:00:00Z",
        "ended_at": "2026-03-02T09:00:00Z",
        "reason": "timeout",
        "counts": {"product_viewed": 1},
        "absorbed_by": None,
        "type": "session_closed",
        "version": 1,
    }
    reader = Reader()
    assert reader.faults(SESSIONS, json.dumps(good).encode()) == []
    for name in ("message_id", "revision", "started_at", "counts"):
        assert reader.faults(SESSIONS, json.dumps({k: v for k, v in good.items() if k != name}).encode()), name
    for wrong in (
        {"revision": "7"},
        {"account": 1},
        {"ended_at": "yesterday"},
        {"counts": {"product_viewed": "1"}},
        {"type": "order_placed"},
        {"version": 2},
    ):
        assert reader.faults(SESSIONS, json.dumps(good | wrong).encode()), wrong


def test_a_stop_in_the_middle_leaves_nothing_between(server: OwnServer, tmp_path: Path) -> None:
    """SIGTERM under load: the batch in flight is stored and acknowledged, the rest waits, and the code is 0."""
    broker = served_at("nats", server.url, INTAKE)
    prepare(broker)
    count = 6_000
    send(broker, [viewed("p", n % 600, event_id=str(n)) for n in range(count)], "web")
    app = house(tmp_path / "home")
    collector = command(tmp_path / "home", "collector", "--broker", server.url, "--batch", "50")
    try:
        until(lambda: collector.poll() is not None or app.intake.head() > 0, "something is stored")
    finally:
        code, said = ended(collector, signal.SIGTERM)
    assert (code, "Traceback" in said) == (0, False), said
    stored = app.intake.head()
    app.close()
    assert 0 < stored < count
    assert f"{stored:,} accepted" in said
    assert broker.waiting() == count - stored


@pytest.mark.parametrize("role", ["collector", "outlet"])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mqtt://127.0.0.1:1883", "nats://HOST:4222"),
        ("nonsense", "names no broker"),
        ("nats://127.0.0.1:{port}", "nobody answers"),
        ("kafka://127.0.0.1:{port},127.0.0.1:{port}", "start the broker"),
        ("amqp://user:PASSWORD@127.0.0.1:{port}/", "nobody answers"),
        ("redis://127.0.0.1:{port}x", "nobody answers"),
    ],
)
def test_a_broker_that_cannot_be_used_is_said(url: str, said: str, role: str, tmp_path: Path) -> None:
    """Exit code 2, the remedy on stderr, no trace and no password."""
    ran = CliRunner().invoke(work, [role, "--broker", url.format(port=free_port())], env=environment(tmp_path / "home"))
    assert (ran.exit_code, said in ran.output, "Traceback" in ran.output) == (2, True, False), ran.output
    assert "PASSWORD" not in ran.output
    assert not (tmp_path / "home").exists(), "nothing is made before the broker is there"


def test_a_source_that_is_not_registered_is_said(server: OwnServer, tmp_path: Path) -> None:
    """Every event without a header would land in the quarantine: it does not start."""
    arguments = ["collector", "--broker", server.url, "--source", "nobody"]
    ran = CliRunner().invoke(work, arguments, env=environment(tmp_path / "home"))
    assert (ran.exit_code, "'nobody'" in ran.output, "http" in ran.output) == (2, True, True)


@pytest.mark.parametrize("server", ["nats", "redis"], indirect=True)
def test_settings_that_can_lose_events_are_named(server: OwnServer) -> None:
    """O5, in part: one replica of NATS syncs every two minutes; Redis that syncs every append is beyond doubt."""
    said = " ".join(doubts(server.url))
    assert ("sync_interval" in said) == (server.kind == "nats")
    assert ("appendonly" in said or "appendfsync" in said) is False
