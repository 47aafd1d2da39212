"""The composition root: the one place where ports meet adapters. Every outside thing is a keyword."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from attrs import field, frozen
from sqlalchemy import Engine

from adapters.artifacts.folder_releases import FolderReleases
from adapters.bots import CrawlerList
from adapters.clock import SystemClock
from adapters.database import connect
from adapters.event_log import SqlEventLog, create_event_log_tables
from adapters.idempotency import SqlIdempotency
from adapters.ids import Uuid7Ids
from adapters.intake import SqlIntakeLog
from adapters.item_index import AnnoyItemIndex, ExactItemIndex
from adapters.lake import ParquetLake
from adapters.read_models import SqlReadModels
from adapters.vault import EnvelopeKeyring, SqlKeyStore, SqlSuppression, SqlVault
from adapters.vault.disk import rewrite, sweep
from adapters.weather import Climatology, HttpWeather
from application.features.columns import COLUMNS, VERSION
from application.intake.canonicaliser import Canonicaliser
from application.intake.deposit import Deposit, Deposited, Unsealed
from application.intake.door import Door
from application.intake.enrichment import Enrichment
from application.intake.group_commit import GroupCommit
from application.intake.reading import Reader
from application.intake.register import adopt, register
from application.intake.releasing import Releasing
from application.intake.transactions import reading_comments
from application.intake.unnamed import UnknownFields
from application.journal.journal import Journal
from application.lake.keeping import Keeper
from application.lake.reading import Reading
from application.lake.upkeep import Upkeep
from application.privacy.erasing import Erasing
from application.projections.runner import Projection, ProjectionRunner
from application.serving.live import Live
from application.serving.recommending import Recommending
from application.serving.recording import SlateRecorder
from application.serving.shelf import Shelf
from application.serving.stack import Makers
from application.streaming.publishing import Publisher
from application.streaming.states import FeatureStates
from application.telemetry import Failures
from application.work import Work
from domain.slate.slate import SlateServed
from domain.taxonomy.source import Declaration
from haberdasher.extending import Extensions, together
from haberdasher.extension import Extension
from haberdasher.feature_store import feature_store_of, references_now
from haberdasher.names import stored_names
from haberdasher.read_models import projections_of
from haberdasher.secret_settings import read_secrets, read_weather_key
from haberdasher.settings import Settings
from haberdasher.sources import BUILT_IN_SOURCES, FILE_SOURCES
from ml.ranker import make_ranker
from ml.registry import make_model
from ml.returns_text.reader import make_comment_reader
from ports.artifacts import Releases
from ports.bots import BotList
from ports.clock import Clock, Ids
from ports.comments import CommentReader
from ports.event_log import EventLog, ReadModels
from ports.feature_store import FeatureStore
from ports.idempotency import Idempotency
from ports.intake import IntakeLog
from ports.item_index import ItemIndex
from ports.measures import Measure
from ports.models import Recommender
from ports.ranker import Ranker
from ports.suppression import Suppression
from ports.vault import Keyring, Vault
from ports.weather import Weather

if TYPE_CHECKING:
    from collections.abc import Iterator

#: For how long a request may come again under its Idempotency-Key; older ones are forgotten when a process starts.
KEYS_KEPT = timedelta(days=7)

#: Below this many items an exact scan is as fast as an index, and exact (ADR 0009).
EXACT_BELOW = 100_000


def index_for(n_items: int) -> ItemIndex:
    return ExactItemIndex() if n_items < EXACT_BELOW else AnnoyItemIndex()


def weather_of(settings: Settings, clock: Clock) -> Weather | None:
    """Return what is usual for a place and time, a provider's word, or nothing, as the settings say."""
    if settings.weather == "none":
        return None
    if settings.weather == "climatology":
        return Climatology()
    return HttpWeather(settings.weather, clock.now, read_weather_key())


@frozen
class App:
    """Everything that a process of ours needs, wired."""

    settings: Settings
    extensions: Extensions
    measures: tuple[Measure, ...]
    clock: Clock
    ids: Ids
    log: EventLog
    read_models: ReadModels
    feature_store: FeatureStore
    lake: Reading
    publisher: Publisher
    intake: IntakeLog
    vault: Vault
    keyring: Keyring
    suppression: Suppression
    erasing: Erasing
    sources: Mapping[str, Declaration]
    reader: Reader
    door: Door
    releasing: Releasing
    idempotency: Idempotency
    canonicaliser: Canonicaliser
    runner: ProjectionRunner
    projections: Mapping[str, Projection]
    releases: Releases
    make: Makers
    shelf: Shelf
    live: Live
    recommending: Recommending
    failures: Failures
    unknown_fields: UnknownFields
    _closing: Sequence[Callable[[], None]] = field(repr=False)

    def close(self) -> None:
        """Let the batches that wait at the door be stored, then give the connections back. Idempotent."""
        for close in self._closing:
            close()


def bootstrap(
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    extensions: Sequence[Extension] = (),
    models: Callable[[str], Recommender] = make_model,
    rankers: Callable[[str], Ranker] = make_ranker,
    item_index: Callable[[int], ItemIndex] = index_for,
    weather: Callable[[Settings, Clock], Weather | None] = weather_of,
    feature_store: Callable[[Settings, Engine], FeatureStore] = feature_store_of,
    bots: BotList | None = None,
    comments: Callable[[], CommentReader] = make_comment_reader,
) -> App:
    """Wire the house. Creates tables and, in the embedded profile, secrets that are not there yet.

    `extensions` come beside those that the settings name. Errors: `InvalidSetting`, `InvalidExtension`.
    """
    added = together((*settings.extensions, *extensions))
    settings.home.mkdir(parents=True, exist_ok=True)
    secrets = read_secrets(settings)
    tenant, engine, keys_engine = settings.tenant, connect(settings.database), connect(settings.keys)
    clock, ids = clock or SystemClock(), ids or Uuid7Ids()
    create_event_log_tables(engine)
    log = SqlEventLog(engine, stored_names(added.all), tenant)
    read_models = SqlReadModels(engine, tenant)
    features = feature_store(settings, engine)
    intake = SqlIntakeLog(engine, tenant)
    keyring = EnvelopeKeyring(SqlKeyStore(keys_engine, tenant), tenant, secrets.master_key)
    vault = SqlVault(keys_engine, tenant, secrets.pepper, keyring)
    suppression = SqlSuppression(keys_engine, tenant, keyring)
    from_files = tuple(one for source in FILE_SOURCES.values() for one in source.declarations)
    declared = {one.name: one for one in (*from_files, *BUILT_IN_SOURCES)}
    sources = register(log, tenant, {**declared, **settings.sources}, clock, ids)
    vocabulary = adopt(log, tenant, added.aliases(settings.aliases), clock, ids, known=added.known)
    reader = Reader(vocabulary, policy=added.identity, handlers=reading_comments(added.handlers, comments()))
    deposit: GroupCommit[Unsealed, Deposited] = GroupCommit(Deposit(tenant, vault, keyring, intake.append, suppression))
    runner = ProjectionRunner(log, read_models, ids, tenant, batch=settings.batch)
    bots = bots or CrawlerList()
    lake = ParquetLake(settings.lake, tenant, COLUMNS, VERSION)
    states = FeatureStates(added.measures, published=bool(settings.feature_store))
    upkeep = Upkeep(lake, log, read_models, clock)
    journal = Journal(bots, [Keeper(lake), states], added.identity, added.noise, watchers=[states])
    projections = projections_of(tenant, added, bots, journal)
    publisher = Publisher(states, features, log, read_models, clock, partial(references_now, read_models))
    erasing = Erasing(
        *(tenant, intake, log, read_models, vault, keyring, suppression, runner),
        projections,
        clock,
        (upkeep.run, partial(sweep, engine), partial(rewrite, keys_engine), publisher.withdraw, features.sweep),
    )
    canonicaliser = Canonicaliser(
        tenant,
        intake,
        log,
        read_models,
        vault,
        keyring,
        sources,
        ids,
        reader,
        Enrichment(weather(settings, clock), settings.stores),
        batch=settings.batch,
        suppression=suppression,
        carry_out=erasing.carry_out,
    )
    releases = FolderReleases(settings.releases, secrets.signing_key)
    make, shelf, failures = Makers(models, rankers, item_index), Shelf(log, read_models), Failures()
    idempotency, unknown_fields = SqlIdempotency(engine, tenant), UnknownFields()
    idempotency.prune(clock.now() - KEYS_KEPT)
    live = Live(
        work=Work(
            *(canonicaliser, runner, projections, clock),
            publish=publisher.publish if settings.feature_store else None,
            tend=upkeep.run,
            failed=failures.note,
        ),
        shelf=shelf,
        releases=releases,
        make=make,
        read_models=read_models,
        clock=clock,
        failed=failures.note,
    )
    slates: GroupCommit[SlateServed, int] = GroupCommit(SlateRecorder(log, ids, tenant), max_wait=0.001)
    return App(
        settings=settings,
        extensions=added,
        measures=added.measures,
        clock=clock,
        ids=ids,
        log=log,
        read_models=read_models,
        feature_store=features,
        lake=Reading(upkeep),
        publisher=publisher,
        intake=intake,
        vault=vault,
        keyring=keyring,
        suppression=suppression,
        erasing=erasing,
        sources=sources,
        reader=reader,
        door=Door(tenant, sources, deposit.submit, keyring.fingerprint, clock, reader, unknown_fields.note),
        idempotency=idempotency,
        releasing=Releasing(tenant, intake, keyring, sources, reader, clock),
        canonicaliser=canonicaliser,
        runner=runner,
        projections={projection.name: projection for projection in projections},
        releases=releases,
        make=make,
        shelf=shelf,
        live=live,
        recommending=Recommending(
            stack=live.serving,
            shelf=shelf,
            read_models=read_models,
            vault=vault,
            record=slates.submit,
            wait=live.wait_for,
            clock=clock,
            ids=ids,
            failed=failures.note,
        ),
        failures=failures,
        unknown_fields=unknown_fields,
        closing=(
            *(live.close, canonicaliser.close, slates.close, deposit.close),
            *(features.close, engine.dispose, keys_engine.dispose),
        ),
    )


@contextmanager
def running(settings: Settings) -> "Iterator[App]":
    """Wire, hand over, and close in the end."""
    app = bootstrap(settings)
    try:
        yield app
    finally:
        app.close()
