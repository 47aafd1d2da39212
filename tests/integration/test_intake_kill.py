import random
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.database import connect
from adapters.intake import SqlIntakeLog
from tests.support.intake_worker import payloads, work
from tests.support.kills import run_and_kill
from tests.support.ledger import Findings, Ledger, check
from tests.support.services import DATABASES, database_url

KILLS = 20


@pytest.mark.parametrize("kind", DATABASES)
def test_a_killed_intake_loses_nothing(kind: str, tmp_path: Path) -> None:
    """R1, the intake log alone: SIGKILL at random moments loses, doubles, tears and alters nothing acknowledged."""
    ledger = Ledger()
    dice = random.Random(kind)
    batch = 0
    with database_url(kind, tmp_path) as url:
        for _ in range(KILLS):
            ledger.record(str(batch), payloads(batch))
            for done in run_and_kill(work, (url, batch), dice.uniform(0, 0.25)):
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
