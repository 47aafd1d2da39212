"""The streams that one batch touches: each state loaded once, facts collected, one commit for all of them."""

from typing import Any, TypeVar

from attrs import Factory, define, field

from domain.kernel import Decider
from ports.clock import Ids
from ports.event_log import Append, EventLog, Fact, Metadata, stream_name

State = TypeVar("State")
Event = TypeVar("Event")


@define
class _Stream:
    stored_version: int
    state: Any
    facts: list[Fact] = Factory(list)


@define
class Pending:
    """States survive from batch to batch, as long as this worker is the one that writes (see `forget`)."""

    log: EventLog
    ids: Ids
    tenant: str
    cache_limit: int = 100_000
    _streams: dict[str, _Stream] = field(init=False, default=Factory(dict))
    _touched: dict[str, _Stream] = field(init=False, default=Factory(dict))
    _undo: list[tuple[_Stream, Any, int]] = field(init=False, default=Factory(list))

    def state(self, decider: Decider[State, Event], key: str) -> State:
        """Return the state of a stream after everything taken so far."""
        state: State = self._stream(decider, key, new=False).state
        return state

    def take(
        self,
        decider: Decider[State, Event],
        key: str,
        events: tuple[Event, ...],
        metadata: Metadata,
        *,
        new: bool = False,
    ) -> None:
        """Collect decided events for the end of a stream. `new` says that it cannot exist yet, which saves a read."""
        if not events:
            return
        stream = self._stream(decider, key, new=new)
        self._undo.append((stream, stream.state, len(stream.facts)))
        for event in events:
            fresh = Metadata(self.ids.new(), metadata.occurred_at, metadata.known_at, metadata.intake_position)
            stream.facts.append(Fact(event, fresh))
            stream.state = decider.evolve(stream.state, event)

    def keep(self) -> None:
        """What was taken since the last `keep` belongs to the batch."""
        self._undo.clear()

    def undo(self) -> None:
        """Take back everything since the last `keep`: the handler failed half way."""
        while self._undo:
            stream, state, count = self._undo.pop()
            stream.state = state
            del stream.facts[count:]

    def appends(self) -> list[Append]:
        return [
            Append(name, stream.stored_version, stream.facts) for name, stream in self._touched.items() if stream.facts
        ]

    def settled(self) -> None:
        """The batch is committed."""
        for stream in self._touched.values():
            stream.stored_version += len(stream.facts)
            stream.facts = []
        self._touched.clear()
        if len(self._streams) > self.cache_limit:
            self._streams.clear()

    def forget(self) -> None:
        """Another worker wrote: nothing that was loaded can be trusted."""
        self._streams.clear()
        self._touched.clear()
        self._undo.clear()

    def _stream(self, decider: Decider[Any, Any], key: str, *, new: bool) -> _Stream:
        name = stream_name(self.tenant, decider.category, key)
        stream = self._streams.get(name)
        if stream is None:
            stream = _Stream(0, decider.initial())
            if not new and (snapshot := self.log.snapshot(name)) is not None:
                stream = _Stream(snapshot.version, snapshot.state)
            if not new:
                for recorded in self.log.read(name, after=stream.stored_version):
                    stream.stored_version = recorded.version
                    stream.state = decider.evolve(stream.state, recorded.event)
            self._streams[name] = stream
        self._touched[name] = stream
        return stream
