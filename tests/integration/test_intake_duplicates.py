import random
from multiprocessing import get_context
from pathlib import Path

import pytest

from adapters.database import connect
from adapters.intake import SqlIntakeLog
from haberdasher.testing.intake import arrival
from ports.intake import Receipt
from tests.support.services import DATABASES, database_url

EVENTS = 10_000
BATCH = 500


def send(url: str, seed: int) -> list[str]:
    """Send every event one to three times, shuffled, as one of several workers would; return the outcomes."""
    engine = connect(url)
    log = SqlIntakeLog(engine, "main")
    dice = random.Random(seed)
    events = [f"e{n}" for n in range(EVENTS) for _ in range(dice.randint(1, 3))]
    dice.shuffle(events)
    receipts: list[Receipt] = []
    for start in range(0, len(events), BATCH):
        receipts += log.append([arrival(event) for event in events[start : start + BATCH]])
    engine.dispose()
    return [receipt.outcome for receipt in receipts]


@pytest.mark.parametrize("kind", DATABASES)
def test_whatever_is_sent_again_is_stored_once(kind: str, tmp_path: Path) -> None:
    """R8, short: events sent 2-6 times over two workers, and again after a restart, are each accepted exactly once."""
    with database_url(kind, tmp_path) as url:
        with get_context("forkserver").Pool(2) as workers:
            outcomes = [one for answers in workers.starmap(send, [(url, 1), (url, 2)]) for one in answers]
        assert outcomes.count("accepted") == EVENTS
        assert set(outcomes) == {"accepted", "duplicate"}
        assert set(send(url, 3)) == {"duplicate"}
        engine = connect(url)
        log = SqlIntakeLog(engine, "main")
        assert [receipt.outcome for receipt in log.append([arrival("e0", "another body")])] == ["conflict"]
        stored = [record.arrival.source_event_id for record in log.follow(after=0, limit=2 * EVENTS)]
        assert sorted(stored) == sorted(f"e{n}" for n in range(EVENTS))
        assert log.verify() is None
        engine.dispose()
