"""What customers told of themselves, read from the sealed messages themselves: in memory only, and stored nowhere.

Whose key was destroyed tells nothing any more, so erasure needs to know nothing of this.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from application.identity.traits import telling, traits_of
from application.intake import wire
from application.intake.deposit import seal_context
from application.intake.reading import Reader
from application.intake.releasing import RELEASES
from application.projections.runner import Progressed
from domain.taxonomy.refusal import Refused
from domain.taxonomy.source import Declaration
from ports.intake import Arrival, IntakeLog, IntakeRecord
from ports.linkage import Profile
from ports.vault import Identifier, Keyring, Vault

#: Kinds of identifier that stand for a person who may have told something, strongest first.
OF_PEOPLE = ("account", "loyalty", "email")
_PAGE = 5_000


@frozen
class _Told:
    """What one message told of whom."""

    at: datetime
    position: int
    about: str
    fields: Mapping[str, str]


@frozen
class Profiles:
    """Reads only. Walks the intake log once; opens what is sealed for an account, a loyalty card or an address."""

    tenant: str
    intake: IntakeLog
    vault: Vault
    keyring: Keyring
    sources: Mapping[str, Declaration]
    reader: Reader

    def read(self, progressed: Progressed = lambda _at, _head: None) -> Sequence[Profile]:
        """Return a profile for each customer who told something, by key, which is the surrogate of who it is.

        Of what was told twice the newest holds. What is refused today tells nothing.
        """
        told: list[_Told] = []
        after, head = 0, self.intake.head()
        while after < head and (page := self.intake.follow(after=after, limit=_PAGE)):
            told.extend(self._told([one for one in page if _of_somebody(one.arrival)]))
            after = page[-1].position
            progressed(min(after, head), head)
        fields: dict[str, dict[str, str]] = {}
        for one in sorted(told, key=lambda one: (one.at, one.position)):
            fields.setdefault(one.about, {}).update(one.fields)
        return [Profile(key, **fields[key]) for key in sorted(fields)]

    def _told(self, records: Sequence[IntakeRecord]) -> Iterator[_Told]:
        arrivals = [one.arrival for one in records]
        contexts = [seal_context(self.tenant, one.source, one.source_event_id) for one in arrivals]
        bodies = self.keyring.unseal([one.key_id for one in arrivals], [one.sealed for one in arrivals], contexts)
        for record, body in zip(records, bodies, strict=True):
            if body is not None and telling(body) and (one := self._read(record, body)) is not None:
                yield one

    def _read(self, record: IntakeRecord, body: bytes) -> _Told | None:
        arrival = record.arrival
        try:
            sent = wire.decode(body)
            source = self.sources.get(arrival.source)
            first = self.reader.understand(sent, source, arrival.received_at, arrival.source_event_id)[0]
        except Refused:
            return None
        fields = traits_of(sent)
        about = self._about(first.who)
        if not fields or about is None:
            return None
        named = {one.kind: one.value for one in first.who if one.kind in {"email", "phone"}}
        return _Told(first.canonical.occurred_at, record.position, about, {**fields, **named})

    def _about(self, who: Sequence[Identifier]) -> str | None:
        strongest = next((one for one in who if one.kind in OF_PEOPLE), None)
        return None if strongest is None else self.vault.find(strongest)


def _of_somebody(arrival: Arrival) -> bool:
    """A body that conflicts with another waits in the quarantine; the key that seals one says of whom it is."""
    return arrival.source != RELEASES and not arrival.refusal and arrival.key_id.partition(":")[0] in OF_PEOPLE
