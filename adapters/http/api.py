"""The application that a server runs: routes, errors, figures, and what begins and ends with the process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from litestar import Litestar, Router
from litestar.exceptions import HTTPException

from adapters.http.asking import asking_router
from adapters.http.collect.collecting import Collecting
from adapters.http.collect.ga4 import ga4_router
from adapters.http.collect.segment import rudder_router, segment_router
from adapters.http.collect.shopify import shopify_router
from adapters.http.collect.snowplow import snowplow_router
from adapters.http.errors import answering
from adapters.http.looking import health_router, slates_router
from adapters.http.metrics import Metrics
from adapters.http.openapi import document
from adapters.http.quarantining import quarantine_router
from adapters.http.receiving import receiving_router
from adapters.http.service import Service
from adapters.http.shop import shop_router
from adapters.http.watching import watched


def api(service: Service, *, version: str, close: Callable[[], None] = lambda: None) -> Litestar:
    """Return the ASGI app. It starts `service.live`, unless it collects only, and calls `close` when it ends."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        with ThreadPoolExecutor(service.threads, thread_name_prefix="http") as threads:
            asyncio.get_running_loop().set_default_executor(threads)
            try:
                if not service.collects_only:
                    await asyncio.to_thread(service.live.start)
                yield
            finally:
                await asyncio.to_thread(close)

    metrics, answer = Metrics(service), answering(service)
    app = Litestar(
        route_handlers=[
            Router(
                "/v1",
                route_handlers=[
                    receiving_router(service, metrics),
                    quarantine_router(service),
                    *_answering(service, metrics),
                ],
            ),
            *_collectors(Collecting(service, metrics)),
            health_router(service, metrics),
            *_pages(service),
        ],
        exception_handlers={HTTPException: answer, Exception: answer},
        lifespan=[lifespan],
        openapi_config=document(version),
        request_max_body_size=service.max_body,
        logging_config=None,
        debug=False,
    )
    app.asgi_handler = watched(app.asgi_handler, metrics, service.ids)
    return app


def _collectors(collecting: Collecting) -> list[Router]:
    return [
        segment_router(collecting),
        rudder_router(collecting),
        shopify_router(collecting),
        snowplow_router(collecting),
        ga4_router(collecting),
    ]


def _answering(service: Service, metrics: Metrics) -> list[Router]:
    return [] if service.collects_only else [asking_router(service, metrics), slates_router(service)]


def _pages(service: Service) -> list[Router]:
    return [shop_router(service)] if service.pages and not service.collects_only else []
