"""A collector in a process of its own, to be killed."""

import asyncio
from multiprocessing.connection import Connection
from pathlib import Path

from adapters.broker import Handing
from haberdasher.bus import collect
from tests.support.broker import served_at
from tests.support.house import house
from tests.support.kills import PROCESSES

PROCESSES.set_forkserver_preload(
    ["tests.support.intake_worker", "tests.support.pipeline_worker", "tests.support.broker_worker"]
)


def work(home: str, kind: str, url: str, topic: str, answers: Connection) -> None:
    """Send None when it is connected, then the number of events settled, whenever it has grown."""
    app = house(Path(home))
    broker = served_at(kind, url, topic)
    answers.send(None)
    asyncio.run(
        collect(
            broker.bus(),
            Handing(app.door, "web"),
            topic=topic,
            batch=50,
            failed=lambda _what, _error: None,
            stopping=asyncio.Event(),
            looked=lambda tally: answers.send(tally.settled),
        )
    )
