"""The server as a process: it starts where it is safe, ends when it is told to, and a kill loses no answered slate."""

import random
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import httpx
import pytest
from click.testing import CliRunner

from domain.session.facts import ProductViewed
from domain.slate.slate import SlateServed
from haberdasher.cli import cli
from tests.support.house import house
from tests.support.http import catalogue, full, inventory
from tests.support.server_process import PATIENCE_S, environment, free_port, serving


def serve(home: Path, *options: str, **settings: str) -> tuple[int, str]:
    """Call `haberdasher serve` where it gives up before it begins; return exit code and what it said."""
    ran = CliRunner().invoke(cli, ["serve", *options], env=environment(home, **settings))
    return ran.exit_code, ran.output


def test_without_keys_it_listens_on_this_machine_only(tmp_path: Path) -> None:
    """An address that others can reach takes API keys, and the remedy is said."""
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.com"):
        code, said = serve(tmp_path, "--host", host, "--port", str(free_port()))
        assert (code, "HABERDASHER_API_KEYS" in said) == (1, True)


def test_pages_are_not_put_on_a_network(tmp_path: Path) -> None:
    """The shop pages ask for no key: with keys, too, they are for this machine, and the remedy is said."""
    keys = "0123456789abcdef0=events+read"
    code, said = serve(tmp_path, "--host", "0.0.0.0", "--port", str(free_port()), api_keys=keys, pages="true")
    assert (code, "HABERDASHER_PAGES=false" in said) == (1, True)


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    """Two servers never share a port by accident."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = serve(tmp_path, "--port", str(port))
    assert (code, str(port) in said, "--port" in said) == (1, True, True)


def test_a_key_that_cannot_be_stops_the_start(tmp_path: Path) -> None:
    """An unsafe setting ends it with its name before anything listens."""
    command = [sys.executable, "-m", "haberdasher", "serve", "--port", str(free_port())]
    given = environment(tmp_path, api_keys="short=read")
    ran = subprocess.run(command, env=given, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, "HABERDASHER_API_KEYS" in ran.stderr) == (1, True)
    assert "short" not in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end it with exit code 0 and without a trace, and what was answered is stored."""
    with serving(tmp_path) as server:
        event = {"event": "product_viewed", "anonymous_id": "c-1", "properties": {"product_id": "p-1"}}
        assert httpx.post(f"{server.url}/v1/events", json=event).status_code == 202
        server.process.send_signal(number)
        _, said = server.process.communicate(timeout=60)
    assert (server.process.returncode, said.decode()) == (0, "")
    with_event = house(tmp_path)
    assert with_event.intake.head() == 1
    with_event.close()


def test_a_killed_server_leaves_no_worker(tmp_path: Path) -> None:
    """Who kills the process that was started has ended the server: the port is free for the next one."""
    with serving(tmp_path) as server:
        server.process.kill()
        server.process.wait()
        deadline = monotonic() + PATIENCE_S
        while answers(server.url):
            assert monotonic() < deadline


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live").status_code == 200
    except httpx.TransportError:
        return False


def test_a_kill_loses_no_answered_slate(tmp_path: Path) -> None:
    """SIGKILLs at random moments under load: every slate and every event that was answered is in the log, once."""
    dice, slates, events = random.Random(3), set[str](), set[str]()
    kills = 5
    for turn in range(kills):
        with serving(tmp_path) as server:
            if turn == 0:
                assert httpx.post(f"{server.url}/v1/catalog", json={"products": catalogue()}).status_code == 202
                assert httpx.put(f"{server.url}/v1/inventory", json=inventory(full())).status_code == 202
            shoppers = [
                threading.Thread(target=shop, args=(server.url, f"shopper-{turn}-{n}", slates, events))
                for n in range(3)
            ]
            for one in shoppers:
                one.start()
            threading.Event().wait(dice.uniform(0.3, 0.9))
            server.kill()
            for one in shoppers:
                one.join()
    assert len(slates) >= 5 * kills
    app = house(tmp_path)
    app.canonicaliser.catch_up()
    log = app.log.follow(after=0, limit=1_000_000)
    recorded = [one.event.slate_id for one in log if isinstance(one.event, SlateServed)]
    assert len(recorded) == len(set(recorded))
    assert slates <= set(recorded)
    stored = [one.arrival.source_event_id for one in app.intake.follow(after=0, limit=1_000_000)]
    assert len(stored) == len(set(stored))
    assert events <= set(stored)
    views = [one for one in log if isinstance(one.event, ProductViewed)]
    assert len(views) == sum(one.startswith("shopper-") for one in stored)
    assert app.intake.verify() is None
    app.close()


def shop(url: str, name: str, slates: set[str], events: set[str]) -> None:
    """Ask and look, again and again, until the server is gone; remember what was answered."""
    with httpx.Client(base_url=url) as client:
        for n in range(100_000):
            try:
                asked = {"surface": "home", "customer": {"anonymous_id": name}}
                answer = client.post("/v1/recommendations", json=asked)
                assert answer.status_code == 200
                slates.add(answer.json()["slate_id"])
                view = {
                    "event": "product_viewed",
                    "event_id": f"{name}-{n}",
                    "anonymous_id": name,
                    "properties": {"product_id": f"p-{n % 24}"},
                }
                assert client.post("/v1/events", json=view).status_code == 202
                events.add(f"{name}-{n}")
            except httpx.TransportError:
                return
