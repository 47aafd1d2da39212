"""Where things go: nodes in columns by kind and in bands by group, edges around what stands between their ends.

Sugiyama's method for few nodes: an edge that passes a column gets a place of its own in it, and the places of each
column are sorted by where their neighbours are.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from statistics import fmean

from attrs import Factory, define, frozen

#: Pixels: a card with the room around it, a passing edge, the distance of columns, the head of a band, their distance.
CARD_WIDTH, CARD_HEIGHT, ROW, LANE, PITCH, HEAD, GAP = 184, 40, 56, 20, 314, 30, 18
_SWEEPS = 6


@frozen
class Spot:
    """A node to be placed; nodes are named in the order in which they should stand, all else being equal."""

    name: str
    band: str
    column: int


@frozen
class Band:
    name: str
    top: float
    height: float


@frozen
class Places:
    """`at`: centre of each card. `routes`: points of each edge (by its index), from its left end to its right end."""

    at: Mapping[str, tuple[float, float]]
    bands: tuple[Band, ...]
    routes: tuple[tuple[tuple[float, float], ...], ...]
    width: float
    height: float


@define(eq=False)
class _Item:
    """A card, or the place where an edge passes a column."""

    column: int
    band: str
    height: float
    order: int
    y: float = 0
    near: "dict[int, list[_Item]]" = Factory(lambda: defaultdict(list))


def places(spots: Sequence[Spot], edges: Sequence[tuple[str, str]], left: float, top: float) -> Places:
    """Place nodes and edges below and right of (`left`, `top`). An edge inside a column bulges to its right."""
    items = {one.name: _Item(one.column, one.band, ROW, number) for number, one in enumerate(spots)}
    everything = list(items.values())
    lanes: list[list[_Item]] = []
    for a, b in edges:
        one, other = sorted((items[a], items[b]), key=lambda item: (item.column, item.order))
        passing = [
            _Item(
                column,
                one.band if column - one.column <= other.column - column else other.band,
                LANE,
                len(everything) + column,
            )
            for column in range(one.column + 1, other.column)
        ]
        chain = [one, *passing, other]
        for here, there in pairwise(chain):
            here.near[1].append(there)
            there.near[-1].append(here)
        everything += passing
        lanes.append(chain)
    bands = _bands(spots, everything, top)
    _settle(everything, bands)
    columns = max((one.column for one in spots), default=0) + 1

    def x(item: _Item) -> float:
        return left + item.column * PITCH + CARD_WIDTH / 2

    return Places(
        {name: (x(item), item.y) for name, item in items.items()},
        tuple(bands.values()),
        tuple(_route(chain, x) for chain in lanes),
        left + (columns - 1) * PITCH + CARD_WIDTH,
        max((one.top + one.height for one in bands.values()), default=top),
    )


def _bands(spots: Sequence[Spot], everything: Sequence[_Item], top: float) -> dict[str, Band]:
    heights: dict[tuple[str, int], float] = defaultdict(float)
    for item in everything:
        heights[item.band, item.column] += item.height
    found: dict[str, Band] = {}
    for name in dict.fromkeys(one.band for one in spots):
        height = HEAD + max(it for (band, _), it in heights.items() if band == name)
        found[name] = Band(name, top, height)
        top += height + GAP
    return found


def _settle(everything: Sequence[_Item], bands: Mapping[str, Band]) -> None:
    """Sort every column of every band by the mean height of what it is connected with, to and fro."""
    stacks: dict[int, dict[str, list[_Item]]] = defaultdict(lambda: defaultdict(list))
    for item in sorted(everything, key=lambda one: one.order):
        stacks[item.column][item.band].append(item)
    for column in stacks.values():
        for band, stack in column.items():
            _pile(stack, bands[band])
    for sweep in range(_SWEEPS):
        side = 1 if sweep % 2 else -1
        for number in sorted(stacks, reverse=side == 1):
            for band, stack in stacks[number].items():
                wish = {id(item): _wish(item, side) for item in stack}
                stack.sort(key=lambda item: (wish[id(item)], item.order))
                _pile(stack, bands[band])


def _wish(item: _Item, side: int) -> float:
    neighbours = item.near[side] or item.near[-side]
    return fmean(one.y for one in neighbours) if neighbours else item.y


def _pile(stack: Sequence[_Item], band: Band) -> None:
    y = band.top + HEAD + (band.height - HEAD - sum(item.height for item in stack)) / 2
    for item in stack:
        item.y = y + item.height / 2
        y += item.height


def _route(chain: Sequence[_Item], x: Callable[[_Item], float]) -> tuple[tuple[float, float], ...]:
    half = CARD_WIDTH / 2
    begin, *passing, end = chain
    out = (x(begin) + half, begin.y)
    if begin.column == end.column:
        aside = out[0] + (PITCH - CARD_WIDTH) / 2
        return out, (aside, (begin.y + end.y) / 2), (aside, (begin.y + end.y) / 2), (out[0], end.y)
    through = [point for item in passing for point in ((x(item) - half, item.y), (x(item) + half, item.y))]
    return out, *through, (x(end) - half, end.y)
