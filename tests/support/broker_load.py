"""A producer that never gives up: batches with ids of their own, sent again until the broker has confirmed them."""

import threading
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from attrs import define, field

from tests.support.broker import Sent, Served
from tests.support.ledger import Ledger
from tests.support.shop import viewed

PER_BATCH = 25
#: About 500 events a second.
PAUSE_S = PER_BATCH / 500
PATIENCE_S = 40.0


@define(eq=False)
class Load:
    """`ledger`: what was sent, and which batches the broker has confirmed. `again`: batches sent more than once."""

    served: Served
    ledger: Ledger = field(factory=Ledger)
    again: int = 0
    failure: BaseException | None = None
    _ended: threading.Event = field(factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    @property
    def sent(self) -> int:
        return PER_BATCH * len(self.ledger.acknowledged)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        """Return when the last batch is confirmed."""
        self._ended.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        number = 0
        try:
            while not self._ended.is_set():
                self._send(number)
                number += 1
                sleep(PAUSE_S)
        except BaseException as error:  # noqa: BLE001 - raised by whoever stops it
            self.failure = error

    def _send(self, number: int) -> None:
        bodies = {
            f"{number}-{n}": viewed(f"p-{n}", number % 60, cookie=f"c-{n}", event_id=f"{number}-{n}")
            for n in range(PER_BATCH)
        }
        self.ledger.record(str(number), bodies)
        deadline = monotonic() + PATIENCE_S
        while True:
            try:
                self.served.send([Sent(body, {"source": "web", "message_id": name}) for name, body in bodies.items()])
            except (Exception, CancelledError):  # noqa: BLE001 - a broker that is down fails in many ways
                assert monotonic() < deadline, "the broker does not come back"
                self.again += 1
                sleep(0.2)
            else:
                self.ledger.acknowledge(str(number))
                return


@contextmanager
def loaded(served: Served) -> Iterator[Load]:
    load = Load(served)
    load.start()
    try:
        yield load
    finally:
        load.end()
