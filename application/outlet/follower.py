"""The outbox is the event log itself: follow it, publish, and only then move on.

The position moves in one commit with the rows, and after the broker has confirmed. A crash in between publishes the
same messages again, under the same ids, because they are a function of the log.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
from attrs import define, field

from application.projections.rows import Rows, generation_name
from application.projections.runner import Progressed
from ports.event_log import Advance, Commit, EventLog, PositionConflict, ReadModels, Recorded
from ports.messages import TOPICS, Content, Message, Outlet

_encode = msgspec.json.Encoder().encode


class Translation(Protocol):
    """One kind of message: a fold of the log that now and then has something to say."""

    def prefetch(self, batch: Sequence[Recorded], rows: Rows) -> None:
        """Load what a batch will touch."""
        ...

    def translate(self, recorded: Recorded, rows: Rows) -> Iterable[Content]:
        """Change `rows` by one event, and say what is to be published. The same log gives the same messages."""
        ...


@define
class OutletFollower:
    """`name`: each outlet has a position of its own; a new one publishes the log from its beginning."""

    log: EventLog
    read_models: ReadModels
    outlet: Outlet
    translations: Sequence[Translation]
    name: str = "outlet"
    batch: int = 1000
    published: int = 0
    _rows: Rows = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._rows = Rows(self.read_models, self.follower)

    @property
    def follower(self) -> str:
        return generation_name(self.name, 1)

    def catch_up(self, progressed: Progressed = lambda _at, _head: None) -> int:
        """Publish everything up to the present head; return the position reached. Errors: `OutletUnavailable`."""
        position, head = self.log.position(self.follower), self.log.head()
        while position < head:
            position = self.step(position)
            progressed(min(position, head), head)
        return position

    def step(self, position: int) -> int:
        """Publish what one batch after `position` says; return the new position, whoever moved it there.

        Errors: `OutletUnavailable`; after any error it may be called again from the same position.
        """
        try:
            return self._step(position)
        except BaseException:
            self._rows = Rows(self.read_models, self.follower)
            raise

    def _step(self, position: int) -> int:
        events = self.log.follow(after=position, limit=self.batch)
        if not events:
            return position
        for translation in self.translations:
            translation.prefetch(events, self._rows)
        messages = [
            message_of(content)
            for recorded in events
            for translation in self.translations
            for content in translation.translate(recorded, self._rows)
        ]
        if messages:
            self.outlet.publish(messages)
        to = events[-1].position
        try:
            self.log.commit(Commit((), self._rows.changes(), [Advance(self.follower, position, to)]))
        except PositionConflict:  # another process was faster: it has published the same
            self._rows = Rows(self.read_models, self.follower)
            return self.log.position(self.follower)
        self._rows.settled()
        self.published += len(messages)
        return to


def message_of(content: Content) -> Message:
    """Return the message that says `content`."""
    return Message(TOPICS[type(content)], content.message_id, content.key, content.type, _encode(content))
