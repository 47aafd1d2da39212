"""An intake worker to be killed: appends batch after batch, and says so once each is durable.

The same number is always the same batch, so that a batch which was never acknowledged is sent again after a restart,
as a client would.
"""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from multiprocessing.connection import Connection
from typing import NoReturn

from adapters.database import connect
from adapters.intake import SqlIntakeLog
from ports.intake import Arrival

RECEIVED_AT = datetime(2026, 11, 23, tzinfo=UTC)


def payloads(batch: int) -> Mapping[str, bytes]:
    """Between 1 and 120 events of batch `batch`."""
    dice = random.Random(batch)
    return {f"{batch}-{n}": dice.randbytes(dice.randint(20, 400)) for n in range(dice.randint(1, 120))}


def arrivals(batch: int) -> list[Arrival]:
    return [
        Arrival("shop", event_id, RECEIVED_AT, "key", payload, sha256(payload).digest()[:16])
        for event_id, payload in payloads(batch).items()
    ]


def work(url: str, batch: int, answers: Connection) -> NoReturn:
    """Send None when ready, then the number of each batch that was stored, from `batch` on."""
    log = SqlIntakeLog(connect(url), "main")
    answers.send(None)
    while True:
        log.append(arrivals(batch))
        answers.send(batch)
        batch += 1
