"""The bytes of one event, and a decoder for every topic that is met."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from domain.names import Names
from domain.taxonomy.envelope import Envelope

T = TypeVar("T")
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class StoredEnvelope(msgspec.Struct, omit_defaults=True, gc=False):
    """`domain.taxonomy.envelope.Envelope` without what it does not say: a storage format."""

    source: str
    source_event_name: str
    schema_version: str
    taxonomy_version: str
    channel: str
    received_at: Instant
    subject: dict[str, str] = {}
    consent: dict[str, str] = {}
    context: dict[str, Any] = {}
    client_occurred_at: Instant | None = None
    client_sent_at: Instant | None = None
    clock_skew_ms: int = 0
    marks: tuple[str, ...] = ()
    coercions: tuple[str, ...] = ()
    session_hint: str | None = None
    store_id: str | None = None
    till_id: str | None = None


def stored_envelope(of: Envelope) -> StoredEnvelope:
    """Both have the same fields in the same order; a test holds them to it."""
    return StoredEnvelope(
        of.source,
        of.source_event_name,
        of.schema_version,
        of.taxonomy_version,
        of.channel,
        of.received_at,
        dict(of.subject),
        dict(of.consent),
        dict(of.context),
        of.client_occurred_at,
        of.client_sent_at,
        of.clock_skew_ms,
        of.marks,
        of.coercions,
        of.session_hint,
        of.store_id,
        of.till_id,
    )


def opened_envelope(stored: StoredEnvelope) -> Envelope:
    return Envelope(*msgspec.structs.astuple(stored))


class StoredState(msgspec.Struct, Generic[T], omit_defaults=True, gc=False):
    """`{"id", "at", "known", "data", "intake", "env"}`, `data` being the fields of the event: a storage format."""

    id: str
    at: Instant
    known: Instant
    data: T
    intake: int | None = None
    env: StoredEnvelope | None = None


#: Subscripted at run time, with classes that only the registry knows.
_STATE_OF: Any = StoredState

Decode = Callable[[bytes], StoredState[Any]]


class Decoders(dict[str, Decode]):
    """Topic -> decoder, made on first use: straight into the class, or by way of the upcasters if it is old."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, topic: str) -> Decode:
        named, version = self._names.resolve(topic)
        if version == named.version:
            self[topic] = msgspec.json.Decoder(_STATE_OF[named.cls]).decode
            return self[topic]
        decoder = msgspec.json.Decoder(StoredState[dict[str, Any]])

        def decode(state: bytes) -> StoredState[Any]:
            stored: StoredState[Any] = decoder.decode(state)
            stored.data = msgspec.convert(self._names.upcast(named, version, stored.data), named.cls, str_keys=True)
            return stored

        self[topic] = decode
        return decode


def holds_floats(cls: type[Any]) -> bool:
    """Whether a float can occur anywhere inside a class, as msgspec sees its annotations."""
    seen: set[int] = set()
    nodes: list[object] = [msgspec.inspect.type_info(cls)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, msgspec.inspect.FloatType | msgspec.inspect.AnyType):
            return True
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, tuple | list):
            nodes.extend(node)
        elif isinstance(node, msgspec.inspect.Type | msgspec.inspect.Field):
            nodes.extend(getattr(node, name) for name in node.__struct_fields__)
    return False
