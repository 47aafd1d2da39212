"""A request with an Idempotency-Key has one effect and one answer, however often it comes.

The key is claimed before anything is stored and answered for afterwards. A process that dies in between leaves a claim
without an answer: the request may then come again, for what it stores is known by its ids.
"""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from http import HTTPStatus
from typing import Any

import msgspec
from attrs import define, field
from litestar import MediaType, Request, Response

from adapters.http.errors import Problem
from adapters.http.service import Service

_STRIPES = 64


@define(eq=False)
class Once:
    service: Service
    _locks: tuple[threading.Lock, ...] = field(
        factory=lambda: tuple(threading.Lock() for _ in range(_STRIPES)), init=False, repr=False
    )

    def answer(
        self, request: Request[Any, Any, Any], body: bytes, key: str | None, do: Callable[[], Any]
    ) -> Response[bytes]:
        """Return the answer of `do`, or the one that this key has already. Errors: `Problem` 422 for another request.

        What fails is not kept: it may be tried again under the same key.
        """
        # Of requests that come at once to one process, the first is worked on and the others wait for its answer.
        with self._locks[hash(key) % _STRIPES] if key is not None else nullcontext():
            if key is None:
                return _response(HTTPStatus.ACCEPTED, msgspec.json.encode(do()))
            known = self.service.idempotency.claim(key, self._fingerprint(request, body), self.service.clock.now())
            if known.fingerprint != self._fingerprint(request, body):
                hint = "this key was used for another request; a new request needs a new key"
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_key_reused", "Idempotency-Key", hint)
            if known.body is None:
                known = self.service.idempotency.keep(key, HTTPStatus.ACCEPTED, msgspec.json.encode(do()))
            assert known.body is not None
            return _response(known.status, known.body)

    def _fingerprint(self, request: Request[Any, Any, Any], body: bytes) -> bytes:
        """Two requests are the same that have method, path, query and body in common."""
        where = f"{request.method} {request.scope['path']}?".encode() + request.scope["query_string"]
        whole = where + b"\n" + body
        return self.service.keyring.fingerprint([whole])[0]


def _response(status: int, body: bytes) -> Response[bytes]:
    return Response(body, status_code=status, media_type=MediaType.JSON)
