"""A subscription wakes up when something was committed: by LISTEN in PostgreSQL, by asking in SQLite."""

from collections.abc import Callable, Sequence
from threading import Thread
from time import sleep
from typing import Any

import psycopg
from eventsourcing.persistence import ListenNotifySubscription, ProcessRecorder
from sqlalchemy import Engine

from adapters.event_log.appending import CHANNEL

#: Seconds: how late SQLite notices a commit, and how late a stopped subscription ends.
INTERVAL = 0.1


class SqlSubscription(ListenNotifySubscription[ProcessRecorder]):
    """The library's pulling thread, plus the watching thread that wakes it."""

    def __init__(self, recorder: ProcessRecorder, engine: Engine, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._engine = engine
        watch = self._listen if engine.dialect.name == "postgresql" else self._poll
        self._watch_thread = Thread(target=self._watch, args=(watch,), daemon=True)
        self._watch_thread.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._watch_thread.join()

    def _watch(self, watch: Callable[[], None]) -> None:
        try:
            watch()
        except BaseException as error:  # noqa: BLE001  a dead watcher must end the iteration, whatever killed it
            self._thread_error = self._thread_error or error
            self.stop()

    def _poll(self) -> None:
        seen = None  # not the head: what was committed since the first pull would go unnoticed
        while not self._has_been_stopped:
            head = self._recorder.max_notification_id()
            if head != seen:
                seen = head
                self._has_been_notified.set()
            sleep(INTERVAL)

    def _listen(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            driver.execute(f"LISTEN {CHANNEL}")
            self._has_been_notified.set()  # what was committed before we listened
            while not self._has_been_stopped:
                for _ in driver.notifies(timeout=INTERVAL, stop_after=1):
                    self._has_been_notified.set()
            connection.detach()  # it still listens: not for the pool
