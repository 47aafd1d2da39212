"""Snowplow's own Python tracker, pointed at a running server and otherwise untouched."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.support.server_process import Server, serving
from tests.vendors.clients.snowplow_python import PER_ROUND
from tests.vendors.ledger import ledger_of

TIMES = 10
KEY = "a-key-that-a-proxy-adds"
#: In each round: names that mean nothing here (a link, a video, two lines of an order), a client's word on a refund.
WAITING = {"unknown_event_name": 4, "enum_unknown": 1}
FACTS = {
    "PageViewed": 1,
    "PageEngaged": 1,
    "ProductViewed": 1,
    "SlateViewed": 1,
    "ProductClicked": 1,
    "ProductAddedToCart": 4,
    "ProductRemovedFromCart": 2,
    "CheckoutStarted": 1,
    "CheckoutStepCompleted": 1,
    "CheckoutCompleted": 2,
    "PaymentFailed": 1,
    "PromotionViewed": 1,
    "PromotionClicked": 1,
    "ProductsSearched": 1,
}


def track(server: Server, methods: str, times: int, key: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.vendors.clients.snowplow_python", server.url, methods, str(times)]
    return subprocess.run([*command, *([key] if key else [])], capture_output=True, text=True, timeout=120, check=False)


def answered(server: Server) -> Counter[str]:
    """Return how many events had which outcome, as the door itself counted them."""
    found: Counter[str] = Counter()
    for line in httpx.get(f"{server.url}/metrics").text.splitlines():
        if line.startswith("haberdasher_intake_events_total{"):
            found[line.partition('outcome="')[2].partition('"')[0]] += int(float(line.rpartition(" ")[2]))
    return found


@pytest.mark.parametrize("methods", ["post", "get", "post,get"])
def test_the_tracker_loses_nothing(methods: str, tmp_path: Path) -> None:
    """Sent = accepted + duplicate + quarantined, by batches, by pixels, and by both at once."""
    with serving(tmp_path) as server:
        done = track(server, methods, TIMES)
        outcomes = answered(server)
    assert done.returncode == 0, done.stderr
    sent = [(one, name) for one, name in json.loads(done.stdout)]
    ways = len(methods.split(","))
    ledger = ledger_of("snowplow", tmp_path, sent)
    print(f"{methods}: {dict(outcomes)}\n{ledger.show()}")
    assert len(sent) == sum(outcomes.values()) == ways * TIMES * PER_ROUND
    assert ledger.stored == {one for one, _ in sent}
    assert outcomes["duplicate"] == (ways - 1) * TIMES * PER_ROUND
    assert outcomes["quarantined"] == TIMES * sum(WAITING.values())
    assert ledger.quarantined == {reason: TIMES * count for reason, count in WAITING.items()}
    shop = {name: count for name, count in ledger.names.items() if not name.startswith(("Identifier", "Linked"))}
    assert shop == {name: TIMES * count for name, count in FACTS.items()}


def test_a_door_with_keys_is_shut_to_trackers(tmp_path: Path) -> None:
    """Nothing is stored from a tracker without a key, and one that brings a key, as a proxy would, comes in."""
    with serving(tmp_path, api_keys=f"{KEY}=events, a-key-of-the-operator=read") as server:
        shut, let_in = track(server, "post", 1), track(server, "post", 1, KEY)
    assert shut.returncode == 1
    assert json.loads(shut.stdout) == []
    assert len(ledger_of("snowplow", tmp_path, []).stored) == len(json.loads(let_in.stdout)) == PER_ROUND


def test_a_door_that_is_opened_takes_trackers(tmp_path: Path) -> None:
    """With `open_collectors` the tracker needs no key, though there are keys."""
    with serving(tmp_path, api_keys=f"{KEY}=events", open_collectors="true") as server:
        done = track(server, "post", 1)
    assert len(json.loads(done.stdout)) == len(ledger_of("snowplow", tmp_path, []).stored) == PER_ROUND
