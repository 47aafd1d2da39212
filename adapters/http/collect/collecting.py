"""What every vendor's door does: know who may send, store what came, tell the house."""

from collections.abc import Sequence

from attrs import frozen

from adapters.http.keys import admit
from adapters.http.metrics import Metrics
from adapters.http.service import Service
from application.intake.door import Answer


@frozen(eq=False)
class Collecting:
    service: Service
    metrics: Metrics

    def admit(self, key: str) -> None:
        """Let pass a key that may send events. Errors: `Problem` 401 or 403. Without any keys nobody is asked."""
        admit(self.service, key, "events")

    def store(self, source: str, bodies: Sequence[bytes], batch_id: str | None = None) -> Sequence[Answer]:
        """Store messages of a source, each by itself; return an answer for each once they are durable.

        `batch_id` names what comes without an id and a time: give one that a resent request has again, if there is any.
        """
        answers = self.service.door.receive(source, bodies, batch_id=batch_id or self.service.ids.new())
        self.metrics.intake(answers)
        self.service.live.knock()
        return answers
