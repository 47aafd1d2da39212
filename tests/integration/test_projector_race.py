"""Workers that race, and writers that commit late: every event counts once, none is passed over."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import text

from adapters.database import DatabaseBusy, connect, write
from adapters.event_log import SqlEventLog, create_event_log_tables
from adapters.event_log.appending import append_rows, lock_events
from adapters.event_log.codec import Codec
from adapters.ids import Uuid7Ids
from adapters.read_models import SqlReadModels
from application.projections.rows import Collection, Rows, View
from application.projections.runner import ProjectionRunner
from haberdasher.testing.ledger import append, current_names, deposits
from ports.event_log import Recorded
from tests.support.services import DATABASES, database_url

APPLIED: Collection[int] = Collection("applied", int)


class Tally:
    """Counts how often each event was applied."""

    name = "tally"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        for one in batch:
            rows.put(APPLIED, str(one.position), (rows.get(APPLIED, str(one.position)) or 0) + 1)


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as url:
        engine = connect(url)
        create_event_log_tables(engine)
        engine.dispose()
        yield url


def together(*jobs: Callable[[], None]) -> None:
    """Run jobs in threads; raise what any of them raised."""
    errors: list[BaseException] = []

    def guarded(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:  # noqa: BLE001  # raised again below
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def follow_until(url: str, events: int, written: threading.Event) -> Callable[[], None]:
    """A projector process: its own connection, catching up again and again."""

    def job() -> None:
        engine = connect(url)
        runner = ProjectionRunner(
            SqlEventLog(engine, current_names(), "main"), SqlReadModels(engine, "main"), Uuid7Ids(), "main", batch=7
        )
        while not (written.is_set() and runner.catch_up([Tally()])[0] >= events):
            runner.catch_up([Tally()])
        engine.dispose()

    return job


def applied(url: str) -> dict[str, int]:
    engine = connect(url)
    rows = dict(View(SqlReadModels(engine, "main"), "tally").all(APPLIED))
    engine.dispose()
    return rows


def test_two_workers_apply_every_event_once(url: str) -> None:
    """Two projectors race over a log that grows: each of 300 events is applied once, none twice, none never."""
    written = threading.Event()

    def writer() -> None:
        engine = connect(url)
        log = SqlEventLog(engine, current_names(), "main")
        for number in range(60):
            log.commit(append(f"main/ledger-{number}", 0, 1, 2, 3, 4, 5))
        written.set()
        engine.dispose()

    together(writer, follow_until(url, 300, written), follow_until(url, 300, written))
    assert applied(url) == {str(position): 1 for position in range(1, 301)}


def test_no_event_of_a_late_commit_is_passed_over(url: str) -> None:
    """R11, short: in 50 rounds one writer waits before it commits and another commits; a projector sees both."""
    rounds = 50
    written = threading.Event()
    encode = Codec(current_names()).encode

    def late() -> None:
        engine = connect(url)
        for number in range(rounds):
            rows = [("main", f"main/ledger-a{number}", 1, *encode(deposits(1)[0]))]
            with write(engine) as connection:
                lock_events(connection)
                append_rows(connection, rows)
                sleep(0.005)
        engine.dispose()

    def early() -> None:
        engine = connect(url)
        log = SqlEventLog(engine, current_names(), "main")
        for number in range(rounds):
            log.commit(append(f"main/ledger-b{number}", 0, 1))
            sleep(0.003)
        engine.dispose()

    def both() -> None:
        together(late, early)
        written.set()

    together(both, follow_until(url, 2 * rounds, written))
    assert applied(url) == {str(position): 1 for position in range(1, 2 * rounds + 1)}


def test_a_stuck_writer_makes_others_fail_fast_and_say_so(url: str) -> None:
    """R12: behind a transaction that never ends a writer gets `DatabaseBusy`, and goes on once it is gone."""
    stuck, engine = connect(url), connect(url)
    log = SqlEventLog(engine, current_names(), "main")
    with write(stuck) as connection:
        lock_events(connection)
        with pytest.raises(DatabaseBusy):
            log.commit(append("main/ledger-1", 0, 1))
    assert log.commit(append("main/ledger-1", 0, 1)) == range(1, 2)
    stuck.dispose()
    engine.dispose()


def test_postgresql_throws_a_stuck_writer_out(tmp_path: Path) -> None:
    """R12: our sessions carry the timeouts that bound how long one transaction can hold up all others."""
    with database_url("postgresql", tmp_path) as url:
        engine = connect(url)
        with engine.connect() as connection:
            shown = [
                connection.execute(text(f"SHOW {name}")).scalar_one()
                for name in ("lock_timeout", "idle_in_transaction_session_timeout")
            ]
        engine.dispose()
    assert shown == ["2s", "30s"]
