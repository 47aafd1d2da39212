"""The shop as one router, to be mounted at the root: pages, pictures, style and scripts."""

from collections.abc import Mapping

from litestar import Response, Router
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router

from adapters.http.service import Service
from adapters.http.shop import browsing, checkout
from adapters.http.shop.desk import AnyRequest, Desk
from adapters.http.shop.pictures import picture
from adapters.http.shop.refusals import PageRefused
from adapters.http.shop.rendering import HERE, page
from application.serving.asked import AskedInvalid

#: What a body may raise before anybody has looked at it: nested too deeply, or no text.
_UNREADABLE = (RecursionError, UnicodeDecodeError)
_TITLES: Mapping[int, str] = {404: "There is nothing here", 405: "That does not work this way", 413: "That is too much"}


def shop_router(service: Service) -> Router:
    """Return the shop over a service. What a visitor sends wrongly is answered with a page that says so (4xx)."""
    desk = Desk(service)

    def refused(request: AnyRequest, error: Exception) -> Response[str]:
        no = _as_refusal(error)
        return page("refused.html", desk.visit(request), status=no.status, title=no.title, hint=no.hint)

    static = create_static_files_router(
        path="/shop-static",
        directories=[HERE / "static"],
        name="shop-static",
        include_in_schema=False,
        cache_control=CacheControlHeader(max_age=300, public=True),
    )
    return Router(
        path="/",
        route_handlers=[*browsing.HANDLERS, *checkout.HANDLERS, picture, static],
        dependencies={"desk": Provide(lambda: desk, sync_to_thread=False)},
        exception_handlers=dict.fromkeys((PageRefused, AskedInvalid, HTTPException, *_UNREADABLE), refused),
        include_in_schema=False,
    )


def _as_refusal(error: Exception) -> PageRefused:
    if isinstance(error, PageRefused):
        return error
    if isinstance(error, HTTPException):
        title = _TITLES.get(error.status_code, "We did not understand that")
        return PageRefused(error.status_code, title, "Go back to the shop and try it from there.")
    if isinstance(error, _UNREADABLE):
        return PageRefused(400, "We could not read that", "Go back to the shop and try it from there.")
    return PageRefused(404, "There is nothing here", "Go back to the shop and try it from there.")
