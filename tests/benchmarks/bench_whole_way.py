"""From HTTP to sessions and first features: events a second until the read models have them, and what memory it takes.

Three processes on the same machine, as a distributed house runs them: a server that collects only, `haberdasher work
pipeline` behind it, and this generator. `python -m tests.benchmarks.bench_whole_way 5000000` is the long run: it prints
the memory of both processes after every tenth part.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from attrs import frozen

from application.intake.canonicaliser import FOLLOWER
from application.projections.rows import generation_name
from haberdasher.bootstrap import App, bootstrap
from haberdasher.settings import Settings
from tests.benchmarks.bench_intake import BATCHES, CONNECTIONS, PER_BATCH, requests_of, send
from tests.benchmarks.row import Row
from tests.support.server_process import Server, environment, serving

BOUND = 5_000
REPETITIONS = 3
_MB = 1 << 20
_STALLED_S = 120.0


@frozen
class _House:
    app: App
    server: Server
    worker: "subprocess.Popen[bytes]"

    def memory_mb(self) -> tuple[float, float]:
        """Return what the door's and the worker's processes hold."""
        return _group_mb(self.server.process.pid), _group_mb(self.worker.pid)

    def through(self) -> int:
        """Return how many arrivals are in every read model: 0 while any is behind."""
        log, names = self.app.log, [generation_name(name, 1) for name in self.app.projections]
        reached = log.position(FOLLOWER)
        return reached if all(log.position(name) >= log.head() for name in names) else 0


def _group_mb(group: int) -> float:
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pages += int(fields[21]) if int(fields[2]) == group else 0
    return pages * 4096 / _MB


@contextmanager
def _house(home: Path) -> Iterator[_House]:
    config = home / "haberdasher.toml"
    config.write_text('[sources.web]\nclock = "backfill"\n')
    app = bootstrap(Settings(home=home))
    with serving(home, "--collect-only", config=str(config)) as server:
        worker = subprocess.Popen(
            [sys.executable, "-m", "haberdasher", "work", "pipeline"],
            env=environment(home, config=str(config)),
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield _House(app, server, worker)
        finally:
            worker.terminate()
            worker.wait(60)
            app.close()


def _send_all(port: int, requests: Sequence[bytes]) -> None:
    threads = [
        threading.Thread(target=send, args=(port, requests[number::CONNECTIONS])) for number in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _until_through(house: _House, arrivals: int) -> None:
    deadline = perf_counter() + _STALLED_S
    while house.through() < arrivals:
        if perf_counter() > deadline or house.worker.poll() is not None:
            raise AssertionError(f"only {house.app.log.position(FOLLOWER):,} of {arrivals:,} arrivals went through")
        sleep(0.02)


def run() -> list[Row]:
    rates: list[float] = []
    with TemporaryDirectory() as folder, _house(Path(folder)) as house:
        for number in range(REPETITIONS + 1):
            requests = requests_of(number)
            started = perf_counter()
            _send_all(house.server.port, requests)
            _until_through(house, (number + 1) * BATCHES * PER_BATCH)
            rates.append(BATCHES * PER_BATCH / (perf_counter() - started))
    return [Row("HTTP to sessions, persons, products and noise marks", rates[1:], "events/s", BOUND)]


def soak(events: int) -> None:
    """Send `events`, and print rate and memory after every tenth part."""
    per_round = BATCHES * PER_BATCH
    rounds = max(10, events // per_round)
    with TemporaryDirectory() as folder, _house(Path(folder)) as house:
        for number in range(rounds):
            started = perf_counter()
            _send_all(house.server.port, requests_of(number))
            _until_through(house, (number + 1) * per_round)
            if (number + 1) % (rounds // 10) == 0:
                door, worker = house.memory_mb()
                rate = per_round / (perf_counter() - started)
                sent = (number + 1) * per_round
                print(f"{sent:>12,} events  {rate:>7,.0f}/s  door {door:,.0f} MB  worker {worker:,.0f} MB", flush=True)


if __name__ == "__main__":
    soak(int(sys.argv[1]))
