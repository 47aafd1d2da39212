"""What became of every name that a vendor publishes, as rows of one table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from attrs import evolve, frozen

from application.intake import wire
from application.intake.reading import Reader
from domain.taxonomy.refusal import Refused
from domain.taxonomy.source import Authority, Declaration

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@frozen
class Coverage:
    """`becomes`: canonical names. Without any, `reason` and `detail` say why the name waits in the quarantine."""

    vendor: str
    name: str
    becomes: tuple[str, ...] = ()
    reason: str = ""
    detail: str = ""

    @property
    def mapped(self) -> bool:
        return bool(self.becomes)


def covered(vendor: str, name: str, message: Mapping[str, Any], dialect: str, reader: Reader | None = None) -> Coverage:
    """Read one message as the door would: as a client's first, then as a server's, whose word counts for money.

    Examples that give an amount without a currency mean US dollars, as their documentation says.
    """
    reader = reader or Reader()
    outcome = Coverage(vendor, name)
    authorities: tuple[Authority, ...] = ("client", "server")
    for authority in authorities:
        source = Declaration(name=dialect, dialect=dialect, authority=authority, currency="USD")
        try:
            parts = reader.understand(wire.decode(wire.encode(message)), source, NOW, "id-1")
        except Refused as refused:
            outcome = evolve(outcome, reason=refused.reason.value, detail=f"{refused.field}: {refused.detail}")
        else:
            return Coverage(vendor, name, tuple(dict.fromkeys(part.canonical.name for part in parts)))
    return outcome


#: (folder of event_schemas) -> a row for every name
Rows = Callable[[Any], Sequence[Coverage]]
