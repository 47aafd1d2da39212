"""Who was erased, and up to when nothing may be known of them: what comes late is told by it, and nobody is named."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ports.vault import Identifier


class Suppression(Protocol):
    """Keyed digests of erased identifiers, for one tenant, under a secret of their own: another pepper changes nothing.

    It is for ever, and says neither who was erased nor how many identifiers were one person's.
    """

    def add(self, identifiers: Sequence[Identifier], until: datetime) -> None:
        """Suppress everything that happened to these identifiers up to `until`, that instant included.

        Durable on return, and then seen by every process. Idempotent: the latest `until` of an identifier stands.
        """
        ...

    def until(self, identifiers: Sequence[Identifier]) -> Mapping[Identifier, datetime]:
        """Return, of those that were erased, up to when. Cheap while nobody was."""
        ...
