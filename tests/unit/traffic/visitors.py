"""One visitor's facts, folded as the projection folds them, over rows in memory."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from adapters.event_log import MemoryEventLog, MemoryReadModels, MemoryStore
from adapters.ids import Uuid7Ids
from application.projections.rows import View, generation_name
from application.projections.runner import ProjectionRunner
from application.projections.traffic import MARKED, VISITORS, Judged, TrafficProjection, Visitor
from domain.session import facts, session
from domain.session.facts import Fact, ProductRef
from domain.traffic.policy import NOISE, NoisePolicy
from haberdasher.names import stored_names
from ports.bots import Kind
from ports.event_log import Append, Commit, Metadata
from ports.event_log import Fact as Stored

MONDAY = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"


class TwoPrograms:
    """A list that knows what the tests need."""

    version = "two"

    def kind(self, user_agent: str) -> Kind:
        kinds: dict[str, Kind] = {"crawl": "crawler", "shop": "shopping_agent", "lib": "http_library"}
        return kinds.get(user_agent, "")


def at(seconds: float) -> datetime:
    return MONDAY + timedelta(seconds=seconds)


def view(seconds: float, product: str = "coat", slate: str | None = None) -> facts.ProductViewed:
    return facts.ProductViewed(at(seconds), ProductRef(product), slate_id=slate)


def page(seconds: float, path: str = "/") -> facts.PageViewed:
    return facts.PageViewed(at(seconds), f"page-{seconds}", "other", path)


def engaged(seconds: float, engaged_ms: int = 5000) -> facts.PageEngaged:
    return facts.PageEngaged(at(seconds), "page", engaged_ms, engaged_ms, 0, 0)


def add(seconds: float, product: str = "coat", slate: str | None = None) -> facts.ProductAddedToCart:
    return facts.ProductAddedToCart(at(seconds), ProductRef(product), 1, slate_id=slate)


def program(user_agent: str, *, automated: bool = False, seconds: float = 0) -> facts.AgentObserved:
    return facts.AgentObserved(at(seconds), user_agent, automated)


def declined(seconds: float) -> facts.PaymentFailed:
    return facts.PaymentFailed(at(seconds), "declined")


class House:
    """An event log with sessions of visitors, and the projection of traffic over it."""

    def __init__(self, policy: NoisePolicy = NOISE, batch: int = 7) -> None:
        store = MemoryStore()
        self.store, self.log, self.read_models = store, MemoryEventLog(stored_names(), store), MemoryReadModels(store)
        self.runner = ProjectionRunner(self.log, self.read_models, Uuid7Ids(), "main", batch=batch)
        self.traffic = TrafficProjection(TwoPrograms(), policy)
        self._streams: dict[str, int] = {}

    def session(
        self, name: str, visitor: str, events: Iterable[Fact], channel: str = "web", referral: str | None = None
    ) -> None:
        """Append a session's facts, after its start if it is new."""
        stream, known = f"main/session-{name}", self._streams.get(name, 0)
        told: Sequence[object] = list(events)
        if not known:
            told = [session.SessionStarted(name, visitor, channel, MONDAY, referral=referral), *told]
        names = (f"{name}-{number}" for number in count(known))
        stored = [
            Stored(one, Metadata(event_id, _when(one), _when(one))) for event_id, one in zip(names, told, strict=False)
        ]
        self.log.commit(Commit([Append(stream, known, stored)]))
        self._streams[name] = known + len(stored)

    def project(self) -> None:
        self.runner.catch_up([self.traffic])

    def mark(self, visitor: str) -> Judged | None:
        return View(self.read_models, "traffic").one(MARKED, visitor)

    def row(self, visitor: str) -> Visitor | None:
        return View(self.read_models, "traffic").one(VISITORS, visitor)

    def rows(self) -> dict[tuple[str, str], bytes]:
        """Return every row of the live generation."""
        model = generation_name("traffic", self.read_models.live("traffic"))
        return {
            (at, key): row for (of, at), rows in self.store.rows.items() if of == model for key, row in rows.items()
        }


def _when(event: object) -> datetime:
    found: datetime = getattr(event, "occurred_at", MONDAY)
    return found


def judged(
    events: Iterable[Fact], policy: NoisePolicy = NOISE, channel: str = "web", referral: str | None = None
) -> tuple[str, tuple[str, ...]]:
    """Return verdict and rules of a visitor of whom these facts are known, on a channel that reports everything."""
    house = House(policy)
    somebody: list[Fact] = [engaged(-900), view(-800)]
    house.session("5e1f", "somebody", somebody, channel, "email")
    house.session("0001", "visitor", events, channel, referral)
    house.project()
    mark = house.mark("visitor")
    return ("human", ()) if mark is None else (mark.verdict, mark.rules)
