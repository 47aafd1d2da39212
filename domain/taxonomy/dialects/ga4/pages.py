"""Pages and what was done on them."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import SplitResult, urlsplit

from domain.taxonomy.dialects.ga4.values import first, lowered, without_nothing, word
from domain.taxonomy.schemas.behaviour import PAGE_TYPES

_LONGEST_PATH = 512
_NOWHERE = SplitResult("", "", "", "", "")


def location(params: Mapping[str, Any]) -> SplitResult:
    """Return the parts of the page's address; empty ones where there is none or it cannot be read."""
    try:
        parts = urlsplit(word(params.get("page_location")) or "")
        _ = parts.hostname  # a bad address may only show here
    except ValueError:
        return _NOWHERE
    return parts


def session(params: Mapping[str, Any]) -> str | None:
    """Return Google's session: `ga_session_id` from tags and exports, `session_id` in the Measurement Protocol."""
    return word(params.get("ga_session_id")) or word(params.get("session_id"))


def page_view_id(params: Mapping[str, Any]) -> str | None:
    """Name a page view: the sender's own word, or made of the session and the page, without showing the address.

    An export numbers the pages (`batch_page_id`); elsewhere the same path in one session is one page view.
    """
    if own := word(params.get("page_view_id")):
        return own
    of, page = session(params), word(params.get("batch_page_id")) or _path(params)
    return sha256(f"{of}\0{page}".encode(errors="replace")).hexdigest()[:32] if of and page else None


def page(params: Mapping[str, Any]) -> dict[str, Any]:
    path, kind = _path(params), lowered(params.get("page_type"))
    return without_nothing(
        {
            "page_view_id": page_view_id(params),
            "page_type": kind if kind in PAGE_TYPES else None,
            "path_template": path[:_LONGEST_PATH] if path else None,
        }
    )


def engagement(params: Mapping[str, Any]) -> dict[str, Any]:
    """`engagement_time_msec` is what passed since the last event, not since the page was opened."""
    return without_nothing(
        {
            "page_view_id": page_view_id(params),
            "engaged_ms": params.get("engagement_time_msec"),
            "max_scroll_pct": params.get("percent_scrolled"),
        }
    )


def _path(params: Mapping[str, Any]) -> str | None:
    parts = location(params)
    if parts.path or parts.netloc:
        return parts.path or "/"
    return word(first(params.get("page_path"), params.get("screen_name"), params.get("firebase_screen")))
