"""What the handlers are given: use cases and ports, wired by the composition root."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from attrs import Factory, field, frozen

from application.features.health import Health
from application.intake.door import Door
from application.intake.releasing import Releasing
from application.intake.unnamed import UnknownFields
from application.serving.live import Live
from application.serving.recommending import Recommending
from application.serving.shelf import Shelf
from application.telemetry import Failures
from domain.feed.policy import Alarm
from ports.clock import Clock, Ids
from ports.event_log import EventLog, ReadModels
from ports.idempotency import Idempotency
from ports.vault import Keyring, Vault


@frozen
class Sources:
    """Under which registered source the events of each route come in."""

    events: str = "http"
    catalogue: str = "http_catalogue"
    shop_page: str = "shop_page"
    shop_orders: str = "shop_page_orders"
    segment: str = "segment"
    rudder: str = "rudder"
    ga4: str = "ga4"
    snowplow: str = "snowplow"
    shopify: str = "shopify"


@frozen(eq=False)
class Service:
    """`keys`: API key -> its scopes; without keys everybody may do everything (the start refuses that on a network).

    `pages`: whether the shop is served beside the API. `pictures`: folder of product pictures, `personas`: a JSON file.
    `shopify_secret`: what Shopify signs its webhooks with; without it that door stays shut. `open_collectors`: doors of
    clients that cannot send a key (Snowplow) take events from everybody, although there are keys. `collects_only`: this
    process is a door and no more; another one does the work behind it.
    `most_in_flight`: recommendation requests above which the next one is told to come back.
    `alarms`, `feature_health`: what the watch on what comes in, and a sample of the features, say; cheap to ask.
    `threads`: how many requests are worked on at once; fewer than the database gives connections (15).
    """

    tenant: str
    door: Door
    releasing: Releasing
    idempotency: Idempotency
    keyring: Keyring
    recommending: Recommending
    shelf: Shelf
    live: Live
    log: EventLog
    read_models: ReadModels
    vault: Vault
    clock: Clock
    ids: Ids
    failures: Failures
    unknown_fields: UnknownFields
    keys: Mapping[str, frozenset[str]] = field(repr=False, factory=dict)
    alarms: Callable[[], Sequence[Alarm]] = field(repr=False, default=tuple)
    feature_health: Callable[[], Sequence[Health]] = field(repr=False, default=tuple)
    sources: Sources = Factory(Sources)
    pages: bool = True
    pictures: Path | None = None
    personas: Path | None = None
    shopify_secret: str = field(default="", repr=False)
    open_collectors: bool = False
    collects_only: bool = False
    max_body: int = 1_000_000
    most_in_flight: int = 64
    threads: int = 12
