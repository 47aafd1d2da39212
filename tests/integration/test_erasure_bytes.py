"""P1, P2 (small): values that occur nowhere else go down every path; half of their owners are erased, and sought."""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy.engine import make_url

from adapters.database import connect, read
from adapters.vault.tables import data_keys, identifiers
from haberdasher.bootstrap import App, bootstrap
from haberdasher.cli import cli
from haberdasher.cli.erase import erase_all
from haberdasher.cli.export import exporting_of
from haberdasher.settings import Settings
from ports.vault import Identifier
from tests.support.canaries import Canary, asked, every, files, forms, gzipped, hits, legible, named
from tests.support.house import SOURCES, house, receive
from tests.support.http import publish, served
from tests.support.services import postgresql_url

CUSTOMERS = [Canary(number) for number in range(1, 9)]
GONE, KEPT = CUSTOMERS[::2], CUSTOMERS[1::2]
#: What the door takes out before anything is stored.
NEVER_STORED = ("ip",)


def driven(home: Path) -> None:
    """Send half of everything over HTTP, with keys for repeats, and ask for slates; the rest comes from a file."""
    with served(home) as server:
        publish(server.app, "release-1")
        for one in CUSTOMERS:
            for place, body in enumerate(one.web()):
                key = f"key-{one.number}-{place}"
                headers = {"Idempotency-Key": key, "User-Agent": "Mozilla/5.0"}
                for _ in range(2):
                    server.client.post("/v1/events?source=web", content=body, headers=headers)
            server.client.post("/v1/events", content=one.nonsense)
            server.post("/v1/events?source=web", {"events": [one.values["name"], {"event": one.values["email"]}]})
            server.app.live.round()
            answer = server.ask(**asked(one))
            assert answer.status_code == 200
            slate = answer.json()
            clicked = {"slate_id": slate["slate_id"], "position": 1, "product_id": slate["items"][0]["product_id"]}
            server.post(
                "/v1/events", {"event": "product_clicked", "anonymous_id": one.values["cookie"], "properties": clicked}
            )
            server.client.get(f"/v1/slates/{one.values['email']}")
            server.ask(customer={"email": one.values["email"]}, k=0)
            server.app.live.round()


def ingested(home: Path, folder: Path) -> None:
    """What the shop's systems say comes in as a batch, and a file through the command line."""
    app = house(home)
    receive(app, "oms", [body for one in CUSTOMERS for body in one.shop()], "oms")
    app.close()
    history = folder / "history.jsonl"
    lines = [body.replace(b'"event_id": "e-', b'"event_id": "f-') for one in CUSTOMERS for body in one.web()[:3]]
    history.write_bytes(b"\n".join(lines) + b"\n")
    assert run("ingest", "jsonl", str(history)).exit_code == 0
    history.unlink()


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, list(arguments))


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """In clear and in every disguise: a search that finds nothing anywhere would prove nothing."""
    for text in named(CUSTOMERS[0]):
        for number, form in enumerate(forms(text)):
            assert hits({"x": b"before" + form + b"after"}, [text]) == [("x", text)], number
        assert hits({"x": gzipped(text)}, [text]) == [("x", text)]
    assert hits({"x": b"something else"}, every(CUSTOMERS)) == []


def test_no_byte_of_the_erased_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Before: nothing in clear on disk. After: nothing of the erased that anybody could read, and all of the others."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # the client in this test, not the server
    home, exports = tmp_path / "home", tmp_path / "exports"
    exports.mkdir()
    monkeypatch.setenv("HABERDASHER_HOME", str(home))
    monkeypatch.delenv("HABERDASHER_CONFIG", raising=False)
    driven(home)
    ingested(home, tmp_path)
    assert hits(files(home), every(CUSTOMERS)) == []

    app = house(home)
    before = legible(app)
    for one in CUSTOMERS:
        found = {text for _, text in hits(before, named(one))}
        assert found == set(named(one)) - set(named(one, *NEVER_STORED))
    sealed = rows_of(app, GONE)
    kept_rows = rows_of(app, KEPT)
    app.close()

    kept, gone = exports / "kept.json", exports / "gone.json"
    assert run("export", "--customer", f"account:{KEPT[0].values['account']}", "--out", str(kept)).exit_code == 0
    assert run("export", "--customer", f"email:{GONE[0].values['email']}", "--out", str(gone)).exit_code == 0
    document = json.loads(kept.read_bytes())
    told = {"values": repr(document), "bodies": "\n".join(one["body"] for one in document["received"])}
    blobs = {name: text.encode() for name, text in told.items()}
    expected = set(named(KEPT[0])) - set(named(KEPT[0], *NEVER_STORED))
    assert {text for _, text in hits(blobs, named(KEPT[0]))} == expected
    assert hits(blobs, every([*GONE, *KEPT[1:]])) == []
    assert hits(files(exports), every(GONE[1:])) == []

    for one in GONE:
        done = run("erase", "--customer", f"account:{one.values['account']}", "--yes", "--json")
        assert done.exit_code == 0, done.output
        assert len(json.loads(done.stdout)[0]["identifiers"]) == 7
    assert run("erase", "--customer", f"account:{GONE[0].values['account']}", "--yes").exit_code == 0

    raw = files(home)
    logged = capfd.readouterr()
    raw = {**raw, "log": caplog.text.encode(), "out": logged.out.encode(), "err": logged.err.encode()}
    assert hits(raw, every(CUSTOMERS)) == []
    keys = b"".join(blob for name, blob in raw.items() if "keys.db" in name)
    assert [row for row in sealed if row in keys] == []
    assert [row for row in kept_rows if row not in keys] == []
    app = house(home)
    check_what_is_left(app)
    app.close()


def check_what_is_left(app: App) -> None:
    """Of the erased only bytes that name nobody, under a key of the day until that is gone; of the others all."""
    after = legible(app)
    left = hits(after, every(GONE))
    assert {where.rpartition(" ")[2] for where, _ in left} == {"epoch"}
    assert {text for _, text in left} == {text for one in GONE for text in named(one, "email", "name")}
    for one in KEPT:
        assert {text for _, text in hits(after, named(one))} == set(named(one)) - set(named(one, *NEVER_STORED))
    app.keyring.destroy(app.keyring.named("epoch:"))
    assert hits(legible(app), every(GONE)) == []
    assert app.intake.verify() is None


def rows_of(app: App, customers: Sequence[Canary]) -> list[bytes]:
    """Return the sealed values and wrapped keys of customers, as they lie in the database of keys."""
    kinds = {"cookie": "anonymous", "second": "anonymous"}
    known = ("account", "email", "phone", "loyalty", "device", "cookie", "second")
    surrogates = [
        app.vault.find(Identifier(kinds.get(kind, kind), one.values[kind])) for one in customers for kind in known
    ]
    assert all(surrogates)
    engine = connect(app.settings.keys)
    with read(engine) as connection:
        values = connection.execute(identifiers.select().where(identifiers.c.surrogate.in_(surrogates))).all()
        keys = connection.execute(data_keys.select().where(data_keys.c.key_id.in_(surrogates))).all()
    engine.dispose()
    assert len(values) == len(keys) == len(surrogates)
    return [bytes(row.sealed) for row in values] + [bytes(row.wrapped) for row in keys]


def test_no_byte_of_the_erased_is_left_in_postgresql(tmp_path: Path) -> None:
    """The same over PostgreSQL: every table as it is copied out, and the files of the tables after VACUUM."""
    with postgresql_url() as url, postgresql_url() as keys_url:
        app = bootstrap(Settings(home=tmp_path, database_url=url, keys_url=keys_url, batch=100, sources=SOURCES))
        for one in CUSTOMERS:
            receive(app, "web", one.web(), f"web-{one.number}")
            receive(app, "oms", one.shop(), f"oms-{one.number}")
            receive(app, "web", [one.nonsense], f"bad-{one.number}")
        account = app.vault.find(Identifier("account", KEPT[0].values["account"]))
        assert account is not None
        assert hits({"": json.dumps(exporting_of(app).export(account)).encode()}, every(GONE)) == []
        sealed, kept_rows = rows_of(app, GONE), rows_of(app, KEPT)
        assert hits({**tables(url), **tables(keys_url)}, every(CUSTOMERS)) == []
        for one in GONE:
            surrogate = app.vault.find(Identifier("email", one.values["email"]))
            assert surrogate is not None
            assert len(erase_all(app, [surrogate])[0].identifiers) == 7
        assert hits({**tables(url), **tables(keys_url)}, every(CUSTOMERS)) == []
        check_what_is_left(app)
        raw = relation_files(keys_url)
        app.close()
    if raw is None:
        pytest.skip("the data directory of PostgreSQL cannot be read from here: its files were not searched")
    assert hits(raw, every(CUSTOMERS)) == []
    whole = b"".join(raw.values())
    assert [row for row in kept_rows if row not in whole] == []
    assert [row for row in sealed if row in whole] == []


def tables(url: str) -> Mapping[str, bytes]:
    """Return every table of a schema as COPY writes it: as text, and as the bytes of its values."""
    found: dict[str, bytes] = {}
    with server(url) as connection:
        for (name,) in connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        ).fetchall():
            for form in ("text", "binary"):
                with connection.cursor().copy(f"COPY {name} TO STDOUT (FORMAT {form})".encode()) as copy:
                    found[f"{name} {form}"] = b"".join(bytes(block) for block in copy)
    assert found
    return found


def relation_files(url: str) -> Mapping[str, bytes] | None:
    """Return the files of a schema's tables after VACUUM and CHECKPOINT, None where this user may not read them."""
    with server(url) as connection:
        connection.execute("VACUUM")
        connection.execute("CHECKPOINT")
        ((folder,),) = connection.execute("SHOW data_directory").fetchall()
        paths = connection.execute(
            "SELECT relname, pg_relation_filepath(oid) FROM pg_class"
            " WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'i')"
        ).fetchall()
        if not os.access(folder, os.R_OK | os.X_OK):
            return None
        toast = connection.execute(
            "SELECT relname, pg_relation_filepath(reltoastrelid) FROM pg_class"
            " WHERE relnamespace = current_schema()::regnamespace AND reltoastrelid <> 0"
        ).fetchall()
        return {f"{name} {path}": (Path(folder) / path).read_bytes() for name, path in [*paths, *toast] if path}


def server(url: str) -> "psycopg.Connection[Any]":
    parsed = make_url(url)
    return psycopg.connect(parsed.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)
