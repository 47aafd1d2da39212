"""A return is requested, received and inspected, in whatever order we hear of it, and tells why, line by line.

What the inspection found counts before the reason the shopper chose. Which order lines bear the return is decided on
the order's stream.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, assert_never

from attrs import Factory, frozen
from attrs import evolve as changed

from domain.kernel import Decider
from domain.returns.reasons import signal_of
from domain.returns.signal import UNKNOWN, Signal

Disposition = Literal["restocked", "not_restocked", "processing_required", "missing", "worn", "damaged", "wrong_item"]
SignalSource = Literal["inspection", "structured_code"]


@frozen
class ReturnLine:
    """`line` names the line within the return: the order line id, or the variant where only that is known."""

    line: str
    quantity: int
    reason_code: str | None = None
    reason_system: str | None = None
    comment_ref: str | None = None
    order_line_id: str | None = None
    variant_id: str | None = None
    product_id: str | None = None


@frozen
class ReturnRequested:
    """`comment_ref` points to the shopper's words, which stay outside the log."""

    return_id: str
    order_id: str
    lines: tuple[ReturnLine, ...]
    requested_at: datetime
    channel: str | None = None


@frozen
class ReturnReceived:
    return_id: str
    received_at: datetime


@frozen
class ReturnInspected:
    """`graded_reason` is what the inspector found, in the codes of `reasons`."""

    return_id: str
    line: str
    disposition: Disposition
    inspected_at: datetime
    graded_reason: str | None = None


@frozen
class ReturnSignalled:
    """What the line tells us, replacing what it told before."""

    return_id: str
    line: str
    signals: tuple[Signal, ...]
    source: SignalSource
    signalled_at: datetime


Event = ReturnRequested | ReturnReceived | ReturnInspected | ReturnSignalled


@frozen
class Return:
    """The latest request in business time, the latest inspection and signal of each line."""

    requested: ReturnRequested | None = None
    received_at: datetime | None = None
    inspections: Mapping[str, ReturnInspected] = Factory(dict)
    signalled: Mapping[str, ReturnSignalled] = Factory(dict)


def evolve(state: Return, event: Event) -> Return:
    match event:
        case ReturnRequested():
            older = state.requested is not None and event.requested_at < state.requested.requested_at
            return state if older else changed(state, requested=event)
        case ReturnReceived():
            return changed(state, received_at=event.received_at)
        case ReturnInspected():
            known = state.inspections.get(event.line)
            older = known is not None and event.inspected_at < known.inspected_at
            return state if older else changed(state, inspections={**state.inspections, event.line: event})
        case ReturnSignalled():
            return changed(state, signalled={**state.signalled, event.line: event})
        case _:
            assert_never(event)


def request(
    state: Return,
    *,
    return_id: str,
    order_id: str,
    lines: Sequence[ReturnLine],
    requested_at: datetime,
    channel: str | None = None,
) -> tuple[Event, ...]:
    """Record the request and what its reason codes say. The same request again is nothing to do."""
    event = ReturnRequested(return_id, order_id, tuple(lines), requested_at, channel)
    return () if event == state.requested else _with_signals(state, event, return_id, requested_at)


def receive(state: Return, *, return_id: str, received_at: datetime) -> tuple[Event, ...]:
    """Record that the goods arrived, requested or not. Only an earlier arrival than known is news."""
    if state.received_at is not None and state.received_at <= received_at:
        return ()
    return (ReturnReceived(return_id, received_at),)


def inspect(
    state: Return,
    *,
    return_id: str,
    line: str,
    disposition: Disposition,
    inspected_at: datetime,
    graded_reason: str | None = None,
) -> tuple[Event, ...]:
    """Record what became of a line and, if graded, why it came back. The same inspection again is nothing to do."""
    event = ReturnInspected(return_id, line, disposition, inspected_at, graded_reason)
    return () if event == state.inspections.get(line) else _with_signals(state, event, return_id, inspected_at)


def _with_signals(state: Return, fact: Event, return_id: str, at: datetime) -> tuple[Event, ...]:
    """Append the signals of every line on which the fact changes what is to be believed."""
    after = evolve(state, fact)
    coded = {line.line: line.reason_code for line in after.requested.lines} if after.requested else {}
    news: list[Event] = [fact]
    for line in dict.fromkeys((*coded, *after.inspections)):
        inspection = after.inspections.get(line)
        found = _believed(inspection.graded_reason if inspection else None, coded.get(line))
        before = state.signalled.get(line)
        if found is not None and (before is None or found != (before.signals, before.source)):
            news.append(ReturnSignalled(return_id, line, *found, at))
    return tuple(news)


def _believed(graded: str | None, coded: str | None) -> tuple[tuple[Signal, ...], SignalSource] | None:
    """Inspection before structured code; an inspection that says nothing does not silence the code."""
    if graded is not None and signal_of(graded) != (UNKNOWN,):
        return signal_of(graded), "inspection"
    if coded is not None:
        return signal_of(coded), "structured_code"
    return None if graded is None else (signal_of(graded), "inspection")


DECIDER: Decider[Return, Event] = Decider(category="return", initial=Return, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = (
    (ReturnRequested, "return.requested"),
    (ReturnReceived, "return.received"),
    (ReturnInspected, "return.inspected"),
    (ReturnSignalled, "return.signalled"),
)
