"""Two writers who link the same identifiers at the same time, and what is there when both are done."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from attrs import Factory, define, frozen

from adapters.database import connect
from adapters.event_log import SqlEventLog, create_event_log_tables
from adapters.ids import Uuid7Ids
from adapters.read_models import SqlReadModels
from application.identity.resolution import IdentityResolution
from application.pending import Pending
from application.projections.identity import IDENTIFIERS, PERSONS, Known
from application.projections.rows import View
from application.projections.runner import ProjectionRunner
from domain.identity import identifier, link, person
from domain.identity.policy import DEFAULT_POLICY
from domain.identity.resolver import Link, Node, Partition, component, resolve
from domain.kernel import tenant_namespace
from haberdasher.names import stored_names
from ports.event_log import Commit, EventLog, Metadata, PositionConflict, Recorded, StreamConflict

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TENANT = "main"
#: The device that more cookies use than one person has.
HUB, GUESTS = "device:hub", 60
#: What one neighbourhood has; identifiers are linked inside one, and now and then with the next.
KINDS = (*("account",) * 2, "loyalty", *("email",) * 3, *("phone",) * 2, *("device",) * 5, *("anonymous",) * 12)
LINK_KINDS = ("login", "login", "order", "guest_checkout", "same_device")
BATCH, MEETINGS = 10, 20


@frozen
class Step:
    """`what`: link, retract, or seen (an earlier first sight). `name`: of this step, unlike any other's."""

    what: str
    a: str
    b: str
    kind: str
    at: datetime
    name: str


@define
class Tries:
    """An event log of one writer, which counts how often it had to try until a commit was taken."""

    log: EventLog
    retries: list[int] = Factory(list)
    _failed: int = 0

    def commit(self, commit: Commit) -> Sequence[int]:
        try:
            done = self.log.commit(commit)
        except (StreamConflict, PositionConflict):
            self._failed += 1
            raise
        self.retries.append(self._failed)
        self._failed = 0
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self.log, name)


def identifiers(count: int) -> list[str]:
    """Return `count` surrogates: the hub with its guests, and neighbourhoods of all kinds."""
    rest = count - GUESTS - 1
    guests = [f"anonymous:guest-{number}" for number in range(GUESTS)]
    return [HUB, *guests, *(f"{KINDS[number % len(KINDS)]}:{number // len(KINDS)}-{number}" for number in range(rest))]


def steps(names: Sequence[str], merges: int, seed: int) -> tuple[list[Step], list[Step]]:
    """Return what each writer does: `merges` links altogether, the same ones from both ends, in about the same order.

    Among them chains, links between neighbourhoods, and for every tenth link a retraction; and all of the hub's.
    """
    dice = Random(seed)
    circles = [names[first : first + len(KINDS)] for first in range(GUESTS + 1, len(names), len(KINDS))]
    pairs = [(HUB, guest, "same_device") for guest in names[1 : GUESTS + 1]]
    while len(pairs) < merges // 2:
        circle = dice.randrange(len(circles))
        here = circles[circle]
        if dice.random() < 0.05:  # a chain of five
            chain = dice.sample(here, min(6, len(here)))
            pairs += [(a, b, "order") for a, b in pairwise(chain)]
        elif dice.random() < 0.01:
            pairs.append((dice.choice(here), dice.choice(circles[circle - 1]), "guest_checkout"))
        else:
            a, b = dice.sample(here, 2)
            pairs.append((a, b, dice.choice(LINK_KINDS)))
    first: list[Step] = []
    second: list[Step] = []
    for number, (a, b, kind) in enumerate(pairs[: merges // 2]):
        at = NOON + timedelta(minutes=dice.randrange(60 * 24 * 120))
        late = at + timedelta(minutes=dice.randrange(-5, 5))
        first.append(Step("link", a, b, kind, at, f"one-{number}"))
        second.append(Step("link", b, a, kind, late, f"two-{number}"))
        if number % 10 == 9:
            chosen = dice.choice(first[-10:])
            taker = first if dice.random() < 0.5 else second
            taker.append(Step("retract", chosen.a, chosen.b, chosen.kind, chosen.at, f"back-{number}"))
        if number % 50 == 49:
            dice.choice((first, second)).append(Step("seen", b, b, "", at - timedelta(days=400), f"seen-{number}"))
    for start in range(0, len(second), 20):  # not in step, but never far from each other
        part = second[start : start + 20]
        dice.shuffle(part)
        second[start : start + 20] = part
    return first, second


@define
class Writer:
    """A process: its own connections, its own memory. `stored`: names of the steps that became events.

    For its first batches it waits, decided, until the other one has decided too: then only one of them can be right.
    """

    url: str
    gate: threading.Barrier
    stored: list[str] = Factory(list)
    appending: list[int] = Factory(list)

    def work(self, todo: Sequence[Step], project_every: int) -> None:
        """Store all steps in batches, each until it is taken; resolve persons in between, against the other one."""
        engine = connect(self.url)
        log, ids = Tries(SqlEventLog(engine, stored_names(), TENANT)), Uuid7Ids()
        seeing = SqlEventLog(engine, stored_names(), TENANT)
        runner = ProjectionRunner(seeing, SqlReadModels(engine, TENANT), ids, TENANT, batch=500)
        resolution = IdentityResolution(TENANT)
        pending = Pending(log, ids, TENANT)
        self.gate.wait()
        for number, start in enumerate(range(0, len(todo), BATCH)):
            self._store(pending, log, todo[start : start + BATCH], meet=number < MEETINGS)
            if number % project_every == project_every - 1:
                runner.catch_up([resolution])
        runner.catch_up([resolution])
        self.appending = log.retries
        engine.dispose()

    def _store(self, pending: Pending, log: EventLog, batch: Sequence[Step], *, meet: bool) -> None:
        while True:
            pending.forget()
            names = [step.name for step in batch if take(pending, step)]
            if meet:
                self.gate.wait()
                meet = False
            if not names:
                return
            try:
                log.commit(Commit(pending.appends()))
            except StreamConflict:
                continue
            self.stored += names
            return


def take(pending: Pending, step: Step) -> bool:
    """Decide on one step; return whether it is news."""
    metadata = Metadata("", step.at, step.at)
    if step.what == "seen":
        kind = step.a.partition(":")[0]
        seen = identifier.observe(pending.state(identifier.DECIDER, step.a), step.a, kind, step.at)
        pending.take(identifier.DECIDER, step.a, seen, metadata)
        return bool(seen)
    key = link.link_id(tenant_namespace(TENANT), step.a, step.b, step.kind)
    state = pending.state(link.DECIDER, key)
    if step.what == "retract":
        events = () if state.pair is None else link.retract(state, step.name, step.at)
    else:
        events = link.connect(state, a=step.a, b=step.b, kind=step.kind, occurred_at=step.at, evidence=step.name)
    pending.take(link.DECIDER, key, events, metadata)
    return bool(events)


def race(url: str, names: Sequence[str], todo: Sequence[Sequence[Step]], project_every: int = 20) -> list[Writer]:
    """Observe all identifiers, then let one writer for each list of `todo` go at once; return them when all is done."""
    engine = connect(url)
    create_event_log_tables(engine)
    pending = Pending(SqlEventLog(engine, stored_names(), TENANT), Uuid7Ids(), TENANT)
    for number, name in enumerate(names):
        take(pending, Step("seen", name, name, "", NOON - timedelta(days=number % 300), f"born-{number}"))
    pending.log.commit(Commit(pending.appends()))
    engine.dispose()
    gate, errors = threading.Barrier(len(todo), timeout=60), list[BaseException]()
    writers = [Writer(url, gate) for _ in todo]

    def job(writer: Writer, mine: Sequence[Step]) -> Callable[[], None]:
        def go() -> None:
            try:
                writer.work(mine, project_every)
            except BaseException as error:  # noqa: BLE001  # raised again below
                gate.abort()
                errors.append(error)

        return go

    threads = [threading.Thread(target=job(one, mine)) for one, mine in zip(writers, todo, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return writers


@frozen
class Aftermath:
    """What the log holds, and what the read model made of it. `expected`: the resolver over all active links."""

    events: Sequence[Recorded]
    known: Mapping[str, Known]
    persons: Mapping[str, tuple[str, ...]]
    links: Mapping[str, Link]
    expected: Partition

    @classmethod
    def read(cls, url: str) -> "Aftermath":
        engine = connect(url)
        log, read_models = SqlEventLog(engine, stored_names(), TENANT), SqlReadModels(engine, TENANT)
        runner = ProjectionRunner(log, read_models, Uuid7Ids(), TENANT)
        for _ in range(2):  # the second time over what the first one announced
            runner.catch_up([IdentityResolution(TENANT)])
        events = log.follow(after=0, limit=1_000_000)
        view = View(read_models, "identity")
        known, persons = dict(view.all(IDENTIFIERS)), dict(view.all(PERSONS))
        engine.dispose()
        nodes: dict[str, Node] = {}
        links: dict[str, Link] = {}
        for one in events:
            key = one.stream.rpartition("-")[2]
            match one.event:
                case identifier.IdentifierObserved(surrogate, kind, first_seen):
                    nodes[surrogate] = Node(surrogate, kind, first_seen)
                case link.IdentityLinked(a, b, kind, occurred_at):
                    links[key] = Link(key, a, b, kind, occurred_at)
                case link.IdentityLinkRetracted():
                    links.pop(key, None)
                case _:  # what was announced of it
                    pass
        return cls(events, known, persons, links, resolve(nodes.values(), links.values()))

    def refused_locally(self) -> set[str]:
        """Return the links that are skipped when every component is resolved by itself, from its own rows."""
        refused: set[str] = set()
        done: set[str] = set()
        for start, row in self.known.items():
            if start in done or row.person is None:
                continue
            nodes, links = component(start, lambda one: self.known[one].node, self._of)
            done.update(node.surrogate for node in nodes)
            refused |= {one.link_id for one, _ in resolve(nodes, links, policy=DEFAULT_POLICY).rejected}
        return refused

    def redirects(self) -> Mapping[str, str]:
        """Return who each person that is no more says it went into, by its own stream."""
        states: dict[str, person.Person] = {}
        for one in self.events:
            if "/person-" in one.stream:
                name = one.stream.partition("/person-")[2]
                states[name] = person.evolve(states.get(name, person.Person()), one.event)
        return {name: state.merged_into for name, state in states.items() if state.merged_into is not None}

    def told(self, *kinds: type) -> Iterator[Any]:
        return (one.event for one in self.events if isinstance(one.event, kinds))

    def _of(self, surrogate: str) -> tuple[Link, ...]:
        return tuple(self.known[surrogate].links.values())
