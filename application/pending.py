"""The streams that one batch touches: each state loaded once, facts in the order of decision, one commit for all."""

from typing import Any, TypeVar

from attrs import Factory, define, field

from application.streams import load
from domain.kernel import Decider
from ports.clock import Ids
from ports.event_log import Append, EventLog, Fact, Metadata, stream_name

State = TypeVar("State")
Event = TypeVar("Event")


@define
class _Stream:
    """`version` and `state` after everything taken so far."""

    version: int
    state: Any


@define
class _Run:
    """Consecutive facts of one stream. The log keeps the order of runs: a cause stands before what it caused."""

    stream: str
    expected_version: int
    facts: list[Fact]


@define
class Pending:
    """States survive from batch to batch, as long as this worker is the one that writes (see `forget`)."""

    log: EventLog
    ids: Ids
    tenant: str
    cache_limit: int = 100_000
    _streams: dict[str, _Stream] = field(init=False, default=Factory(dict))
    _runs: list[_Run] = field(init=False, default=Factory(list))
    _undo: list[tuple[_Stream, int, Any]] = field(init=False, default=Factory(list))

    def state(self, decider: Decider[State, Event], key: str) -> State:
        """Return the state of a stream after everything taken so far."""
        name = stream_name(self.tenant, decider.category, key)
        state: State = self._stream(decider, name, new=False).state
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
        name = stream_name(self.tenant, decider.category, key)
        stream = self._stream(decider, name, new=new)
        self._undo.append((stream, stream.version, stream.state))
        if not self._runs or self._runs[-1].stream != name:
            self._runs.append(_Run(name, stream.version, []))
        facts = self._runs[-1].facts
        for event in events:
            fresh = Metadata(
                self.ids.new(),
                metadata.occurred_at,
                metadata.known_at,
                metadata.intake_position,
                metadata.envelope,
            )
            facts.append(Fact(event, fresh))
            stream.state = decider.evolve(stream.state, event)
        stream.version += len(events)

    def keep(self) -> None:
        """What was taken since the last `keep` belongs to the batch."""
        self._undo.clear()

    def undo(self) -> None:
        """Take back everything since the last `keep`: the handler failed half way."""
        while self._undo:
            stream, version, state = self._undo.pop()
            run = self._runs[-1]
            del run.facts[len(run.facts) - (stream.version - version) :]
            if not run.facts:
                self._runs.pop()
            stream.version, stream.state = version, state

    def appends(self) -> list[Append]:
        return [Append(run.stream, run.expected_version, run.facts) for run in self._runs]

    def settled(self) -> None:
        """The batch is committed."""
        self._runs.clear()
        self._undo.clear()
        if len(self._streams) > self.cache_limit:
            self._streams.clear()

    def forget(self) -> None:
        """Another worker wrote: nothing that was loaded can be trusted."""
        self._streams.clear()
        self._runs.clear()
        self._undo.clear()

    def _stream(self, decider: Decider[Any, Any], name: str, *, new: bool) -> _Stream:
        stream = self._streams.get(name)
        if stream is None:
            stream = _Stream(*((0, decider.initial()) if new else load(self.log, decider, name)))
            self._streams[name] = stream
        return stream
