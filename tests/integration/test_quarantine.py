"""What waits can be seen, and gets out once, in its place, when the taxonomy has learned its name."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from application.projections.quarantine import QuarantineProjection, counts, found, waiting
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from domain.session.facts import ProductAddedToCart
from domain.taxonomy.quarantine import EventQuarantined, EventReleased
from haberdasher.bootstrap import App, bootstrap
from haberdasher.cli import cli
from haberdasher.settings import Settings
from tests.support.house import SOURCES, receive
from tests.support.server_process import serving
from tests.support.shop import sent, viewed

BAG = {"anonymous_id": "cookie-1", "properties": {"product_id": "coat"}}


def opened(home: Path, **aliases: str) -> App:
    """A house in a folder whose settings know these names."""
    return bootstrap(Settings(home=home, batch=100, sources=SOURCES, aliases={"*": aliases} if aliases else {}))


def facts(app: App, *kinds: type) -> list[Any]:
    return [one.event for one in app.log.follow(after=0, limit=10_000) if isinstance(one.event, kinds)]


def project(app: App) -> None:
    app.canonicaliser.catch_up()
    app.runner.catch_up(list(app.projections.values()))


def test_a_name_that_was_learned_lets_its_events_out_once(tmp_path: Path) -> None:
    """Unknown, it waits; with an alias it is a fact, through a restart; released again nothing happens."""
    app = opened(tmp_path)
    (answer,) = receive(app, "web", [sent("Bag Tapped", 3, **BAG)])
    assert (answer.outcome, answer.reason) == ("quarantined", "unknown_event_name")
    assert [one.position for one in waiting(app.read_models)] == [answer.position]
    assert counts(app.read_models) == [("web", "unknown_event_name", 1)]
    app.close()

    app = opened(tmp_path, **{"bag-tapped": "product_added_to_cart"})
    for _ in range(2):
        app.releasing.release([answer.position])
        project(app)
    head, intake = app.log.head(), app.intake.head()
    app.close()
    app = opened(tmp_path, **{"Bag Tapped": "product_added_to_cart"})
    app.releasing.release([answer.position])
    project(app)

    assert (app.log.head(), app.intake.head()) == (head, intake)
    assert [fact.product.product_id for fact in facts(app, ProductAddedToCart)] == ["coat"]
    (out,) = facts(app, EventReleased)
    assert (out.intake_position, out.became) == (answer.position, ("product_added_to_cart",))
    row = found(app.read_models, answer.position)
    assert row is not None
    assert row.became == ("product_added_to_cart",)
    assert (list(waiting(app.read_models)), counts(app.read_models)) == ([], [])
    app.close()


def test_what_is_still_refused_waits_on_with_its_new_reason(tmp_path: Path) -> None:
    """A known name does not make a good event of a bad one."""
    app = opened(tmp_path)
    (answer,) = receive(app, "web", [sent("Bag Tapped", 3, anonymous_id="c", properties={})])
    app.close()
    app = opened(tmp_path, **{"Bag Tapped": "product_added_to_cart"})
    app.releasing.release([answer.position])
    project(app)
    assert [event.reason for event in facts(app, EventQuarantined)] == ["unknown_event_name", "missing_required"]
    assert [(one.reason, one.field) for one in waiting(app.read_models)] == [("missing_required", "product_id")]
    assert counts(app.read_models) == [("web", "missing_required", 1)]
    assert facts(app, EventReleased) == []
    app.close()


def test_an_operator_may_let_out_a_second_body(tmp_path: Path) -> None:
    """A correction that was resent under its refused id is a conflict until somebody says that it counts."""
    app = opened(tmp_path)
    wrong = sent("product_viewed", 1, event_id="e-wrong", anonymous_id="c", properties={})
    right = sent("product_viewed", 1, event_id="e-wrong", anonymous_id="c", properties={"product_id": "coat"})
    receive(app, "web", [wrong], "first")
    (conflict,) = receive(app, "web", [right], "second")
    assert conflict.reason == "duplicate_conflict"
    app.releasing.release([conflict.position])
    project(app)
    assert [[touch.product for touch in one.touches] for _, one in View(app.read_models, "sessions").all(SESSIONS)] == [
        ["coat"]
    ]
    app.close()


def test_positions_of_nothing_do_nothing(tmp_path: Path) -> None:
    """What never waited, is not there, or is itself an order cannot be let out."""
    app = opened(tmp_path)
    receive(app, "web", [viewed("coat")])
    head = app.log.head()
    orders = app.releasing.release([1, 77, 0])
    project(app)
    app.releasing.release(list(orders.values()))
    project(app)
    assert app.log.head() == head
    app.close()


def test_nobody_outside_can_give_an_order(tmp_path: Path) -> None:
    """A source that calls itself like the house's own is a source that nobody registered."""
    app = opened(tmp_path)
    receive(app, "web", [sent("Bag Tapped", 3, **BAG)])
    (answer,) = receive(app, "#releases", [b"1"], "b")
    assert (answer.outcome, answer.reason) == ("quarantined", "source_not_registered")
    assert facts(app, EventReleased) == []
    app.close()


def test_rebuilding_the_quarantine_gives_the_same_rows(tmp_path: Path) -> None:
    """The read model is a fold of the log."""
    app = opened(tmp_path)
    receive(app, "web", [sent("Bag Tapped", 3, **BAG), b"nonsense", viewed("coat")])
    before = list(waiting(app.read_models)), counts(app.read_models)
    app.runner.rebuild(QuarantineProjection())
    assert (list(waiting(app.read_models)), counts(app.read_models)) == before
    assert Counter(one.reason for one in before[0]) == {"unknown_event_name": 1, "not_json": 1}
    app.close()


@pytest.fixture
def commanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one event that waits, for the command line."""
    events = tmp_path / "events.jsonl"
    events.write_bytes(sent("Bag Tapped", 3, **BAG) + b"\n" + b"{not json}\n")
    monkeypatch.setenv("HABERDASHER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HABERDASHER_CONFIG", raising=False)
    assert CliRunner().invoke(cli, ["ingest", "jsonl", str(events)]).exit_code == 0
    return tmp_path


def test_the_command_line_lists_shows_and_releases(commanded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the name in a list to the fact, with a dry run between; usage errors are exit code 2."""
    run = CliRunner().invoke
    listed = json.loads(run(cli, ["quarantine", "list", "--json", "--reason", "unknown_event_name"]).output)
    (position,) = [one["position"] for one in listed["events"]]
    shown = run(cli, ["quarantine", "show", str(position), "--body"])
    assert "Bag Tapped" in shown.output
    assert run(cli, ["quarantine", "release"]).exit_code == 2
    assert run(cli, ["quarantine", "show", "99"]).exit_code == 1
    config = commanded / "haberdasher.toml"
    config.write_text('[aliases."*"]\n"Bag Tapped" = "product_added_to_cart"\n')
    monkeypatch.setenv("HABERDASHER_CONFIG", str(config))
    dry = json.loads(run(cli, ["quarantine", "release", "--all", "--dry-run", "--json"]).output)
    assert [one["now"].partition(":")[0] for one in dry] == ["product_added_to_cart", "waits"]
    done = json.loads(run(cli, ["quarantine", "release", "--all", "--json"]).output)
    assert [one["became"] for one in done["released"]] == [["product_added_to_cart"]]
    assert [one["reason"] for one in done["waiting"]] == ["not_json"]


def test_over_http_it_is_listed_and_let_out(tmp_path: Path) -> None:
    """GET shows what waits without its body; POST orders it out; the server's own worker does it."""
    config = tmp_path / "haberdasher.toml"
    with serving(tmp_path / "home") as server:
        body = {"event": "Bag Tapped", "event_id": "e-1"} | BAG
        httpx.post(f"{server.url}/v1/events", json=body).raise_for_status()
        until(lambda: httpx.get(f"{server.url}/v1/quarantine").json()["events"])
    config.write_text('[aliases.http]\n"Bag Tapped" = "product_added_to_cart"\n')
    with serving(tmp_path / "home", config=str(config)) as server, httpx.Client(base_url=server.url) as client:
        page = client.get("/v1/quarantine").json()
        assert [(one["reason"], one["became"]) for one in page["events"]] == [("unknown_event_name", [])]
        assert page["counts"] == [{"source": "http", "reason": "unknown_event_name", "waiting": 1}]
        position = page["events"][0]["position"]
        assert client.post("/v1/quarantine/release", json={}).status_code == 422
        assert client.post("/v1/quarantine/release", json={"positions": [2**70]}).status_code in {400, 422}
        assert client.get("/v1/quarantine/999").status_code == 404
        ordered = client.post("/v1/quarantine/release", json={"source": "http"})
        assert (ordered.status_code, ordered.json()["positions"]) == (202, [position])
        until(lambda: client.get(f"/v1/quarantine/{position}").json()["released_at"])
        assert client.get(f"/v1/quarantine/{position}").json()["became"] == ["product_added_to_cart"]


def until(holds: Callable[[], object], patience_s: float = 20.0) -> None:
    """Ask again until it holds."""
    deadline = monotonic() + patience_s
    while not holds():
        assert monotonic() < deadline, "it never came to hold"
        sleep(0.02)
