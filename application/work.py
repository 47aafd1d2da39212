"""The work behind the door: what came in becomes facts, facts become read models. One round after another."""

from collections.abc import Callable

from attrs import define, field

from application.intake.canonicaliser import FOLLOWER, Canonicaliser
from application.projections.runner import Projection, ProjectionRunner
from ports.clock import Clock

IDLE_S = 60.0


@define(eq=False)
class Work:
    """Any number of processes may do it: the slower one of two finds its commit refused and goes on from there.

    `publish` is told after each round that there may be new values.
    """

    canonicaliser: Canonicaliser
    runner: ProjectionRunner
    projections: tuple[Projection, ...]
    clock: Clock
    publish: Callable[[], int] | None = None
    _idle_at: float = field(init=False, default=float("-inf"))

    def round(self) -> int:
        """Bring everything up to date once; return the intake position reached. Raises what went wrong."""
        now = self.clock.now()
        reached = self.canonicaliser.catch_up()
        if now.timestamp() - self._idle_at > IDLE_S:
            self.canonicaliser.close_idle(now)
            self._idle_at = now.timestamp()
        self.runner.catch_up(self.projections)
        if self.publish is not None:
            self.publish()
        return reached

    def waiting(self) -> int:
        """Return how many arrivals wait to be canonicalised."""
        return max(self.canonicaliser.intake.head() - self.canonicaliser.log.position(FOLLOWER), 0)
