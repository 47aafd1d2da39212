"""What a touch does to cells, as one function for each kind of step: the inner loop of everything that streams.

Written out by kind, because the branches that a general one takes cost as much as what it does.
"""

from collections.abc import Callable

from attrs import frozen

from application.features.cells import Cell, Undo, Update
from application.features.touch import Touch

#: base -> key ("" for none) -> cell
State = dict[str, dict[str, Cell]]
#: (state, touch, how much it counts, when)
Add = Callable[[State, Touch, float, float], None]


@frozen
class Step:
    """What a touch of one action does to the cells of one base.

    `named`: keys are kept in one cell. `value`: what is averaged. `only_if`: what must be true to count.
    """

    base: str
    weight: float
    update: Update
    undo: Undo | None
    key: Callable[[Touch], str] | None = None
    named: bool = False
    value: Callable[[Touch], float | None] | None = None
    only_if: Callable[[Touch], bool] | None = None

    def told(self, touch: Touch) -> tuple[str, float | str] | None:
        """Return the name of the cell and the value for it, None if the touch says nothing to this base."""
        key = self.key(touch) if self.key is not None else ""
        if self.key is not None and not key:
            return None
        if self.named:
            return "", key
        if self.value is not None:
            value = self.value(touch)
            return None if value is None else (key, value)
        return (key, 0.0) if self.only_if is None or self.only_if(touch) else None


def adding(step: Step) -> Add:
    """Return the step as one function."""
    if step.named or step.only_if is not None:
        return _telling(step)
    if step.value is not None:
        return _averaging(step, step.value)
    return _single(step) if step.key is None else _keyed(step, step.key)


def _cell(state: State, base: str, name: str) -> Cell:
    cells = state.get(base)
    if cells is None:
        cells = state[base] = {}
    cell = cells.get(name)
    if cell is None:
        cell = cells[name] = Cell()
    return cell


def _single(step: Step) -> Add:
    base, weight, update = step.base, step.weight, step.update

    def add(state: State, _: Touch, counts: float, at: float) -> None:
        cells = state.get(base)
        cell = cells.get("") if cells is not None else None
        update(cell if cell is not None else _cell(state, base, ""), weight * counts, at, 0.0)

    return add


def _keyed(step: Step, key: Callable[[Touch], str]) -> Add:
    base, weight, update = step.base, step.weight, step.update

    def add(state: State, touch: Touch, counts: float, at: float) -> None:
        if name := key(touch):
            cells = state.get(base)
            cell = cells.get(name) if cells is not None else None
            update(cell if cell is not None else _cell(state, base, name), weight * counts, at, 0.0)

    return add


def _averaging(step: Step, value: Callable[[Touch], float | None]) -> Add:
    base, weight, update, key = step.base, step.weight, step.update, step.key

    def add(state: State, touch: Touch, counts: float, at: float) -> None:
        name = key(touch) if key is not None else ""
        if key is not None and not name:
            return
        told = value(touch)
        if told is not None:
            update(_cell(state, base, name), weight * counts, at, told)

    return add


def _telling(step: Step) -> Add:
    base, weight, update, told = step.base, step.weight, step.update, step.told

    def add(state: State, touch: Touch, counts: float, at: float) -> None:
        found = told(touch)
        if found is not None:
            update(_cell(state, base, found[0]), weight * counts, at, found[1])

    return add
