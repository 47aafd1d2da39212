"""The streaming engine: declared measures compiled into updates of cells, and read from them at any later time."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from operator import attrgetter

from attrs import define, field

from application.features.cells import Cell, family, undo_of, unwhole, update_of, whole
from application.features.reading import value_of
from application.features.steps import Add, State, Step, adding
from application.features.touch import Observation, Touch
from ports.measures import NOTHING, Measure, References, Value

#: Aggregates whose keys are kept in one cell.
_NAMED = frozenset(["last", "distinct"])


@define(eq=False)
class Fold:
    """Measures of one entity, compiled. Those that are read from the same cells share them: one base, many readings.

    A state is read at the time of its newest touch or later; for an earlier time, and for what was known then, `as_of`.
    """

    measures: Sequence[Measure]
    _steps: dict[str, list[Step]] = field(init=False, factory=dict)
    _adding: dict[str, list[Add]] = field(init=False, factory=dict)
    _base: dict[str, str] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        for measure in self.measures:
            base = base_of(measure)
            if base not in self._base.values():
                self._compile(measure, base)
            self._base[measure.name] = base
        self._adding = {action: [adding(step) for step in steps] for action, steps in self._steps.items()}

    def add(self, state: State, touch: Touch) -> None:
        """Fold one touch into `state`, in place. What counts for nothing changes nothing."""
        counts, at = touch.counts, touch.at
        if counts > 0.0:
            for add in self._adding.get(touch.action, ()):
                add(state, touch, counts, at)

    def remove(self, state: State, touch: Touch) -> None:
        """Take a touch out of `state` that was folded into it. Lists and ages keep what they have.

        What stays behind is rounding; an estimate is then made of fewer hashes.
        """
        for step in self._steps.get(touch.action, ()) if touch.counts > 0.0 else ():
            told, cells = step.told(touch), state.get(step.base, {})
            if told is None or step.undo is None or told[0] not in cells:
                continue
            if not step.undo(cells[told[0]], step.weight * touch.counts, touch.at, told[1]):
                del cells[told[0]]

    def read(self, state: State, at: float, references: References = NOTHING) -> dict[str, Value]:
        """Return the values of all measures at the time `at` (Unix seconds)."""
        return {
            one.name: value_of(one, state.get(self._base[one.name], _NO_CELLS), at, references) for one in self.measures
        }

    def _compile(self, measure: Measure, base: str) -> None:
        key = attrgetter(measure.key) if measure.key else None
        about = attrgetter(measure.value) if measure.value else None
        ratio = measure.aggregate == "ratio"
        for action, weight in measure.weight.items():
            step = Step(
                base,
                weight,
                update_of(measure),
                undo_of(measure),
                key,
                named=measure.aggregate in _NAMED,
                value=None if ratio else about,
                only_if=about if ratio else None,
            )
            self._steps.setdefault(action, []).append(step)
        for action, weight in (measure.per or measure.weight).items() if ratio else ():
            self._steps.setdefault(action, []).append(Step(base, weight, whole, unwhole, key))


_NO_CELLS: Mapping[str, Cell] = {}


def as_of(
    touches: Iterable[Touch],
    fold: Fold,
    *,
    at: float,
    known: float | None = None,
    references: References = NOTHING,
) -> dict[str, Value]:
    """Return all values from what had happened before `at` and was known by `known` (default: `at`), as known then."""
    state: State = {}
    for touch in known_by(touches, at if known is None else known):
        if touch.at < at:
            fold.add(state, touch)
    return fold.read(state, at, references)


def known_by(touches: Iterable[Touch], known: float) -> list[Touch]:
    """Return what was known at a moment: of each observation the newest version until then, unless it was revoked.

    In no particular order. A touch that is no observation has no versions.
    """
    plain: list[Touch] = []
    newest: dict[str, Observation] = {}
    for touch in touches:
        if touch.known > known:
            continue
        if not isinstance(touch, Observation):
            plain.append(touch)
        elif (other := newest.get(touch.id)) is None or other.position < touch.position:
            newest[touch.id] = touch
    return [*plain, *(one for one in newest.values() if not one.revoked)]


def base_of(measure: Measure) -> str:
    """Return the name of the cells that a measure is read from: the same for measures that can share them.

    It says all that the cells depend on, so cells of a declaration that has changed since are not found, never misread.
    """
    kept = (
        tuple(sorted(measure.weight.items())),
        tuple(sorted(measure.per.items())),
        *(measure.key, measure.value, measure.half_life_days, measure.window_days),
        measure.k if measure.aggregate in _NAMED else 0,
    )
    return f"{family(measure)}-{blake2b(repr(kept).encode(), digest_size=5).hexdigest()}"
