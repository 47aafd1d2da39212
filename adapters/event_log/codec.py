"""Events and snapshots <-> (topic, bytes): msgspec JSON under stable names, never an import path.

State of an event: `{"id", "at", "known", "data", "intake"}`, `data` being the fields of the event.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from attrs import define, field

from domain.names import Names, UnknownName, UnsupportedVersion
from ports.event_log import Fact, Metadata, Snapshot

T = TypeVar("T")
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class StoredState(msgspec.Struct, Generic[T], omit_defaults=True, gc=False):
    """The bytes of one event. These field names are a storage format."""

    id: str
    at: Instant
    known: Instant
    data: T
    intake: int | None = None


#: Subscripted at run time, with classes that only the registry knows.
_STATE_OF: Any = StoredState


Decode = Callable[[bytes], StoredState[Any]]


@define(eq=False)
class Codec:
    """Holds an encoder and one decoder per topic it has met; safe to share between threads."""

    names: Names
    _encode: Callable[[Any], bytes] = field(factory=lambda: msgspec.json.Encoder().encode, init=False)
    _topics: dict[type[Any], str] = field(factory=dict, init=False)
    _lossy: set[type[Any]] = field(factory=set, init=False)
    _decoders: dict[str, Decode] = field(factory=dict, init=False)

    def encode(self, fact: Fact) -> tuple[str, bytes]:
        """Return topic and state. Errors: `UnknownName`; `ValueError` for a naive time or a float not finite."""
        event, metadata = fact.event, fact.metadata
        cls = event.__class__
        topic = self._topics.get(cls) or self._learn(cls)
        at, known = metadata.occurred_at, metadata.known_at
        if at.tzinfo is None or known.tzinfo is None:
            raise ValueError(f"{topic} {metadata.event_id}: times must be aware")
        state = self._encode(StoredState(metadata.event_id, at, known, event, metadata.intake_position))
        if cls in self._lossy and b"null" in state:
            self._verify(fact, topic, state)
        return topic, state

    def decode(self, topic: str, state: bytes) -> tuple[Any, Metadata]:
        """Return event and metadata, upcast if old. Errors: `UnknownName`, `UnsupportedVersion`."""
        stored = (self._decoders.get(topic) or self._decoder(topic))(state)
        return stored.data, Metadata(stored.id, stored.at, stored.known, stored.intake)

    def encode_snapshot(self, snapshot: Snapshot) -> tuple[str, bytes]:
        """Return topic and bytes of a state. Errors: `UnknownName`."""
        return self.names.of(type(snapshot.state)).topic, self._encode(snapshot.state)

    def decode_snapshot(self, topic: str, version: int, state: bytes) -> Snapshot | None:
        """Return the snapshot, None if it was taken of another schema: it is cheaper to fold again than to upcast."""
        try:
            named, stored = self.names.resolve(topic)
        except (UnknownName, UnsupportedVersion):
            return None
        if stored != named.version:
            return None
        return Snapshot(version, msgspec.json.decode(state, type=named.cls))

    def _learn(self, cls: type[Any]) -> str:
        topic = self.names.of(cls).topic
        if _holds_floats(msgspec.inspect.type_info(cls)):
            self._lossy.add(cls)  # JSON has no NaN: msgspec writes null, which would be unreadable, or a silent None
        self._topics[cls] = topic
        return topic

    def _verify(self, fact: Fact, topic: str, state: bytes) -> None:
        try:
            intact = self._decoder(topic)(state).data == fact.event
        except msgspec.ValidationError:
            intact = False
        if not intact:
            raise ValueError(f"{topic} {fact.metadata.event_id}: a number is not finite")

    def _decoder(self, topic: str) -> Decode:
        named, version = self.names.resolve(topic)
        if version == named.version:
            decode: Decode = msgspec.json.Decoder(_STATE_OF[named.cls]).decode
        else:
            fields = msgspec.json.Decoder(StoredState[dict[str, Any]])

            def decode(state: bytes) -> StoredState[Any]:
                old = fields.decode(state)
                old.data = msgspec.convert(self.names.upcast(named, version, old.data), named.cls, str_keys=True)
                return old

        self._decoders[topic] = decode
        return decode


def _holds_floats(node: object) -> bool:
    """Whether a float can occur anywhere inside a type, as msgspec sees it."""
    seen: set[int] = set()
    open_nodes: list[object] = [node]
    while open_nodes:
        current = open_nodes.pop()
        if isinstance(current, msgspec.inspect.FloatType | msgspec.inspect.AnyType):
            return True
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, tuple | list):
            open_nodes.extend(current)
        elif isinstance(current, msgspec.inspect.Type | msgspec.inspect.Field):
            open_nodes.extend(getattr(current, name) for name in current.__struct_fields__)
    return False
