"""Raw Snowplow: what trackers sent, one request body (`payload_data`) or one event per line."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from attrs import frozen

from adapters.sources.files import Sent
from adapters.sources.jsonl import JsonLines
from application.intake import wire
from domain.taxonomy.dialects.snowplow.decoding import unpacked
from domain.taxonomy.refusal import Refused
from domain.taxonomy.source import Declaration

_DECLARATION = Declaration(name="snowplow_archive", clock="backfill", dialect="snowplow")


class _Payload(msgspec.Struct):
    data: list[msgspec.Raw]


@frozen
class Snowplow:
    """Each event is sent by itself, its packed parts unpacked as the door does it; a bad line as it stands."""

    declarations: tuple[Declaration, ...] = (_DECLARATION,)

    def total(self, path: Path) -> int | None:
        return None if JsonLines(_DECLARATION).total(path) is None else sum(1 for _ in self.events(path))

    def events(self, path: Path) -> Iterator[Sent]:
        for line in JsonLines(_DECLARATION).events(path):
            for body in _events(line.body):
                yield Sent(_DECLARATION.name, _unpacked(body))


def _events(line: bytes) -> Sequence[bytes]:
    try:
        return [bytes(one) for one in msgspec.json.decode(line, type=_Payload).data]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [line]


def _unpacked(body: bytes) -> bytes:
    try:
        sent = wire.decode(body)
    except Refused:
        return body
    found = unpacked(sent, wire.decode) if isinstance(sent, dict) else sent
    return body if found is sent else wire.encode(found)
