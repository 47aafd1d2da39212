"""A return is requested, received and inspected, in whatever order we hear of it, and tells why, line by line.

Which of several sources is believed is said in `belief`. Which order lines bear the return is decided on the order's
stream.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeVar, assert_never

from attrs import Factory, frozen
from attrs import evolve as changed

from domain.kernel import Decider
from domain.returns.belief import Belief, SignalSource, believed
from domain.returns.comment import Said
from domain.returns.signal import UNKNOWN, Signal

Disposition = Literal["restocked", "not_restocked", "processing_required", "missing", "worn", "damaged", "wrong_item"]


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
class CommentRead:
    """What `reader` (a version) found in the shopper's words, perhaps nothing. The words themselves are not here."""

    return_id: str
    line: str
    said: tuple[Said, ...]
    reader: str
    read_at: datetime


@frozen
class BracketFound:
    """The line was part of a bracket, as the orders known by now tell; none means that it is not, after all."""

    return_id: str
    line: str
    bracket: Signal | None
    found_at: datetime


@frozen
class ReturnSignalled:
    """What the line tells us, replacing what it told before. `reason_conflict`: see `Belief.conflict`."""

    return_id: str
    line: str
    signals: tuple[Signal, ...]
    source: SignalSource
    signalled_at: datetime
    reason_conflict: bool = False


Event = ReturnRequested | ReturnReceived | ReturnInspected | CommentRead | BracketFound | ReturnSignalled
_Latest = TypeVar("_Latest", ReturnRequested, ReturnInspected, CommentRead)


@frozen
class Return:
    """The latest request in business time, and of each line the latest inspection, comment, bracket and signal."""

    requested: ReturnRequested | None = None
    received_at: datetime | None = None
    inspections: Mapping[str, ReturnInspected] = Factory(dict)
    comments: Mapping[str, CommentRead] = Factory(dict)
    brackets: Mapping[str, Signal | None] = Factory(dict)
    signalled: Mapping[str, ReturnSignalled] = Factory(dict)


def evolve(state: Return, event: Event) -> Return:
    match event:
        case ReturnRequested():
            return changed(state, requested=_later(event, state.requested))
        case ReturnReceived():
            return changed(state, received_at=event.received_at)
        case ReturnInspected():
            latest = _later(event, state.inspections.get(event.line))
            return changed(state, inspections={**state.inspections, event.line: latest})
        case CommentRead():
            read = _later(event, state.comments.get(event.line))
            return changed(state, comments={**state.comments, event.line: read})
        case BracketFound():
            return changed(state, brackets={**state.brackets, event.line: event.bracket})
        case ReturnSignalled():
            return changed(state, signalled={**state.signalled, event.line: event})
        case _:
            assert_never(event)


def _later(event: _Latest, known: _Latest | None) -> _Latest:
    """Return the later one in business time; of one instant any one, but always the same."""
    return event if known is None or (_at(known), repr(known)) <= (_at(event), repr(event)) else known


def _at(event: ReturnRequested | ReturnInspected | CommentRead) -> datetime:
    match event:
        case ReturnRequested():
            return event.requested_at
        case ReturnInspected():
            return event.inspected_at
        case CommentRead():
            return event.read_at
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
    comments: Sequence[CommentRead] = (),
) -> tuple[Event, ...]:
    """Record the request, what was read in its comments, and what all that says. The same again is nothing to do."""
    event = ReturnRequested(return_id, order_id, tuple(lines), requested_at, channel)
    news: list[Event] = [] if event == state.requested else [event]
    news += [one for one in comments if one != state.comments.get(one.line)]
    return _with_signals(state, news, return_id, requested_at)


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
    return () if event == state.inspections.get(line) else _with_signals(state, [event], return_id, inspected_at)


def find_bracket(
    state: Return, *, return_id: str, line: str, bracket: Signal | None, found_at: datetime
) -> tuple[Event, ...]:
    """Record that a line was part of a bracket, or of none any more. What is known already is nothing to do."""
    if bracket == state.brackets.get(line):
        return ()
    return _with_signals(state, [BracketFound(return_id, line, bracket, found_at)], return_id, found_at)


def _with_signals(state: Return, facts: Sequence[Event], return_id: str, at: datetime) -> tuple[Event, ...]:
    """Append the signals of every line on which the facts change what is to be believed."""
    after = state
    for fact in facts:
        after = evolve(after, fact)
    coded = {line.line: line.reason_code for line in after.requested.lines} if after.requested else {}
    news = list(facts)
    for line in dict.fromkeys((*coded, *after.inspections, *after.comments, *after.brackets)) if facts else ():
        before = state.signalled.get(line)
        found = _believed(after, line, coded.get(line)) or (Belief((UNKNOWN,), before.source) if before else None)
        if found is not None and (before is None or found != _of(before)):
            news.append(ReturnSignalled(return_id, line, found.signals, found.source, at, found.conflict))
    return tuple(news)


def _believed(state: Return, line: str, coded: str | None) -> Belief | None:
    inspection, comment = state.inspections.get(line), state.comments.get(line)
    graded = inspection.graded_reason if inspection else None
    return believed(graded, coded, comment.said if comment else (), state.brackets.get(line))


def _of(signalled: ReturnSignalled) -> Belief:
    return Belief(signalled.signals, signalled.source, signalled.reason_conflict)


DECIDER: Decider[Return, Event] = Decider(category="return", initial=Return, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = (
    (ReturnRequested, "return.requested"),
    (ReturnReceived, "return.received"),
    (ReturnInspected, "return.inspected"),
    (CommentRead, "return.comment_read"),
    (BracketFound, "return.bracket_found"),
    (ReturnSignalled, "return.signalled"),
)
