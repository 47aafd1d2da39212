"""A whole worker to be killed: takes batches at the door, canonicalises and projects, and says what is durable."""

import json
import random
from collections.abc import Mapping
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from tests.support.house import house
from tests.support.shop import MONDAY


def payloads(batch: int) -> Mapping[str, bytes]:
    """Between 1 and 60 views by a few visitors, some of them logged in, of batch `batch`."""
    dice = random.Random(batch)
    bodies = {}
    for n in range(dice.randint(1, 60)):
        event_id, visitor = f"{batch}-{n}", dice.randrange(12)
        body = {
            "event": "product_viewed",
            "event_id": event_id,
            "timestamp": (MONDAY + timedelta(seconds=60 * batch + dice.randrange(5400))).isoformat(),
            "anonymous_id": f"cookie-{visitor}",
            "properties": {"product_id": f"p-{dice.randrange(50)}"},
        }
        if dice.random() < 0.2:
            body["user_id"] = f"user-{visitor // 2}"
        bodies[event_id] = json.dumps(body).encode()
    return bodies


def work(home: str, url: str, batch: int, answers: Connection) -> NoReturn:
    """Send None when ready, then the number of each batch that was acknowledged, from `batch` on."""
    app = house(Path(home), url)
    projections = list(app.projections.values())
    app.canonicaliser.batch = app.runner.batch = 37
    answers.send(None)
    while True:
        app.door.receive("web", list(payloads(batch).values()), batch_id=str(batch))
        answers.send(batch)
        batch += 1
        app.canonicaliser.catch_up()
        app.runner.catch_up(projections)
