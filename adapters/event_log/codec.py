"""Events and snapshots <-> (topic, bytes): msgspec JSON under stable names, never an import path."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from attrs import define, field

from adapters.event_log.stored_state import Decoders, StoredState, holds_floats, opened_envelope, stored_envelope
from application.collection import collection_paused
from domain.names import Names, UnknownName, UnsupportedVersion
from ports.event_log import Append, Fact, Metadata, Recorded, Snapshot

#: position, stream, version, topic, state
StoredRow = tuple[int, str, int, str, bytes]
#: tenant, stream, version, topic, state
NewRow = tuple[str, str, int, str, bytes]


@define(eq=False)
class Codec:
    """Holds an encoder and a decoder for each topic it has met; safe to share between threads."""

    names: Names
    _encode: Callable[[Any], bytes] = field(factory=lambda: msgspec.json.Encoder().encode, init=False)
    #: Topic of a class, and whether its floats have to be looked at.
    _topics: dict[type[Any], tuple[str, bool]] = field(factory=dict, init=False)
    _decoders: Decoders = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._decoders = Decoders(self.names)

    def encode(self, fact: Fact) -> tuple[str, bytes]:
        """Return topic and state. Errors: as `encode_rows`."""
        ((_, _, _, topic, state),) = self.encode_rows("", [Append("", 0, [fact])])
        return topic, state

    def encode_rows(self, tenant: str, appends: Iterable[Append]) -> Sequence[NewRow]:
        """Return a row for each fact. Errors: `UnknownName`; `ValueError` for a naive time or a float not finite."""
        topics, encode = self._topics, self._encode
        rows: list[NewRow] = []
        with collection_paused():
            for append in appends:
                stream, version = append.stream, append.expected_version
                for fact in append.facts:  # one loop without calls: it is half of what an append costs
                    version += 1
                    event, metadata = fact.event, fact.metadata
                    topic, with_floats = topics.get(event.__class__) or self._learn(event.__class__)
                    at, known = metadata.occurred_at, metadata.known_at
                    if at.tzinfo is None or known.tzinfo is None:
                        raise ValueError(f"{topic} {metadata.event_id}: times must be aware")
                    envelope = None if metadata.envelope is None else stored_envelope(metadata.envelope)
                    state = encode(StoredState(metadata.event_id, at, known, event, metadata.intake_position, envelope))
                    if with_floats and b"null" in state:
                        self._verify(fact, topic, state)
                    rows.append((tenant, stream, version, topic, state))
        return rows

    def decode(self, topic: str, state: bytes) -> tuple[Any, Metadata]:
        """Return event and metadata, upcast if old. Errors: `UnknownName`, `UnsupportedVersion`."""
        stored = self._decoders[topic](state)
        return stored.data, _metadata(stored)

    def decode_rows(self, rows: Iterable[StoredRow]) -> Sequence[Recorded]:
        """Decode a page. Errors: as `decode`."""
        decoders = self._decoders
        recorded: list[Recorded] = []
        with collection_paused():
            for position, stream, version, topic, state in rows:
                stored = decoders[topic](state)
                recorded.append(Recorded(position, stream, version, stored.data, _metadata(stored)))
        return recorded

    def encode_snapshot(self, snapshot: Snapshot) -> tuple[str, bytes]:
        """Return topic and bytes of a state. Errors: `UnknownName`."""
        return self.names.of(type(snapshot.state)).topic, self._encode(snapshot.state)

    def decode_snapshot(self, topic: str, version: int, state: bytes) -> Snapshot | None:
        """Return the snapshot, None if it was taken of another schema: it is cheaper to fold again than to upcast."""
        try:
            named, stored = self.names.resolve(topic)
            if stored == named.version:
                return Snapshot(version, msgspec.json.decode(state, type=named.cls))
        except (UnknownName, UnsupportedVersion, msgspec.ValidationError):
            return None
        return None

    def _learn(self, cls: type[Any]) -> tuple[str, bool]:
        self._topics[cls] = self.names.of(cls).topic, holds_floats(cls)
        return self._topics[cls]

    def _verify(self, fact: Fact, topic: str, state: bytes) -> None:
        """JSON has no NaN: msgspec writes null, which would be unreadable for ever, or None where None is allowed."""
        try:
            intact = self._decoders[topic](state).data == fact.event
        except msgspec.ValidationError:
            intact = False
        if not intact:
            raise ValueError(f"{topic} {fact.metadata.event_id}: a number is not finite")


def _metadata(stored: StoredState[Any]) -> Metadata:
    envelope = None if stored.env is None else opened_envelope(stored.env)
    return Metadata(stored.id, stored.at, stored.known, stored.intake, envelope)
