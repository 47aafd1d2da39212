"""Two workers resolve persons over one log, one of them now and then in the middle of the other's commit."""

from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.ids import Uuid7Ids
from application.identity.resolution import IdentityResolution
from application.projections.identity import IDENTIFIERS, PERSONS
from application.projections.rows import View
from application.projections.runner import ProjectionRunner
from domain.identity import person
from ports.event_log import Commit, EventLog
from tests.properties.test_identity_projection import ANY, MINUTES, POLICY, World

KINDS = st.sampled_from(["login", "same_device"])


class Interrupted:
    """An event log that lets somebody else act just before the next commit."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.before: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def commit(self, commit: Commit) -> Any:
        if self.before is not None:
            act, self.before = self.before, None
            act()
        return self._log.commit(commit)


class Workers(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.log = Interrupted(self.world.log)
        self.slow = self.worker(self.log)
        self.fast = self.worker(self.world.log)
        self.settled = True

    def worker(self, log: Any) -> Callable[[], object]:
        runner = ProjectionRunner(log, self.world.read_models, Uuid7Ids(), "main", batch=2)
        resolution = IdentityResolution("main", POLICY)
        return lambda: runner.catch_up([resolution])

    def write(self, *steps: tuple[str, str, str, str, int]) -> None:
        """Store facts, and resolve nothing yet."""
        for step in steps:
            self.world.take(step)
        self.world.pending.keep()
        self.world.log.commit(Commit(self.world.pending.appends()))
        self.world.pending.settled()
        self.settled = False

    @rule(one=ANY, other=ANY, kind=KINDS, minutes=MINUTES)
    def link(self, one: str, other: str, kind: str, minutes: int) -> None:
        self.write(("link", one, other, kind, minutes))

    @rule(one=ANY, other=ANY, kind=KINDS, minutes=MINUTES)
    def links_from_both_ends(self, one: str, other: str, kind: str, minutes: int) -> None:
        self.write(("link", one, other, kind, minutes), ("link", other, one, kind, minutes + 1))

    @rule(one=ANY, other=ANY, kind=KINDS, minutes=MINUTES)
    def retract(self, one: str, other: str, kind: str, minutes: int) -> None:
        self.write(("retract", one, other, kind, minutes))

    @rule(one=ANY, minutes=MINUTES, what=st.sampled_from(["block", "unblock", "seen"]))
    def look_at(self, one: str, minutes: int, what: str) -> None:
        self.write((what, one, one, "", minutes))

    @precondition(lambda self: not self.settled)
    @rule()
    def one_is_overtaken(self) -> None:
        """The slow worker has decided and the fast one commits first: the slow one starts over."""
        self.log.before = self.fast
        self.slow()
        self.log.before = None

    @precondition(lambda self: not self.settled)
    @rule()
    def one_dies_before_its_commit(self) -> None:
        """Nothing of what it had worked out is there."""

        def die() -> None:
            raise KeyboardInterrupt

        self.log.before = die
        try:
            self.slow()
        except KeyboardInterrupt:
            self.slow = self.worker(self.log)
        self.log.before = None

    @precondition(lambda self: not self.settled)
    @rule(both=st.booleans())
    def settle(self, both: bool) -> None:
        for _ in range(2):  # the second time over what the first one announced
            self.fast()
            if both:
                self.slow()
        self.settled = True

    @invariant()
    def persons_are_those_of_the_links(self) -> None:
        """Once all is settled: the resolver over everything, and whoever was absorbed is somebody alive or blocked."""
        if not self.settled:
            return
        self.world.check()
        view = View(self.world.read_models, "identity")
        alive = dict(view.all(PERSONS))
        events = self.world.log.follow(after=0, limit=100_000)
        absorbed = {one.event.absorbed for one in events if isinstance(one.event, person.PersonMergedInto)}
        for row in view.get(IDENTIFIERS, absorbed).values():
            assert row.person is None or row.person in alive

    @invariant()
    def nobody_is_told_twice(self) -> None:
        """On every stream the halves of a merge and of a split stand once for each time that it happened."""
        told = [one for one in self.world.log.follow(after=0, limit=100_000) if "/person-" in one.stream]
        absorbed = sorted(one.event.merge_id for one in told if isinstance(one.event, person.PersonAbsorbed))
        merged = sorted(one.event.merge_id for one in told if isinstance(one.event, person.PersonMergedInto))
        assert absorbed == merged


TestWorkers = Workers.TestCase
TestWorkers.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
