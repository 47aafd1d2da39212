"""Which canonical events a house takes in: ours, and those that extensions bring."""

from collections.abc import Mapping

from attrs import frozen

from domain.taxonomy.aliases import SERVER_ONLY
from domain.taxonomy.fields import Schema
from domain.taxonomy.schemas import SCHEMAS


@frozen
class KnownEvents:
    """`schemas`: by canonical name. `server_only`: facts of the shop's own systems, which no client may state."""

    schemas: Mapping[str, Schema] = SCHEMAS
    server_only: frozenset[str] = SERVER_ONLY


OURS = KnownEvents()
