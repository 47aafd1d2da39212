"""What is shown of features and feed to whoever looks at metrics: of a bounded sample, once a minute at most."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Generic, TypeVar

from attrs import define, field

from application.features.fold import Fold, as_of
from application.features.health import Health, health, newest_behind
from application.journal.current import of_customer
from application.journal.journal import Journal
from application.projections.rows import Rows, View
from application.streaming.states import STATES, state_key
from ports.event_log import ReadModels
from ports.measures import Measure, References, Value

T = TypeVar("T")
_CUSTOMERS = state_key("customer", "")


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
    """Features of `size` customers, at every call the next ones: in time, everybody's turn.

    `references`: what values are read against now, such as the catalogue.
    """

    read_models: ReadModels
    measures: Sequence[Measure]
    references: Callable[[], References]
    size: int = 200
    _after: str = field(init=False, default=_CUSTOMERS)

    def health(self, at: float) -> Sequence[Health]:
        """Return how the customer features of the sample are at the time `at` (Unix seconds)."""
        measures = [one for one in self.measures if one.entity == "customer"]
        fold, found, references = Fold(measures), list[Mapping[str, Value]](), self.references()
        newest: dict[str, float] = {}
        journal = View(self.read_models, Journal.name)
        for customer in self._next(journal):
            told = [one for one in of_customer(Rows(self.read_models, journal.model), customer) if one.at < at]
            found.append(as_of(told, fold, at=at, references=references))
            for name, moment in newest_behind(measures, told).items():
                newest[name] = max(moment, newest.get(name, moment))
        return health(measures, found, at=at, newest=newest)

    def _next(self, journal: View) -> Sequence[str]:
        rows = journal.all(STATES, page=self.size, after=self._after)
        customers = [key for key, _ in islice(rows, self.size) if key.startswith(_CUSTOMERS)]
        self._after = customers[-1] if len(customers) == self.size else _CUSTOMERS
        return [one.removeprefix(_CUSTOMERS) for one in customers]
