"""Events over HTTP, durable and sealed: how many a second, against a raw insert of the same bytes in the same commits.

The server is a process of its own that collects only; the generator (raw sockets, batches of 100, bodies made
beforehand) runs beside it on the same machine. The raw insert is the driver alone on the same file system: the sealed
rows that the server wrote, in the tables and with the durability of ours, as many to a commit as the server took.
"""

import json
import os
import socket
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from attrs import frozen

from adapters.database import connect
from adapters.intake import SqlIntakeLog
from haberdasher.bootstrap import bootstrap
from haberdasher.settings import Settings
from tests.benchmarks.bench_pipeline import visits
from tests.benchmarks.row import Row
from tests.support.server_process import Server, serving

PER_BATCH = 100
BATCHES = 600
CONNECTIONS = 16
REPETITIONS = 3
BOUND_RATE, BOUND_RATIO = 10_000, 0.5
_TICKS = os.sysconf("SC_CLK_TCK")


@frozen
class _Sent:
    rate: float
    cpu_us: float


def requests_of(round_: int) -> Sequence[bytes]:
    """Return whole HTTP requests; ids and visitors are new in every round."""
    events = [
        body.replace(b'"event_id":"', f'"event_id":"{round_}-'.encode()).replace(b'"c-', f'"c-{round_}-'.encode())
        for body in visits(round_)
    ]
    while len(events) < BATCHES * PER_BATCH:
        events += [one.replace(b'"event_id":"', b'"event_id":"x') for one in events]
    bodies = [
        b"[" + b",".join(events[first : first + PER_BATCH]) + b"]" for first in range(0, BATCHES * PER_BATCH, PER_BATCH)
    ]
    head = "POST /v1/events?source=web HTTP/1.1\r\nHost: bench\r\nContent-Length: {}\r\n\r\n"
    return [head.format(len(body)).encode() + body for body in bodies]


def send(port: int, requests: Sequence[bytes]) -> None:
    """Send over one connection, each request after the answer to the one before."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for request in requests:
            connection.sendall(request)
            status, body = _answer(connection)
            if status != 202 or json.loads(body)["accepted"] != PER_BATCH:
                raise AssertionError(f"{status}: {body[:300]!r}")


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return int(head.split(b" ", 2)[1]), body


def _cpu_s(server: Server) -> float:
    """Return the processor time of the server's whole process group."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == server.process.pid:
            total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def _round(server: Server, requests: Sequence[bytes]) -> _Sent:
    cpu = _cpu_s(server)
    started = perf_counter()
    threads = [
        threading.Thread(target=send, args=(server.port, requests[number::CONNECTIONS]))
        for number in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, events = perf_counter() - started, BATCHES * PER_BATCH
    return _Sent(events / took, 1e6 * (_cpu_s(server) - cpu) / events)


def _raw(database: Path, folder: Path, per_commit: int) -> float:
    """Return rows a second of the driver alone: the same rows, tables, triggers and durability."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as source:
        rows = source.execute("SELECT * FROM intake ORDER BY position LIMIT ?", (BATCHES * PER_BATCH,)).fetchall()
        keys = source.execute("SELECT * FROM intake_keys ORDER BY position LIMIT ?", (BATCHES * PER_BATCH,)).fetchall()
        schema = [
            sql
            for (sql,) in source.execute(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name LIKE 'intake%'"
            )
        ]
    source.close()
    target = sqlite3.connect(folder / "raw.db", isolation_level=None)
    target.execute("PRAGMA journal_mode=WAL")
    target.execute("PRAGMA synchronous=FULL")
    for sql in schema:
        target.execute(sql)
    started = perf_counter()
    for first in range(0, len(rows), per_commit):
        target.execute("BEGIN IMMEDIATE")
        for table, part in (
            ("intake", rows[first : first + per_commit]),
            ("intake_keys", keys[first : first + per_commit]),
        ):
            marks = ", ".join("?" * len(part[0]))
            target.executemany(f"INSERT INTO {table} VALUES ({marks})", part)
        target.execute("COMMIT")
    took = perf_counter() - started
    target.close()
    (folder / "raw.db").unlink()
    return len(rows) / took


def _append(database: Path, folder: Path) -> float:
    """Return rows a second of our intake log given what is sealed already: uniqueness, positions, hash chain."""
    reader = SqlIntakeLog(connect(f"sqlite:///{database}"), "main")
    arrivals = [record.arrival for record in reader.follow(after=0, limit=BATCHES * PER_BATCH)]
    engine = connect(f"sqlite:///{folder / 'append.db'}")
    log = SqlIntakeLog(engine, "main")
    started = perf_counter()
    for first in range(0, len(arrivals), PER_BATCH):
        log.append(arrivals[first : first + PER_BATCH])
    took = perf_counter() - started
    engine.dispose()
    (folder / "append.db").unlink()
    return len(arrivals) / took


def run() -> list[Row]:
    sent: list[_Sent] = []
    ratios: list[float] = []
    appended: list[float] = []
    with TemporaryDirectory() as folder:
        home = Path(folder)
        config = home / "haberdasher.toml"
        config.write_text('[sources.web]\nclock = "backfill"\n')
        bootstrap(Settings(home=home)).close()
        database = home / "haberdasher.db"
        with serving(home, "--collect-only", config=str(config)) as server:
            _round(server, requests_of(99))
            for number in range(REPETITIONS):
                sent.append(_round(server, requests_of(number)))
                raw = _raw(database, home, PER_BATCH)
                ratios.append(sent[-1].rate / raw)
                appended.append(_append(database, home) / raw)
    return [
        Row("events over HTTP, batches of 100, sealed and durable", [one.rate for one in sent], "events/s", BOUND_RATE),
        Row("the same / raw insert, 100 a commit", ratios, "ratio", BOUND_RATIO),
        Row("processor time of the server", [one.cpu_us for one in sent], "µs/event"),
        Row("the intake log alone, sealed rows / raw insert, 100 a commit", appended, "ratio"),
    ]
