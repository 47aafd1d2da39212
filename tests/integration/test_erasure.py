"""Erasing beside a server that runs, on the command line, and while the erased goes on."""

import json
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import httpx
import numpy as np
import pytest
from click.testing import CliRunner, Result

from adapters.intake import SqlIntakeLog
from application.intake.forgetting import ERASURES
from application.intake.reconciliation import Reconciling
from application.privacy.belongings import SharedByOthers
from haberdasher.bootstrap import App
from haberdasher.cli import cli
from haberdasher.cli.erase import erase_all
from ports.artifacts import Draft
from ports.intake import Arrival, Receipt
from ports.vault import Identifier
from tests.support.house import house, receive
from tests.support.server_process import serving
from tests.support.shop import ordered, sent, sent_back, viewed

ADA = Identifier("account", "ada")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which Ada and Bob have been, for the command line."""
    folder = tmp_path / "home"
    monkeypatch.setenv("HABERDASHER_HOME", str(folder))
    monkeypatch.delenv("HABERDASHER_CONFIG", raising=False)
    app = house(folder)
    season(app)
    app.close()
    return folder


def season(app: App) -> None:
    receive(
        app,
        "web",
        [
            viewed("coat", 1, cookie="ada-1", user_id="ada", email="ada@example.org"),
            viewed("hat", 2, cookie="bob-1", user_id="bob"),
            sent("erasure_requested", 90, user_id="bob"),
            sent("warp", 91, user_id="ada"),
        ],
    )
    receive(app, "oms", [ordered("o-1", 10, "coat/m", user="ada"), sent_back("r-1", "o-1", 20, "coat/m", "too_small")])


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_the_command_erases_by_any_identifier_after_asking(home: Path) -> None:
    """No without a yes; then once; again it says that it was done, and an unknown name is exit code 1."""
    refused = CliRunner().invoke(cli, ["erase", "--customer", "email:Ada@Example.org"], input="n\n")
    assert refused.exit_code == 1
    assert "1 account, 1 anonymous, 1 email; 1 sessions, 1 orders" in refused.output
    done = run("erase", "--customer", "email:Ada@Example.org", "--yes", "--json")
    assert done.exit_code == 0, done.output
    (outcome,) = json.loads(done.stdout)
    assert (len(outcome["identifiers"]), outcome["sessions"], outcome["orders"]) == (3, 1, 1)
    again = run("erase", "--customer", "account:ada", "--yes")
    assert (again.exit_code, "was erased on" in again.output) == (0, True)
    by_surrogate = json.loads(run("erase", "--surrogate", outcome["person"], "--yes", "--json").stdout)
    assert by_surrogate == [outcome]
    assert run("erase", "--customer", "account:nobody", "--yes").exit_code == 1
    assert run("erase", "--customer", "ada", "--yes").exit_code == 2
    assert run("erase", "--yes").exit_code == 2
    assert run("export", "--customer", "account:ada", "--out", str(home / "x.json")).exit_code == 1
    assert not (home / "x.json").exists()


def test_who_asked_for_it_is_listed_and_carried_out(home: Path) -> None:
    """The wish that came as an event: listed as it waits, carried out for all, listed no more."""
    (waits,) = json.loads(run("erase", "--pending", "--json").stdout)
    assert waits["requested_at"].startswith("2026-03-02T10:30")
    done = json.loads(run("erase", "--requested", "--yes", "--json").stdout)
    assert [waits["surrogate"] in one["identifiers"] for one in done] == [True]
    assert json.loads(run("erase", "--pending", "--json").stdout) == []
    app = house(home)
    assert app.vault.find(Identifier("account", "bob")) is None
    assert app.vault.find(ADA) is not None
    app.close()


def test_an_export_is_written_for_its_owner_only(home: Path, tmp_path: Path) -> None:
    """A new file that nobody else can read; never over another one."""
    file = tmp_path / "ada.json"
    assert run("export", "--customer", "account:ada", "--out", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o077 == 0
    document = json.loads(file.read_bytes())
    assert [one["value"] for one in document["identifiers"]] == ["ada", "ada-1", "ada@example.org"]
    assert len(document["received"]) == 4
    assert run("export", "--customer", "account:ada", "--out", str(file)).exit_code == 1
    assert json.loads(file.read_bytes()) == document


def test_an_identifier_that_turns_out_to_be_shared_is_left_and_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else logs in on it between the order and its carrying out: exit code 1 with what to do, none erased."""
    append = SqlIntakeLog.append
    bob = [viewed("hat", 5, cookie="ada-1", user_id="bob")]

    def after_bob(log: SqlIntakeLog, arrivals: Sequence[Arrival]) -> Sequence[Receipt]:
        if arrivals[0].source == ERASURES:
            monkeypatch.setattr(SqlIntakeLog, "append", append)
            app = house(home)
            receive(app, "web", bob, "bob")
            app.close()
        return append(log, arrivals)

    monkeypatch.setattr(SqlIntakeLog, "append", after_bob)
    left = run("erase", "--customer", "anonymous:ada-1", "--yes")
    assert isinstance(left.exception, SharedByOthers)
    assert "name one of them" in str(left.exception)
    app = house(home)
    assert app.vault.find(Identifier("anonymous", "ada-1")) is not None
    app.close()
    assert run("erase", "--customer", "account:bob", "--yes").exit_code == 0
    assert run("erase", "--customer", "anonymous:ada-1", "--yes").exit_code == 0


def test_a_restored_backup_is_erased_again(home: Path, tmp_path: Path) -> None:
    """P3: keys and vault of before the erasure are put back; the log still knows whom to erase."""
    backup = (home / "keys.db").read_bytes()
    assert run("erase", "--customer", "account:ada", "--yes").exit_code == 0
    for file in home.glob("keys.db*"):
        file.unlink()
    (home / "keys.db").write_bytes(backup)
    app = house(home)
    assert app.vault.find(ADA) is not None
    app.close()
    assert json.loads(run("erase", "--again", "--json").stdout) == {"people": 1}
    app = house(home)
    names = [ADA, Identifier("email", "ada@example.org"), Identifier("order", "o-1")]
    assert [app.vault.find(one) for one in names] == [None] * 3
    assert left_of_ada(app) == []
    assert receive(app, "web", [viewed("late", 3, cookie="ada-1")], "late")[0].reason == "subject_erased"
    app.close()


def left_of_ada(app: App) -> Sequence[int]:
    """Return the positions of bodies that open and name her, or her order."""
    records = [one for one in app.intake.follow(after=0, limit=1000) if not one.arrival.source.startswith("#")]
    contexts = [f"main\0{one.arrival.source}\0{one.arrival.source_event_id}".encode() for one in records]
    keys, sealed = [one.arrival.key_id for one in records], [one.arrival.sealed for one in records]
    bodies = app.keyring.unseal(keys, sealed, contexts)
    return [
        one.position for one, body in zip(records, bodies, strict=True) if body and (b"ada" in body or b"o-1" in body)
    ]


def test_the_releases_that_learned_from_somebody_are_named(tmp_path: Path) -> None:
    """Those whose range of the log holds the person, not those from before or after."""
    app = house(tmp_path)
    published = [release(app, "before")]
    season(app)
    published.append(release(app, "with"))
    ada = app.vault.find(ADA)
    assert ada is not None
    (outcome,) = erase_all(app, [ada])
    release(app, "after")
    assert outcome.models_that_saw == [published[1]]
    (again,) = erase_all(app, [ada])
    assert again == outcome
    app.close()


def release(app: App, fingerprint: str) -> str:
    """Publish a release that learned from the log as far as it goes."""
    draft = Draft("none", fingerprint, app.clock.now(), 1, app.log.head(), "", {}, {"rows": np.zeros(1, np.float32)})
    return app.releases.publish(draft).release_id


def test_every_arrival_is_accounted_for_afterwards(tmp_path: Path) -> None:
    """O2: what was erased, what came late and the order itself leave nothing lost, and the chain holds."""
    app = house(tmp_path)
    season(app)
    ada = app.vault.find(ADA)
    assert ada is not None
    erase_all(app, [ada])
    receive(app, "web", [viewed("late", 3, cookie="ada-1"), b"{not json"], "late")
    hours = Reconciling(
        *(app.settings.tenant, app.intake, app.log, app.read_models, app.vault, app.keyring),
        *(app.sources, app.ids, app.reader),
    ).hours()
    assert [one.lost for one in hours if one.lost] == []
    assert sum(one.received for one in hours) == app.intake.head() - 1
    assert app.intake.verify() is None
    app.close()


def test_a_server_that_runs_forgets_within_a_minute(home: Path) -> None:
    """Erased from another process: the server's vault, keys and read models know nobody; what comes late is refused."""
    with serving(home) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        event = {
            "event": "product_viewed",
            "user_id": "eve",
            "anonymous_id": "eve-1",
            "properties": {"product_id": "x"},
        }
        first = client.post("/v1/events", json=event | {"event_id": "e-1"}).json()
        ask = {"surface": "home", "customer": {"user_id": "eve"}, "after": first["position"]}
        before = client.post("/v1/recommendations", json=ask).json()
        assert served_to(client, before) is not None
        started = monotonic()
        done = run("erase", "--customer", "account:eve", "--yes", "--json")
        assert done.exit_code == 0, done.output
        (outcome,) = json.loads(done.stdout)
        assert served_to(client, client.post("/v1/recommendations", json=ask).json()) is None
        late = client.post(
            "/v1/events?source=http", json=event | {"event_id": "e-2", "timestamp": "2026-01-01T00:00:00Z"}
        ).json()
        assert late["events"][0]["reason"] in {"subject_erased", "timestamp_too_old"}
        assert monotonic() - started < 60
        fresh = client.post("/v1/events", json=event | {"event_id": "e-3"}).json()
        assert fresh["accepted"] == 1
        after = client.post("/v1/recommendations", json=ask | {"after": fresh["position"]}).json()
        person = served_to(client, after)
        assert person is not None
        assert person not in outcome["identifiers"]


def served_to(client: httpx.Client, answer: Any) -> str | None:
    found = client.get(f"/v1/slates/{answer['slate_id']}").json()
    person: str | None = found.get("person", found.get("served", {}).get("person"))
    return person


def going_on(app: App, stop: Event, round_: int) -> None:
    """Send what had happened before, in small batches, until told to stop."""
    number = 0
    while not stop.is_set():
        number += 1
        cookie = f"race-{round_}-{number % 3}"
        bodies = [
            viewed(f"p-{number}", number, cookie=cookie, user_id=f"racer-{round_}"),
            sent("warp", number, email=f"racer-{round_}@example.org", user_id=f"racer-{round_}"),
        ]
        app.door.receive("web", bodies, batch_id=f"race-{round_}-{number}")


@pytest.mark.parametrize("rounds", [6, pytest.param(200, marks=pytest.mark.nightly)])
def test_nothing_is_left_of_who_goes_on_while_being_erased(rounds: int, tmp_path: Path) -> None:
    """P5: events about the person stream in from other threads; afterwards no value, no key, no body is left."""
    app = house(tmp_path)
    leftovers: list[Any] = []
    for round_ in range(rounds):
        who = Identifier("account", f"racer-{round_}")
        receive(app, "web", [viewed("coat", 1, cookie=f"race-{round_}-0", user_id=who.value)], f"first-{round_}")
        stop = Event()
        threads = [Thread(target=going_on, args=(app, stop, round_)) for _ in range(2)]
        for thread in threads:
            thread.start()
        sleep(0.05)
        surrogate = app.vault.find(who)
        assert surrogate is not None
        erase_all(app, [surrogate])
        sleep(0.05)
        stop.set()
        for thread in threads:
            thread.join()
        app.canonicaliser.catch_up()
        app.runner.catch_up(list(app.projections.values()))
        leftovers += left_of(app, round_)
    assert leftovers == []
    assert app.intake.verify() is None
    app.close()


def left_of(app: App, round_: int) -> Sequence[Any]:
    names = [Identifier("account", f"racer-{round_}"), Identifier("email", f"racer-{round_}@example.org")]
    names += [Identifier("anonymous", f"race-{round_}-{number}") for number in range(3)]
    found: list[Any] = [(one, surrogate) for one in names if (surrogate := app.vault.find(one)) is not None]
    arrivals = [(one.position, one.arrival) for one in app.intake.follow(after=0, limit=100_000)]
    sealed = [(at, one) for at, one in arrivals if not one.source.startswith("#")]
    contexts = [f"main\0{one.source}\0{one.source_event_id}".encode() for _, one in sealed]
    bodies = app.keyring.unseal([one.key_id for _, one in sealed], [one.sealed for _, one in sealed], contexts)
    found += [at for (at, _), body in zip(sealed, bodies, strict=True) if body and f"racer-{round_}".encode() in body]
    return found
