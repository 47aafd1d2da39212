"""Persons as they are kept up to date equal persons as they are computed from scratch."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.event_log import MemoryEventLog, MemoryReadModels, MemoryStore
from adapters.ids import Uuid7Ids
from application.identity.resolution import IdentityResolution
from application.pending import Pending
from application.projections.identity import IDENTIFIERS, PERSONS
from application.projections.rows import View
from application.projections.runner import ProjectionRunner
from domain.identity import identifier, link, person
from domain.identity.policy import IdentityPolicy, Limit
from domain.identity.resolver import Link, Node, resolve
from domain.kernel import tenant_namespace
from haberdasher.names import stored_names
from ports.event_log import Advance, Commit, Metadata

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: Small enough for limits, shared devices and the degree cap to bite.
POLICY = IdentityPolicy(
    limits={"account": Limit(1), "device": Limit(2), "anonymous": Limit(3, timedelta(hours=2))},
    degree_caps={"device": 3, "anonymous": 3},
)
SURROGATES = [f"{kind}:{n}" for kind in ("account", "device", "anonymous") for n in range(4)]
ANY = st.sampled_from(SURROGATES)
MINUTES = st.integers(0, 300)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("link"), ANY, ANY, st.sampled_from(["login", "same_device"]), MINUTES),
        st.tuples(st.just("retract"), ANY, ANY, st.sampled_from(["login", "same_device"]), MINUTES),
        st.tuples(st.just("block"), ANY, ANY, st.just(""), MINUTES),
        st.tuples(st.just("unblock"), ANY, ANY, st.just(""), MINUTES),
        st.tuples(st.just("seen"), ANY, ANY, st.just(""), MINUTES),
    ),
    max_size=25,
)


class World:
    """A log with identity streams, and the facts that are active in it, kept by hand."""

    def __init__(self) -> None:
        store = MemoryStore()
        self.log, self.read_models = MemoryEventLog(stored_names(), store), MemoryReadModels(store)
        self.runner = ProjectionRunner(self.log, self.read_models, Uuid7Ids(), "main", batch=3)
        self.projection = IdentityResolution("main", POLICY)
        self.pending = Pending(self.log, Uuid7Ids(), "main")
        self.positions = count()
        self.nodes: dict[str, Node] = {}
        self.links: dict[str, Link] = {}
        self.blocks: set[str] = set()
        for surrogate in SURROGATES:
            self.take(("seen", surrogate, surrogate, "", 300))
        self.store()

    def take(self, step: tuple[str, str, str, str, int]) -> None:
        what, one, other, kind, minutes = step
        at = NOON + timedelta(minutes=minutes)
        metadata = Metadata("", at, at)
        if what == "seen":
            seen = identifier.observe(self.pending.state(identifier.DECIDER, one), one, one.partition(":")[0], at)
            self.pending.take(identifier.DECIDER, one, seen, metadata)
            if seen:
                self.nodes[one] = Node(one, one.partition(":")[0], at)
        elif what in {"block", "unblock"}:
            decide = identifier.block if what == "block" else identifier.unblock
            state = self.pending.state(identifier.DECIDER, one)
            self.pending.take(identifier.DECIDER, one, decide(state, "by hand", at), metadata)
            self.blocks = self.blocks | {one} if what == "block" else self.blocks - {one}
        elif one != other:
            self._connect(what, one, other, kind, at)

    def _connect(self, what: str, one: str, other: str, kind: str, at: datetime) -> None:
        key = link.link_id(tenant_namespace("main"), one, other, kind)
        state = self.pending.state(link.DECIDER, key)
        metadata = Metadata("", at, at)
        if what == "link":
            linked = link.connect(state, a=one, b=other, kind=kind, occurred_at=at, evidence="e")
            self.pending.take(link.DECIDER, key, linked, metadata)
            if linked:
                self.links[key] = Link(key, min(one, other), max(one, other), kind, at)
        elif state.pair is not None:
            self.pending.take(link.DECIDER, key, link.retract(state, "wrong", at), metadata)
            self.links.pop(key, None)

    def store(self) -> None:
        self.pending.keep()
        position = self.log.position("writer")
        self.log.commit(Commit(self.pending.appends(), advances=[Advance("writer", position, position + 1)]))
        self.pending.settled()
        for _ in range(2):  # the second time over what the first one announced
            self.runner.catch_up([self.projection])

    def check(self) -> None:
        expected = resolve(self.nodes.values(), self.links.values(), self.blocks, POLICY)
        view = View(self.read_models, "identity")
        known = dict(view.all(IDENTIFIERS))
        assert {one: row.person for one, row in known.items() if row.person} == dict(expected.person_of)
        assert {one for one, row in known.items() if row.shared} == expected.shared
        assert dict(view.all(PERSONS)) == dict(expected.members)


@settings(max_examples=150, deadline=None)
@given(batches=st.lists(STEPS, min_size=1, max_size=4))
def test_persons_kept_up_to_date_are_persons_computed_anew(
    batches: Sequence[Sequence[tuple[str, str, str, str, int]]],
) -> None:
    """After every batch of links, retractions and blocks the read model equals the resolver over all of them."""
    world = World()
    for steps in batches:
        for step in steps:
            world.take(step)
        world.store()
        world.check()


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_a_rebuild_equals_the_live_one_and_announces_nothing(
    steps: Sequence[tuple[str, str, str, str, int]],
) -> None:
    """Folded anew, the persons are the same, and nobody is told a second time."""
    world = World()
    for step in steps:
        world.take(step)
        world.store()
    told = world.log.head()
    world.runner.rebuild(world.projection)
    world.check()
    assert world.log.head() == told


def test_a_merge_and_a_split_are_announced_to_both() -> None:
    """Linking tells survivor and absorbed; retracting the link tells who gave and who got."""
    world = World()
    world.take(("seen", "device:0", "", "", 1))
    world.take(("link", "account:0", "device:0", "login", 5))
    world.store()
    world.take(("retract", "account:0", "device:0", "login", 9))
    world.store()
    announced = [type(one.event) for one in world.log.follow(after=0, limit=1000) if "/person-" in one.stream]
    assert announced == [person.PersonAbsorbed, person.PersonMergedInto, person.PersonSplit, person.PersonSplitFrom]
