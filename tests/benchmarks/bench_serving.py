"""Answers over HTTP on the demo's catalogue, at the rate that the issue names: how long they take, and where.

The server is a process of its own, as `haberdasher serve` starts it; 20 requests a second by 8 connections, half of
them beside a click that has to be projected. The bound is stated as limit / p99, so that 1 or more holds.
"""

import http.client
import json
import random
import statistics
import threading
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from attrs import Factory, define

from tests.benchmarks.row import Row
from tests.support.demo_season import run_demo
from tests.support.server_process import serving

RATE = 20.0
SECONDS = 60.0
CONNECTIONS = 8
LIMIT_MS = 25.0
REPETITIONS = 3
#: The shoppers of the demo's default season.
ACCOUNTS = 4000


@define
class Measured:
    milliseconds: list[float] = Factory(list)
    stages: dict[str, list[float]] = Factory(lambda: defaultdict(list))
    failed: int = 0
    _lock: threading.Lock = Factory(threading.Lock)

    def note(self, status: int, took: float) -> None:
        with self._lock:
            self.milliseconds.append(took)
            self.failed += status != 200


def _ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"content-type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def _shop(port: int, number: int, measured: Measured) -> None:
    """Ask at this connection's share of the rate; every second answer is followed by a click on it."""
    dice, connection = random.Random(number), http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    begun = perf_counter()
    for turn in range(int(SECONDS * RATE / CONNECTIONS)):
        sleep(max(0.0, begun + (turn * CONNECTIONS + number) / RATE - perf_counter()))
        who = {"user_id": f"acct-{dice.randrange(ACCOUNTS):05d}"}
        started = perf_counter()
        status, slate = _ask(connection, "POST", "/v1/recommendations", {"surface": "home", "customer": who, "k": 12})
        measured.note(status, 1000 * (perf_counter() - started))
        if status == 200 and turn % 2:
            item = slate["items"][dice.randrange(len(slate["items"]))]
            properties = {key: item[key] for key in ("product_id", "position")} | {"slate_id": slate["slate_id"]}
            click = {"event": "product_clicked", "event_id": f"{number}-{turn}-{started}", **who}
            _ask(connection, "POST", "/v1/events", click | {"properties": properties})
        if turn % 10 == 0:
            _, trace = _ask(connection, "GET", f"/v1/slates/{slate['slate_id']}")
            for stage, took in trace["served"]["latency_ms"].items():
                measured.stages[stage].append(took)
    connection.close()


def run() -> list[Row]:
    """Simulate, learn, then measure the same server `REPETITIONS` times."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        run_demo(home)
        with serving(home) as server:
            rounds = [_round(server.port) for _ in range(REPETITIONS)]
    quantiles = [statistics.quantiles(one.milliseconds, n=100) for one in rounds]
    stages = sorted({stage for one in rounds for stage in one.stages})
    return [
        Row("requests that failed", [float(one.failed) for one in rounds], ""),
        Row("median", [one[49] for one in quantiles], "ms"),
        Row("p95", [one[94] for one in quantiles], "ms"),
        Row("p99", [one[98] for one in quantiles], "ms"),
        Row(f"{LIMIT_MS:.0f} ms / p99", [LIMIT_MS / one[98] for one in quantiles], "", 1.0),
        *(Row(f"stage: {name}, mean", [statistics.mean(one.stages[name]) for one in rounds], "ms") for name in stages),
    ]


def _round(port: int) -> Measured:
    measured = Measured()
    threads = [threading.Thread(target=_shop, args=(port, n, measured)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return measured
