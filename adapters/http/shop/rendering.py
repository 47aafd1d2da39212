"""Templates to answers: escaped, self-contained, never kept by a cache that somebody else reads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response
from litestar.response import Redirect

from adapters.http.shop.visit import Visit

HERE = Path(__file__).parent
#: Only this house is asked for anything, and no script stands in a page: what a listing says can do nothing.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "HX-Request, Cookie",
}
_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, visit: Visit, *, status: int = 200, **shown: Any) -> Response[str]:
    """Return a page, or a part of one, with the cookies of the visitor as they are now."""
    html = _TEMPLATES.get_template(template).render(visit=visit, **shown)
    return Response(
        html, media_type=MediaType.HTML, status_code=status, headers=dict(HEADERS), cookies=list(visit.cookies())
    )


def onwards(to: str, visit: Visit) -> Redirect:
    """Send the browser to another page with a GET, so that reloading it sends no form again."""
    return Redirect(to, status_code=303, headers=dict(HEADERS), cookies=list(visit.cookies()))
