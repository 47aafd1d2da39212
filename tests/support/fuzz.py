"""Bodies that no client should send, made from bodies that clients do send. Seeded: the same number, the same body."""

import json
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from attrs import frozen

from tests.support.http import catalogue

_EVENT = {
    "event": "add_to_cart",
    "event_id": "e-1",
    "timestamp": "2026-11-24T11:00:00Z",
    "sent_at": "2026-11-24T11:00:01Z",
    "anonymous_id": "cookie-1",
    "user_id": "ada",
    "email": "ada@example.com",
    "session_id": "s-1",
    "channel": "web",
    "context": {"device_type": "mobile", "ip": "203.0.113.7", "geo": {"lat": 1.5}},
    "consent": {"geo": "granted"},
    "properties": {"product_id": "p-1", "sku": "p-1/red/s", "price": 19.9, "currency": "EUR", "quantity": 2},
}
_SLATE = {
    "event": "slate_viewed",
    "anonymous_id": "cookie-2",
    "properties": {"slate_id": "s-1", "items": [{"product_id": "p-1", "position": 1, "viewable_ms": 1200}]},
}
_QUESTION = {
    "surface": "similar",
    "subject": "p-1",
    "context": {"session_id": "s-1", "page": "pdp"},
    "customer": {"user_id": "ada", "email": "ada@example.com", "anonymous_id": 7},
    "k": 6,
    "exclude": ["p-2", "p-3"],
    "columns": 3,
}
_LEVELS = {
    "levels": [{"variant_id": "p-1/red/s", "quantity": 3}, {"variant_id": "x", "quantity": 0, "product_id": "p-9"}]
}


@frozen
class Sent:
    method: str
    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


#: (method, path, bodies that are right)
ENDPOINTS: Sequence[tuple[str, str, Sequence[Any]]] = (
    ("POST", "/v1/events", (_EVENT, _SLATE, [_EVENT, _SLATE], {"events": [_SLATE, _EVENT]})),
    (
        "POST",
        "/v1/catalog",
        ({"products": catalogue()[:2]}, {"products": [dict(catalogue()[0], listed_at="2026-01-01")]}),
    ),
    ("PUT", "/v1/inventory", (_LEVELS,)),
    ("POST", "/v1/recommendations", (_QUESTION, {"surface": "home"}, {"surface": "home", "customer": {"phone": 1}})),
    ("GET", "/v1/slates/", (None,)),
)

#: Tokens that only raw JSON can hold, put in after the encoding.
_RAW: Mapping[str, str] = {
    "@nested": "[" * 3000 + "]" * 3000,
    "@objects": '{"a":' * 500 + "1" + "}" * 500,
    "@unclosed": "[" * 2000,
    "@exponent": "1e999",
    "@digits": "9" * 5000,
    "@fraction": "0." + "1" * 400,
    "@zero": "-0",
    "@invalid": '"\\x"',
}
_VALUES: Sequence[Callable[[Random], Any]] = (
    lambda _: None,
    lambda _: True,
    lambda _: [],
    lambda _: {},
    lambda _: "",
    lambda dice: dice.choice([-1, 0, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 2**64, 10**30, 10**400]),
    lambda dice: dice.getrandbits(dice.choice([4, 31, 63, 90])) * dice.choice([1, -1]),
    lambda dice: dice.random() * 10 ** dice.randint(-5, 20),
    lambda dice: "".join(chr(dice.randrange(1, 0x2FFF)) for _ in range(dice.randint(1, 12))),
    lambda dice: dice.choice([1.5, -0.0, 1e308, 5e-324, float("nan"), float("inf"), float("-inf")]),
    lambda dice: "x" * dice.choice([129, 257, 5_000, 70_000]),
    lambda dice: dice.choice(
        ["\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202e", "\ufeff", "👗" * 40, " ", "\n", "%00"]
    ),
    lambda dice: dice.choice(
        ["NaN", "0x10", "1e5", "١٢", "-3", "true", "null", "' OR 1=1 --", "../../etc", "<b>", "${x}"]
    ),
    lambda dice: dice.choice(
        ["9999-12-31T23:59:59+23:59", "0001-01-01", "2026-02-30", "24:00", "2026-11-24T11:00:00Z"]
    ),
    lambda dice: dice.choice(list(_RAW)),
    lambda dice: [dice.choice([1, "a", None, {}, []])] * dice.choice([1, 3, 300]),
    lambda dice: {dice.choice(["a", "é", "\x00", "__proto__", "\ud800", "x" * 300]): dice.choice([1, "a", None, {}])},
)


def endpoint(number: int) -> tuple[str, str, Sequence[Any]]:
    """Every twentieth request asks for a slate; the others carry a body, turn by turn."""
    return ENDPOINTS[-1] if number % 20 == 19 else ENDPOINTS[number % 20 % (len(ENDPOINTS) - 1)]


def sent(number: int) -> Sent:
    """Return the request of this number."""
    dice = Random(number)
    method, path, bodies = endpoint(number)
    if method == "GET":
        return Sent(method, path + _path(dice), b"", _headers(dice), b"")
    kind = dice.random()
    if kind < 0.1:
        body = dice.randbytes(dice.choice([0, 1, 7, 100, 3000]))
    else:
        body = _encoded(_mutated(dice, dice.choice(bodies), dice.choice([1, 1, 2, 5])))
        if kind < 0.3:
            body = _damaged(dice, body)
    source = b"" if dice.random() < 0.8 else b"source=" + dice.choice([b"web", b"oms", b"%00", b"%ff", b"a&source=b"])
    return Sent(method, path, source if path == "/v1/events" else b"", _headers(dice), body)


def _mutated(dice: Random, value: Any, times: int) -> Any:
    for _ in range(times):
        value = _once(dice, value)
    return value


def _once(dice: Random, value: Any) -> Any:
    """Change one place somewhere in a JSON value."""
    if isinstance(value, dict) and value and dice.random() < 0.97:
        name = dice.choice(list(value))
        act = dice.random()
        if act < 0.1:
            return {key: one for key, one in value.items() if key != name}
        if act < 0.2:
            return value | {dice.choice(["é", "\x00", "events", "EVENT", "x" * 200, "a.b"]): dice.choice(_VALUES)(dice)}
        return value | {name: _once(dice, value[name])}
    if isinstance(value, list) and value and dice.random() < 0.95:
        place = dice.randrange(len(value))
        return [*value[:place], _once(dice, value[place]), *value[place + 1 :]]
    return dice.choice(_VALUES)(dice)


def _encoded(value: Any) -> bytes:
    text = json.dumps(value)
    for token, raw in _RAW.items():
        text = text.replace(f'"{token}"', raw)
    return text.encode()


def _damaged(dice: Random, body: bytes) -> bytes:
    """Cut, flip, repeat or insert some bytes."""
    changed = bytearray(body)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(changed) + 1)
        act = dice.randrange(4)
        if act == 0:
            del changed[place:]
        elif act == 1 and place < len(changed):
            changed[place] ^= 1 << dice.randrange(8)
        elif act == 2:
            changed[place:place] = dice.choice(
                [b"\x00", b"\xff", b'"', b"{", b"]", b"\\", b"\xed\xa0\x80", b"\xef\xbb\xbf"]
            )
        else:
            changed[place:place] = changed[place : place + 20]
    return bytes(changed)


def _path(dice: Random) -> str:
    return dice.choice(
        ["nothing", "\x00", "x" * 500, "..", "é", "👗", " ", "a\nb", "0" * 32, "\u202e", "-1", "main/slate-1"]
    )


def _headers(dice: Random) -> tuple[tuple[bytes, bytes], ...]:
    """Now and then headers that say something else than the body, or too much."""
    if dice.random() < 0.85:
        return ((b"content-type", b"application/json"),)
    return tuple(
        dice.sample(
            [
                (
                    b"content-type",
                    dice.choice([b"text/plain", b"multipart/form-data", b"\xff", b"application/msgpack"]),
                ),
                (b"idempotency-key", dice.choice([b"", b"k", b"k" * 300, b"\xff\xfe", b"a\x00b"])),
                (b"x-request-id", dice.choice([b"", b"r", b"r" * 300, b"\xff", b"a\tb"])),
                (b"content-length", dice.choice([b"-1", b"many", b"99999999999", b"3"])),
                (b"authorization", dice.choice([b"Bearer", b"Bearer \xff", b"Basic x", b""])),
                (b"accept", b"text/html"),
                (b"host", dice.choice([b"", b"a b", b"\xff", b"localhost:99999"])),
            ],
            k=2,
        )
    )
