"""Fronts that open: notched, peaked and shawl lapels; other necklines stay as they are."""

from adapters.sources.simulation.pictures.drawing import Line, Part
from adapters.sources.simulation.pictures.necklines import Neck, neckline
from adapters.sources.simulation.pictures.paths import Segment, both, symmetric

#: Which lapel a neckline of the vocabulary means on a blazer or coat.
_KINDS = {"collar": "notch", "v": "shawl", "square": "peak"}


def lapels(kind: str, depth: float) -> tuple[Neck, float]:
    """Return the opening and the height at which the fronts meet."""
    if kind not in _KINDS:
        neck = neckline(kind)
        return neck, 2.0 if kind == "turtle" else neck.depth
    front: tuple[Segment, ...] = (((2.0, depth - 9), (7.4, 10), (8.2, 0.2)),)
    back = symmetric((0, -2.4), ((4, -2.4), (6.6, -2), (8.2, 0.2)), ((7.4, 10), (2.0, depth - 9), (0, depth)))
    stand = symmetric((0, -4.2), ((3.6, -4.2), (6, -3.8), (7.4, -3)), ((8.6, 0.6),), ((6, 1), (3, 1.4), (0, 1.4)))
    label = Part("M-2.4 4H2.4V6.6H-2.4Z", "label")
    lapel = _LAPELS[_KINDS[kind]](depth)
    return Neck(depth, front, (Part(back, "inside"), Part(stand, "trim"), label), lapel), depth


def _shawl(depth: float) -> tuple[Part | Line, ...]:
    roll = both(
        (0, depth),
        ((2.0, depth - 9), (6.6, 10), (7.0, -3.2)),
        ((9.4, -1.6), (11, 2), (12.4, 8)),
        ((13.4, 16), (8, depth - 8), (0, depth)),
        close=True,
    )
    return (Part(roll),)


def _notch(depth: float) -> tuple[Part | Line, ...]:
    leaf = both(
        (0, depth),
        ((2.0, depth - 9), (6.8, 14), (7.6, 6)),
        ((13.0, 10.4),),
        ((13.6, 13),),
        ((12.0, 20), (7, depth - 8), (0, depth)),
        close=True,
    )
    return (Part(leaf), _collar())


def _peak(depth: float) -> tuple[Part | Line, ...]:
    leaf = both(
        (0, depth),
        ((2.0, depth - 9), (6.8, 14), (7.6, 7)),
        ((12.2, 10.6),),
        ((15.6, 7.6),),
        ((14.6, 17), (7, depth - 8), (0, depth)),
        close=True,
    )
    return (Part(leaf), _collar())


def _collar() -> Part:
    return Part(
        both(
            (7.0, -3.4),
            ((9.4, -1.8), (10.6, 0.8), (11.4, 3.4)),
            ((13.2, 7.0),),
            ((11.8, 9.6),),
            ((7.0, 5.8),),
            ((7.2, 2.6), (7.2, -0.4), (7.0, -3.4)),
            close=True,
        )
    )


_LAPELS = {"shawl": _shawl, "notch": _notch, "peak": _peak}
