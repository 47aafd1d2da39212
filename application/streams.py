"""Load, decide, save: the one way a use case changes an aggregate."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from domain.kernel import Decider
from ports.event_log import Append, Commit, EventLog, Fact, Metadata, RowChange, Snapshot, StreamConflict

State = TypeVar("State")
Event = TypeVar("Event")

SNAPSHOT_EVERY = 200
RETRIES = 5


def load(log: EventLog, decider: Decider[State, Event], stream: str) -> tuple[int, State]:
    """Return the version and state of a stream: newest snapshot and the events after it."""
    snapshot = log.snapshot(stream)
    version, state = (0, decider.initial()) if snapshot is None else (snapshot.version, snapshot.state)
    for recorded in log.read(stream, after=version):
        version, state = recorded.version, decider.evolve(state, recorded.event)
    return version, state


def decide(
    log: EventLog,
    decider: Decider[State, Event],
    stream: str,
    decision: Callable[[State], tuple[Event, ...]],
    metadata: Callable[[], Metadata],
    *,
    rows: Sequence[RowChange] = (),
) -> Sequence[Event]:
    """Decide on the present state and store what was decided; on a conflict decide again on the newer state.

    `metadata` is asked once per event; `rows` change with what was decided. Raises the decision's `DomainError`, or
    `StreamConflict` after the retries.
    """
    for attempt in range(RETRIES):
        version, state = load(log, decider, stream)
        events = decision(state)
        if not events:
            return ()
        facts = [Fact(event, metadata()) for event in events]
        try:
            log.commit(Commit((Append(stream, version, facts),), rows))
        except StreamConflict:
            if attempt == RETRIES - 1:
                raise
            continue
        if (version + len(events)) // SNAPSHOT_EVERY > version // SNAPSHOT_EVERY:
            log.save_snapshot(stream, Snapshot(version + len(events), decider.fold(events, state)))
        return events
    raise AssertionError("unreachable: the last attempt returns or raises")
