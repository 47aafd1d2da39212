"""The work behind the door: what came in becomes facts, facts become read models. One round after another."""

from collections.abc import Callable, Sequence
from time import monotonic

from attrs import define, field

from application.intake.canonicaliser import FOLLOWER, Canonicaliser
from application.projections.runner import Projection, ProjectionRunner
from ports.clock import Clock

IDLE_S = 60.0
#: Nobody waits for these: they are brought up to date a few seconds later, or when so many events wait for them.
UNHURRIED = frozenset(["journal"])
MANY = 2_000


@define(eq=False)
class Work:
    """Any number of processes may do it: the slower one of two finds its commit refused and goes on from there.

    `publish` is told after each round that there may be new values; `tend` is called every minute or so. `unhurried_s`:
    for how long a small journal waits, so that a quiet shop writes few parts into the lake. `failed` is told (stage,
    error) of what a round did without.
    """

    canonicaliser: Canonicaliser
    runner: ProjectionRunner
    projections: tuple[Projection, ...]
    clock: Clock
    publish: Callable[[], int] | None = None
    tend: Callable[[], None] = lambda: None
    unhurried_s: float = 5.0
    failed: Callable[[str, Exception], None] = lambda _stage, _error: None
    _idle_at: float = field(init=False, default=float("-inf"))
    _unhurried_at: float = field(init=False, default=float("-inf"))

    def round(self) -> int:
        """Bring everything up to date once; return the intake position reached. Raises what went wrong."""
        now = self.clock.now()
        reached = self.canonicaliser.catch_up()
        idle = now.timestamp() - self._idle_at > IDLE_S
        if idle:
            self.canonicaliser.close_idle(now)
            self._idle_at = now.timestamp()
        self.runner.catch_up(self._due())
        if idle:
            self.tend()
        if self.publish is not None:
            try:
                self.publish()
            except Exception as error:  # noqa: BLE001 - a copy that cannot be written is told, and the house goes on
                self.failed("publish", error)
        return reached

    def _due(self) -> Sequence[Projection]:
        """Return what is to be brought up to date in this round."""
        waits = (self.runner.status(one).lag for one in self.projections if one.name in UNHURRIED)
        if monotonic() - self._unhurried_at >= self.unhurried_s or max(waits, default=0) >= MANY:
            self._unhurried_at = monotonic()
            return self.projections
        return [one for one in self.projections if one.name not in UNHURRIED]

    def waiting(self) -> int:
        """Return how many arrivals wait to be canonicalised."""
        return max(self.canonicaliser.intake.head() - self.canonicaliser.log.position(FOLLOWER), 0)
