"""How long one new link takes to become part of a person, among many identifiers, and what folding all links costs.

The log is made first and folded as a rebuild does it; then single links come in, each to a projection that remembers
nothing, as in a process that has just started. Times are milliseconds; the bound on them is an upper one, so it is
shown as what is left of it.
"""

import resource
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from attrs import frozen
from sqlalchemy import Engine

from adapters.database import connect
from adapters.event_log import SqlEventLog, create_event_log_tables
from adapters.ids import Uuid7Ids
from adapters.read_models import SqlReadModels
from application.collection import collection_paused
from application.identity.resolution import IdentityResolution
from application.pending import Pending
from application.projections.identity import IdentityProjection
from application.projections.rows import Rows
from application.projections.runner import ProjectionRunner
from domain.identity.identifier import IdentifierObserved
from domain.identity.link import IdentityLinked
from domain.identity.resolver import Link, Node
from haberdasher.names import stored_names
from ports.event_log import Advance, Append, Commit, Fact, Metadata, Recorded
from tests.benchmarks.row import Row
from tests.support.population import Population

IDENTIFIERS = 1_200_000
NEW_LINKS = 3_000
TRIES = 3
MOST_MS = 5.0
_TENANT = "main"
_PAGE = 20_000


def _facts(population: Population, identifiers: int, kept: list[Node]) -> Iterator[Append]:
    """Yield the streams of a population: its identifiers, its links. Some of the identifiers are kept."""
    dice = Random(7)
    for circle in population.circles(identifiers):
        for node in circle.nodes:
            yield _seen(node)
            if dice.random() < 0.02:
                kept.append(node)
        for one in circle.links:
            yield _linked(one)


def _seen(node: Node) -> Append:
    event = IdentifierObserved(node.surrogate, node.kind, node.first_seen)
    metadata = Metadata("", node.first_seen, node.first_seen)
    return Append(f"{_TENANT}/identifier-{node.surrogate}", 0, [Fact(event, metadata)])


def _linked(one: Link) -> Append:
    event = IdentityLinked(one.a, one.b, one.kind, one.occurred_at, "e")
    metadata = Metadata("", one.occurred_at, one.occurred_at)
    return Append(f"{_TENANT}/link-{one.link_id}", 0, [Fact(event, metadata)])


def _pages(appends: Iterable[Append]) -> Iterator[Sequence[Append]]:
    page: list[Append] = []
    for one in appends:
        page.append(one)
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page


@frozen
class _Taken:
    """Milliseconds: to resolve, to resolve and announce, to commit."""

    resolved: float
    announced: float
    committed: float


class _House:
    """A log with its read models, folded up to its head."""

    def __init__(self, engine: Engine) -> None:
        create_event_log_tables(engine)
        self.log = SqlEventLog(engine, stored_names(), _TENANT)
        self.read_models = SqlReadModels(engine, _TENANT)
        self.ids = Uuid7Ids()
        self.nodes: list[Node] = []
        self.links = 0

    def fill(self, population: Population, identifiers: int) -> float:
        """Store a population and fold it; return links folded per second."""
        for page in _pages(_facts(population, identifiers, self.nodes)):
            self.log.commit(Commit(page))
            self.links += sum("/link-" in one.stream for one in page)
        runner = ProjectionRunner(self.log, self.read_models, self.ids, _TENANT)
        started = perf_counter()
        runner.rebuild(IdentityProjection())
        return self.links / (perf_counter() - started)

    def arrive(self, appends: Sequence[Append]) -> _Taken:
        """Store facts, then resolve, announce and commit what they do to the persons.

        All but the commit is tried three times from nothing, and the best counts: this machine has other users.
        """
        positions = self.log.commit(Commit(appends))
        batch = [
            Recorded(position, one.stream, 1, one.facts[0].event, one.facts[0].metadata)
            for position, one in zip(positions, appends, strict=True)
        ]
        model = f"identity#{self.read_models.live('identity')}"
        before, resolved, announced = self.log.position(model), [], []
        for _ in range(TRIES):
            rows = Rows(self.read_models, model)
            with collection_paused():  # as the runner does
                started = perf_counter()
                IdentityProjection().refold(batch, rows)
                resolved.append(perf_counter() - started)
            rows, pending = Rows(self.read_models, model), Pending(self.log, self.ids, _TENANT)
            with collection_paused():
                started = perf_counter()
                IdentityResolution(_TENANT).react(batch, rows, pending)
                announced.append(perf_counter() - started)
        started = perf_counter()
        self.log.commit(Commit(pending.appends(), rows.changes(), [Advance(model, before, batch[-1].position)]))
        return _Taken(1000 * min(resolved), 1000 * min(announced), 1000 * (perf_counter() - started))


def _arrivals(population: Population, nodes: Sequence[Node], count: int) -> Iterator[Sequence[Append]]:
    """Yield what comes in: mostly a new cookie of a known identifier, now and then a link between two known ones."""
    dice = Random(11)
    while count:
        known = dice.choice(nodes)
        if dice.random() < 0.8:
            other = population.node("anonymous" if known.kind != "anonymous" else "account")
            yield _seen(other), _linked(population.link(known, other))
        else:
            other = dice.choice(nodes)
            if other.surrogate == known.surrogate:
                continue
            yield (_linked(population.link(known, other)),)
        count -= 1


def _percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def measure(url: str, identifiers: int = IDENTIFIERS, new_links: int = NEW_LINKS) -> list[Row]:
    """Return the table for one database."""
    engine = connect(url)
    house, population = _House(engine), Population(seed=0)
    rate = house.fill(population, identifiers)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    taken = [house.arrive(one) for one in _arrivals(population, house.nodes, new_links)]
    engine.dispose()
    kind = f"{engine.dialect.name}, {identifiers:,} identifiers, {house.links:,} links"
    resolving = [one.resolved for one in taken]
    steps = (
        ("resolve one link", resolving),
        ("resolve and announce it", [one.announced for one in taken]),
        ("commit that", [one.committed for one in taken]),
        ("all of it", [one.announced + one.committed for one in taken]),
    )
    return [
        *(
            Row(f"{kind}: {what}, p{percent}", [_percentile(part, percent) for part in _thirds(values)], "ms")
            for what, values in steps
            for percent in (50, 99)
        ),
        Row(f"{kind}: p99 below {MOST_MS:g} ms by", [MOST_MS - _percentile(part, 99) for part in _thirds(resolving)],
            "ms", 0.0),
        Row(f"{kind}: rebuild", [rate], "links/s"),
        Row(f"{kind}: peak memory", [memory], "MB"),
    ]  # fmt: skip


def _thirds(values: Sequence[float]) -> list[Sequence[float]]:
    """Return three repetitions: the links came in at random."""
    return [values[place::3] for place in range(3)]


def run() -> list[Row]:
    with TemporaryDirectory() as folder:
        return measure(f"sqlite:///{Path(folder) / 'bench.db'}")
