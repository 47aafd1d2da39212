"""What is believed of a return line when several sources say why it came back: one precedence, in one place.

Inspection before structured code, code before comment, comment before what the pattern of the orders suggests. A
comment may say more exactly what a code left open, and turns the direction of a fit only if it is very sure.
"""

from collections.abc import Sequence
from typing import Literal

from attrs import evolve, frozen

from domain.returns.comment import Said, signals_of
from domain.returns.reasons import signal_of
from domain.returns.signal import UNKNOWN, Direction, Signal, about

SignalSource = Literal["inspection", "structured_code", "comment", "heuristic"]

#: So sure a comment has to be to say anything, and so sure to turn the direction that a code gave.
HEARD, TURNS = 0.8, 0.9
#: What a code such as `ordered-multiple` says: several came, and nothing of what they differ in.
_SEVERAL = (about("bracket"),)
_OPPOSITE: dict[Direction, Direction] = {"too_small": "too_large", "too_large": "too_small"}


@frozen
class Belief:
    """`conflict`: a comment contradicted the code, and was believed."""

    signals: tuple[Signal, ...]
    source: SignalSource
    conflict: bool = False


def believed(
    graded: str | None, coded: str | None, said: Sequence[Said] = (), bracket: Signal | None = None
) -> Belief | None:
    """Return what to believe, None if nobody said anything. `graded`, `coded`: codes; `bracket`: see `bracket`.

    A source that says nothing silences no other: an inspection with a code that nobody taught us leaves the shopper's.
    """
    if graded is not None and signal_of(graded) != (UNKNOWN,):
        return Belief(signal_of(graded), "inspection")
    heard = signals_of(one for one in said if one.probability >= HEARD)
    code = signal_of(coded) if coded is not None else (UNKNOWN,)
    if code == (UNKNOWN,):
        return _uncoded(graded, coded, heard, bracket)
    if code == _SEVERAL:
        return Belief((bracket,) if bracket else code, "structured_code")
    return _refined(code, heard)


def _uncoded(graded: str | None, coded: str | None, heard: tuple[Signal, ...], bracket: Signal | None) -> Belief | None:
    if heard:
        return Belief(heard, "comment")
    if bracket is not None:
        return Belief((bracket,), "heuristic")
    if coded is not None:
        return Belief((UNKNOWN,), "structured_code")
    return None if graded is None else Belief((UNKNOWN,), "inspection")


def _refined(code: tuple[Signal, ...], heard: tuple[Signal, ...]) -> Belief:
    """Let a comment on the fit complete or turn what the code says of it; of everything else the code stands."""
    about_fit = [one for one in heard if one.kind == "fit"]
    turning = {signal: _turning(signal, about_fit) for signal in code if signal.kind == "fit"}
    signals = tuple(turning.get(signal) or _completed(signal, about_fit) for signal in code)
    return Belief(signals, "structured_code", any(turning.values()))


def _turning(coded: Signal, heard: Sequence[Signal]) -> Signal | None:
    opposite = _OPPOSITE.get(coded.direction or "unspecified")
    return next((one for one in heard if one.direction == opposite and one.confidence >= TURNS), None)


def _completed(coded: Signal, heard: Sequence[Signal]) -> Signal:
    """Take direction and part from a comment that agrees, where the code leaves them open."""
    if coded.kind != "fit":
        return coded
    free = coded.direction == "unspecified"
    agreeing = [one for one in heard if free or one.direction in {coded.direction, "unspecified"}]
    exact = next((one for one in agreeing if one.body_part != "overall" or one.dimension), None)
    directed = next((one for one in agreeing if one.direction != "unspecified"), None)
    if free and directed is not None:
        coded = evolve(coded, direction=directed.direction, confidence=max(coded.confidence, directed.confidence))
    if exact is not None and coded.body_part == "overall" and coded.dimension is None:
        coded = evolve(coded, body_part=exact.body_part, dimension=exact.dimension)
    return coded
