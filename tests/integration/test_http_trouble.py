"""When something of ours is broken: no slate that is not on record, a way back, and never a trace in an answer."""

import errno
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

import pytest
from attrs import evolve
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from adapters.database import DatabaseBusy
from application.intake.group_commit import Closed
from domain.slate.slate import SlateServed
from ports.vault import PepperRefused
from tests.support.http import Served, served

VIEW = {"event": "product_viewed", "anonymous_id": "cookie-1", "properties": {"product_id": "p-1"}}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as found:
        yield found


def failing(error: Exception) -> Callable[..., NoReturn]:
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise error

    return fail


def database(said: str) -> OperationalError:
    return OperationalError("INSERT", {}, sqlite3.OperationalError(said))


#: status, code, Retry-After
Expected = tuple[int, str, str | None]
TROUBLES: list[tuple[Exception, Expected]] = [
    (database("database or disk is full"), (507, "storage_full", None)),
    (OSError(errno.ENOSPC, "No space left on device"), (507, "storage_full", None)),
    (database("disk I/O error"), (503, "database_unavailable", "1")),
    (DatabaseBusy("another transaction holds the database"), (503, "database_unavailable", "1")),
    (NoConnection("QueuePool limit"), (503, "database_unavailable", "1")),
    (Closed(), (503, "closing", "1")),
    (PepperRefused(), (503, "secret_rotated", "1")),
    (RuntimeError("PASSWORD"), (500, "internal", None)),
]


@pytest.mark.parametrize(("error", "expected"), TROUBLES, ids=lambda one: type(one).__name__)
def test_a_slate_that_cannot_be_recorded_is_not_answered(
    server: Served, monkeypatch: pytest.MonkeyPatch, error: Exception, expected: Expected
) -> None:
    """The store fails: the answer is a refusal that says whether to come back, and shows nothing of the inside."""
    monkeypatch.setattr(server.app.recommending, "record", failing(error))
    answer = server.ask()
    assert (answer.status_code, answer.json()["error"], answer.headers.get("retry-after")) == expected
    assert set(answer.json()) == {"error", "field", "hint"}
    assert "PASSWORD" not in answer.text
    monkeypatch.undo()
    assert server.ask().status_code == 200


@pytest.mark.parametrize(("error", "expected"), TROUBLES, ids=lambda one: type(one).__name__)
def test_an_event_that_cannot_be_stored_is_not_acknowledged(
    tmp_path: Path, error: Exception, expected: Expected
) -> None:
    """Nothing is acknowledged before it is durable; afterwards the same request is taken."""
    with served(tmp_path) as server:
        door = evolve(server.service.door, deposit=failing(error))
        working = server.service.door
        object.__setattr__(server.service, "door", door)
        answer = server.post("/v1/events", VIEW)
        assert (answer.status_code, answer.json()["error"], answer.headers.get("retry-after")) == expected
        object.__setattr__(server.service, "door", working)
        assert server.post("/v1/events", VIEW).status_code == 202


def test_a_fault_of_ours_is_counted_and_can_be_found(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error has an id in the answer and in the log of the process, and stands among the failures."""
    monkeypatch.setattr(server.app.recommending, "record", failing(RuntimeError("broken")))
    hint = server.ask().json()["hint"]
    assert len(hint.rpartition(" ")[2]) == 32
    assert server.app.failures.counts["http /v1/recommendations", "RuntimeError"] == 1
    failures = 'haberdasher_failures_total{kind="RuntimeError",where="http /v1/recommendations"} 1.0'
    assert failures in server.client.get("/metrics").text


def test_too_many_at_once_are_told_to_come_back(tmp_path: Path) -> None:
    """Beyond the limit a request is refused at once and not queued; the others are answered."""
    with served(tmp_path, most_in_flight=2) as server:
        inside, go_on, record = [Event(), Event()], Event(), server.app.recommending.record

        def slow(slates: Sequence[SlateServed]) -> object:
            next(one for one in inside if not one.is_set()).set()
            go_on.wait(30)
            return record(slates)

        server.app.recommending.record = slow
        with ThreadPoolExecutor(2) as pool:
            waiting = [pool.submit(server.ask) for _ in range(2)]
            assert all(one.wait(30) for one in inside)
            answer = server.ask()
            go_on.set()
            assert [one.result().status_code for one in waiting] == [200, 200]
        assert (answer.status_code, answer.json()["error"], answer.headers["retry-after"]) == (503, "overloaded", "1")
        server.app.recommending.record = record
        assert server.ask().status_code == 200


def test_a_pipeline_that_stopped_is_not_ready(server: Served) -> None:
    """A process whose thread has ended still answers, says so, and is to be replaced."""
    server.app.live.close()
    answer = server.client.get("/health/ready")
    assert (answer.status_code, answer.json()["field"]) == (503, "pipeline")
    assert server.client.get("/health/live").status_code == 200
    assert server.ask().status_code == 200


def test_a_database_that_does_not_answer_is_not_ready(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readiness asks the database; the figures go on without it."""
    monkeypatch.setattr(type(server.app.log), "head", failing(database("disk I/O error")))
    monkeypatch.setattr(type(server.app.intake), "head", failing(database("disk I/O error")))
    answer = server.client.get("/health/ready")
    assert (answer.status_code, "database" in answer.json()["field"]) == (503, True)
    assert server.client.get("/metrics").status_code == 200
