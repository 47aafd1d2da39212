"""What is shown of features and feed to whoever looks at metrics: of a bounded sample, once a minute at most."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Generic, TypeVar

from attrs import define, field

from application.features.fold import Fold, as_of
from application.features.health import Health, health, newest_behind
from application.projections.rows import View
from application.projections.sessions import BY_SUBJECT
from application.serving.customer_features import touches_of_subjects
from ports.event_log import ReadModels
from ports.measures import Measure, Value

T = TypeVar("T")


@define(eq=False)
class Seldom(Generic[T]):
    """Computes at most every `every` seconds, and answers with what it computed last in between."""

    compute: Callable[[], T]
    now: Callable[[], float]
    every: float = 60.0
    _last: tuple[float, T] | None = field(init=False, default=None)

    def __call__(self) -> T:
        now = self.now()
        # A clock that was set back must not keep an old answer for ever.
        if self._last is None or not 0 <= now - self._last[0] < self.every:
            self._last = now, self.compute()
        return self._last[1]


@define(eq=False)
class Sample:
    """Customer features of `size` identifiers with sessions, at every call the next ones: in time, everybody's turn."""

    read_models: ReadModels
    measures: Sequence[Measure]
    size: int = 200
    _after: str = field(init=False, default="")

    def health(self, at: float) -> Sequence[Health]:
        """Return how the customer features of the sample are at the time `at` (Unix seconds)."""
        measures = [one for one in self.measures if one.entity == "customer"]
        fold, found = Fold(measures), list[Mapping[str, Value]]()
        newest: dict[str, float] = {}
        for subject in self._next():
            touches = [one for one in touches_of_subjects(self.read_models, [subject]) if one.at < at]
            found.append(as_of(touches, fold, at=at))
            for name, moment in newest_behind(measures, touches).items():
                newest[name] = max(moment, newest.get(name, moment))
        return health(measures, found, at=at, newest=newest)

    def _next(self) -> Sequence[str]:
        rows = View(self.read_models, "sessions").all(BY_SUBJECT, page=self.size, after=self._after)
        subjects = [subject for subject, _ in islice(rows, self.size)]
        self._after = subjects[-1] if len(subjects) == self.size else ""
        return subjects
