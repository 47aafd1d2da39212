"""The server: the house wired from the environment, behind HTTP. Granian calls `create_app` in its worker."""

import os
import signal
import sys
import threading
from collections.abc import Mapping
from functools import partial
from multiprocessing import parent_process

from attrs import evolve
from litestar import Litestar

from adapters.http.api import api
from adapters.http.service import Service
from application.watch.sampling import Sample, Seldom
from application.watch.watching import watch
from haberdasher import __version__
from haberdasher.bootstrap import App, bootstrap
from haberdasher.demo import PERSONAS, PICTURES
from haberdasher.feature_store import references_now
from haberdasher.secret_settings import read_api_keys, read_shopify_secret
from haberdasher.settings import load

#: How long a thread that computes keeps others waiting. By default 5 ms, which a request meets several times while the
#: house works behind it.
SWITCH_S = 0.0005


def create_app() -> Litestar:
    """Wire everything from the environment. Errors: `InvalidSetting` and those of `bootstrap`."""
    return _create()


def create_collector() -> Litestar:
    """Wire a server that takes events in and does no more. Errors: as `create_app`."""
    return _create(collects_only=True)


def _create(*, collects_only: bool = False) -> Litestar:
    _end_with_parent()
    settings, keys = load(), read_api_keys()
    sys.setswitchinterval(SWITCH_S)
    app = bootstrap(settings)
    service = evolve(service_of(app, keys, read_shopify_secret()), collects_only=collects_only)
    return api(service, version=__version__, close=app.close)


def service_of(app: App, keys: Mapping[str, frozenset[str]] | None = None, shopify_secret: str = "") -> Service:
    """Return what the handlers need of a wired house. Pictures and personas are served where a season left them."""
    pictures, personas = app.settings.home / PICTURES, app.settings.home / PERSONAS
    planned = app.extensions.noise.periods.planned
    sample = Sample(app.read_models, app.measures, partial(references_now, app.read_models))

    def now() -> float:
        return app.clock.now().timestamp()

    return Service(
        tenant=app.settings.tenant,
        door=app.door,
        releasing=app.releasing,
        idempotency=app.idempotency,
        keyring=app.keyring,
        recommending=app.recommending,
        shelf=app.shelf,
        live=app.live,
        log=app.log,
        read_models=app.read_models,
        vault=app.vault,
        clock=app.clock,
        ids=app.ids,
        failures=app.failures,
        unknown_fields=app.unknown_fields,
        alarms=Seldom(lambda: watch(app.read_models, now(), planned=planned).alarms, now),
        feature_health=Seldom(lambda: sample.health(now()), now),
        keys=keys or {},
        shopify_secret=shopify_secret,
        open_collectors=app.settings.open_collectors,
        pages=app.settings.pages,
        pictures=pictures if pictures.is_dir() else None,
        personas=personas if personas.is_file() else None,
    )


def _end_with_parent() -> None:
    """A worker whose server was killed would go on alone and keep the port."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
