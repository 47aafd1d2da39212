import random
import threading
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.database import connect
from adapters.intake import SqlIntakeLog
from tests.support.intake_worker import payloads, work
from tests.support.ledger import Findings, Ledger, check
from tests.support.services import DATABASES, database_url

KILLS = 20
#: Each worker is a new process, forked from one that has imported everything: a kill then takes a fraction of a second.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([work.__module__])


def run_and_kill(url: str, batch: int, after: float) -> list[int]:
    """Start a worker at `batch`, SIGKILL it `after` seconds from ready; return what it acknowledged."""
    answers, theirs = PROCESSES.Pipe(duplex=False)
    worker = PROCESSES.Process(target=work, args=(url, batch, theirs), daemon=True)
    worker.start()
    theirs.close()
    assert answers.recv() is None
    killer = threading.Timer(after, worker.kill)
    killer.start()
    acknowledged = []
    with answers:
        try:
            while True:
                acknowledged.append(answers.recv())
        except (EOFError, OSError):
            killer.join()
    worker.join()
    assert worker.exitcode == -9
    return acknowledged


@pytest.mark.parametrize("kind", DATABASES)
def test_a_killed_intake_loses_nothing(kind: str, tmp_path: Path) -> None:
    """R1, the intake log alone: SIGKILL at random moments loses, doubles, tears and alters nothing acknowledged."""
    ledger = Ledger()
    dice = random.Random(kind)
    batch = 0
    with database_url(kind, tmp_path) as url:
        for _ in range(KILLS):
            ledger.record(str(batch), payloads(batch))
            for done in run_and_kill(url, batch, dice.uniform(0, 0.25)):
                assert done == batch
                ledger.acknowledge(str(done))
                batch += 1
                ledger.record(str(batch), payloads(batch))
        engine = connect(url)
        with engine.connect() as connection:
            stored = connection.execute(text("SELECT source_event_id, sealed FROM intake")).all()
        assert SqlIntakeLog(engine, "main").verify() is None
        engine.dispose()
    assert batch > 0
    assert check(ledger, [(row.source_event_id, row.sealed) for row in stored]) == Findings()
