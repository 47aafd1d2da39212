"""The door for Shopify's webhooks: signed by Shopify, stored as they came, answered at once.

Everything that is signed is answered 200, also what waits in the quarantine: Shopify sends again what is not answered
so, and in the end takes the subscription away.
"""

import base64
import hashlib
import hmac
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, post
from litestar.params import RawBody

from adapters.http.collect.collecting import Collecting
from adapters.http.errors import Problem, documented
from application.intake import wire
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.scrub import is_email

SIGNATURE = "X-Shopify-Hmac-Sha256"
_LONGEST_ID = 200
_ERRORS = documented(401, 413, 503, 507)


def shopify_router(collecting: Collecting) -> Router:
    """Return `POST /collect/shopify/webhooks`."""

    @post("/webhooks", status_code=HTTPStatus.OK, responses=_ERRORS, sync_to_thread=True)
    def post_webhook(request: Request[Any, Any, Any], body: RawBody) -> Response[bytes]:
        """Store one webhook. Errors: 401 for what the app's secret did not sign, and then nothing is stored."""
        _signed(collecting.service.shopify_secret, body, request.headers.get(SIGNATURE, ""))
        webhook_id = _webhook_id(request)
        message = _message(request, webhook_id, body)
        collecting.store(collecting.service.sources.shopify, [message], webhook_id)
        return Response(b"", status_code=HTTPStatus.OK, media_type=MediaType.TEXT)

    return Router("/collect/shopify", route_handlers=[post_webhook], tags=["collect"])


def signature(secret: str, body: bytes) -> bytes:
    """Return what Shopify puts into `X-Shopify-Hmac-Sha256`: base64 of HMAC-SHA256 over the body as it is sent."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))


def _signed(secret: str, body: bytes, sent: str) -> None:
    if not secret:
        raise _refused("set HABERDASHER_SHOPIFY_SECRET, or _FILE, to the client secret of the app that sends webhooks")
    if not hmac.compare_digest(signature(secret, body), sent.encode()):
        raise _refused("expected base64 of HMAC-SHA256 of the body with the app's client secret")


def _refused(hint: str) -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, "unauthorized", SIGNATURE, hint)


def _webhook_id(request: Request[Any, Any, Any]) -> str | None:
    """Return the id of the delivery, the same when it is sent again.

    Without one, topic and event id stand for it: one thing that happened is told under several topics.
    """
    own = request.headers.get("X-Shopify-Webhook-Id", "")
    event = request.headers.get("X-Shopify-Event-Id", "")
    found = own or (f"{request.headers.get('X-Shopify-Topic', '')}:{event}" if event else "")
    # It names the message in clear and for ever.
    return found if 0 < len(found) <= _LONGEST_ID and found.isprintable() and not is_email(found) else None


def _message(request: Request[Any, Any, Any], webhook_id: str | None, body: bytes) -> bytes:
    """Return what is stored: the payload byte for byte, or as text where it is no JSON."""
    about = {
        "topic": request.headers.get("X-Shopify-Topic"),
        "webhook_id": webhook_id,
        "shop": request.headers.get("X-Shopify-Shop-Domain"),
        "triggered_at": request.headers.get("X-Shopify-Triggered-At"),
        "api_version": request.headers.get("X-Shopify-API-Version"),
    }
    payload = {"payload": msgspec.Raw(body)} if _is_json(body) else {"text": body.decode("utf-8", "backslashreplace")}
    return wire.encode({name: value for name, value in about.items() if value is not None} | payload)


def _is_json(body: bytes) -> bool:
    """Whether the payload can stand in a message; what else is wrong with it, the door says."""
    try:
        if len(body) > wire.MAX_BYTES:
            msgspec.json.decode(body)
        else:
            wire.decode(body)
    except Refused as no:
        return no.reason is not Reason.NOT_JSON
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
