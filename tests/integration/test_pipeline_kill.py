import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.database import connect
from application.intake.deposit import seal_context
from domain.session.facts import ProductViewed
from haberdasher.bootstrap import App
from tests.support.house import house
from tests.support.kills import run_and_kill
from tests.support.ledger import Findings, Ledger, check
from tests.support.pipeline_worker import payloads, work
from tests.support.services import DATABASES, database_url


def bodies(app: App) -> list[tuple[str, bytes]]:
    """Everything in the intake log, opened."""
    arrivals = [record.arrival for record in app.intake.follow(after=0, limit=1_000_000)]
    contexts = [seal_context("main", one.source, one.source_event_id) for one in arrivals]
    opened = app.keyring.unseal([one.key_id for one in arrivals], [one.sealed for one in arrivals], contexts)
    assert None not in opened
    return [(one.source_event_id, body or b"") for one, body in zip(arrivals, opened, strict=True)]


def rows(url: str, name: str) -> Sequence[tuple[str, str, bytes]]:
    """All rows of all generations of a read model but for the list of the lake, whose parts are named by generation."""
    engine = connect(url)
    with engine.connect() as connection:
        query = "SELECT collection, key, value FROM read_model_rows WHERE model LIKE :name ORDER BY 1, 2"
        every = connection.execute(text(query), {"name": f"{name}#%"})
        found = [(row[0], row[1], bytes(row[2])) for row in every if not row[0].startswith("lake.")]
    engine.dispose()
    return found


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("kills", [40, pytest.param(200, marks=pytest.mark.nightly)])
def test_a_killed_worker_loses_and_doubles_nothing(kind: str, kills: int, tmp_path: Path) -> None:
    """R1: SIGKILLs at random moments of ingest and projection; every acknowledged event is one fact, once."""
    ledger, dice, batch = Ledger(), random.Random(kind), 0
    with database_url(kind, tmp_path) as url:
        house(tmp_path, url).close()
        for _ in range(kills):
            ledger.record(str(batch), payloads(batch))
            for done in run_and_kill(work, (str(tmp_path), url, batch), dice.uniform(0, 0.5)):
                ledger.acknowledge(str(done))
                batch = done + 1
                ledger.record(str(batch), payloads(batch))
        assert batch >= 5
        app = house(tmp_path, url)
        app.canonicaliser.catch_up()
        app.runner.catch_up(list(app.projections.values()))

        stored = bodies(app)
        assert check(ledger, stored) == Findings()
        assert app.intake.verify() is None
        recorded = app.log.follow(after=0, limit=1_000_000)
        facts = Counter(one.metadata.intake_position for one in recorded if isinstance(one.event, ProductViewed))
        assert facts == Counter(record.position for record in app.intake.follow(after=0, limit=1_000_000))
        for projection in app.projections.values():
            live = rows(url, projection.name)
            app.runner.rebuild(projection)
            assert rows(url, projection.name) == live, projection.name
        app.close()
