"""A whole house in memory: the real door, canonicaliser and projections over the adapters for tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from attrs import Factory, define, field

from adapters.bots import CrawlerList
from adapters.event_log import MemoryEventLog, MemoryReadModels, MemoryStore
from adapters.ids import Uuid7Ids
from adapters.intake import MemoryIntakeLog
from adapters.vault import EnvelopeKeyring, MemoryKeyStore, MemorySuppression, MemoryVault
from application.features.measures import MEASURES
from application.feedback.attribution import Attribution
from application.identity.resolution import IdentityResolution
from application.intake.canonicaliser import Canonicaliser
from application.intake.deposit import Deposit
from application.intake.door import Answer, Door
from application.journal.journal import Journal
from application.privacy.erasing import Erasing, forgotten_as
from application.projections.catalogue import CatalogueProjection
from application.projections.consents import ConsentsProjection
from application.projections.purchases import PurchasesProjection
from application.projections.quarantine import QuarantineProjection
from application.projections.runner import Projection, ProjectionRunner
from application.projections.sessions import SessionsProjection
from application.projections.slates import SlatesProjection
from application.projections.traces import TracesProjection
from application.returns.routing import Routing
from application.returns.signals import SignalsProjection
from application.streaming.states import FeatureStates
from domain.identity.person import PersonForgotten
from domain.taxonomy.source import Declaration
from haberdasher.names import stored_names
from ports.vault import Identifier
from tests.support.house import SOURCES

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@define
class SetClock:
    """Shows what it is set to."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@define(eq=False)
class MemoryHouse:
    """`batch`: arrivals and events per commit, small so that a test crosses it."""

    batch: int = 7
    sources: Mapping[str, Declaration] = Factory(lambda: SOURCES)
    clock: SetClock = Factory(SetClock)
    store: MemoryStore = Factory(MemoryStore)
    keyring: EnvelopeKeyring = Factory(lambda: EnvelopeKeyring(MemoryKeyStore(), "main", b"k" * 32))
    ids: Uuid7Ids = Factory(Uuid7Ids)
    intake: MemoryIntakeLog = Factory(MemoryIntakeLog)
    log: MemoryEventLog = field(init=False)
    read_models: MemoryReadModels = field(init=False)
    vault: MemoryVault = field(init=False)
    suppression: MemorySuppression = Factory(MemorySuppression)
    erasing: Erasing = field(init=False)
    door: Door = field(init=False)
    canonicaliser: Canonicaliser = field(init=False)
    runner: ProjectionRunner = field(init=False)
    projections: Mapping[str, Projection] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.log = MemoryEventLog(stored_names(), self.store)
        self.read_models = MemoryReadModels(self.store)
        self.vault = MemoryVault(self.keyring)
        deposit = Deposit("main", self.vault, self.keyring, self.intake.append, self.suppression)
        self.door = Door("main", self.sources, deposit, self.keyring.fingerprint, self.clock)
        self.runner = ProjectionRunner(self.log, self.read_models, self.ids, "main", batch=self.batch)
        journal = Journal(CrawlerList(), watchers=[FeatureStates(MEASURES)])
        every = (
            *(IdentityResolution("main"), SessionsProjection(), PurchasesProjection()),
            *(
                CatalogueProjection(),
                QuarantineProjection(),
                SlatesProjection(),
                Routing(),
                SignalsProjection(),
                Attribution(),
            ),
        )
        self.projections = {one.name: one for one in (*every, ConsentsProjection(), TracesProjection(), journal)}
        self.erasing = Erasing(
            *("main", self.intake, self.log, self.read_models, self.vault, self.keyring, self.suppression, self.runner),
            projections=tuple(self.projections.values()),
            clock=self.clock,
        )
        self.canonicaliser = self.another_canonicaliser()

    def another_canonicaliser(self) -> Canonicaliser:
        """Return a second worker over the same stores."""
        return Canonicaliser(
            "main",
            self.intake,
            self.log,
            self.read_models,
            self.vault,
            self.keyring,
            self.sources,
            self.ids,
            batch=self.batch,
            suppression=self.suppression,
            carry_out=self.erasing.carry_out,
        )

    def erase(self, kind: str, value: str) -> PersonForgotten:
        """Erase whoever an identifier is of, and bring everything behind it up to date."""
        surrogate = self.surrogate(kind, value)
        self.erasing.order(surrogate)
        self.canonicaliser.catch_up()
        self.project()
        forgotten = forgotten_as(self.read_models, self.log, "main", surrogate)
        assert forgotten is not None
        return forgotten

    def receive(self, source: str, bodies: Sequence[bytes], batch_id: str = "batch-1") -> Sequence[Answer]:
        """Send a batch through the door and bring everything behind it up to date."""
        answers = self.door.receive(source, bodies, batch_id=batch_id)
        self.canonicaliser.catch_up()
        self.project()
        return answers

    def project(self) -> None:
        self.runner.catch_up(list(self.projections.values()))

    def events(self, *kinds: type) -> list[Any]:
        """Return all events in the log, or those of some kinds."""
        found = [one.event for one in self.log.follow(after=0, limit=1_000_000)]
        return [event for event in found if isinstance(event, kinds)] if kinds else found

    def rows(self, model: str) -> dict[tuple[str, str], bytes]:
        """Return every row of one generation of a read model, as stored."""
        return {
            (at, key): row for (of, at), rows in self.store.rows.items() if of == model for key, row in rows.items()
        }

    def surrogate(self, kind: str, value: str) -> str:
        found = self.vault.find(Identifier(kind, value))
        assert found is not None, f"no {kind} {value!r} was ever seen"
        return found
