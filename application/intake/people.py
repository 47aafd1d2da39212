"""What an event shows about who somebody is: identifiers seen, and links between those that came together."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from uuid import UUID

from attrs import define, field

from application.pending import Pending
from domain.identity import identifier, link
from domain.identity.kinds import BY_AUTHORITY, BY_SESSION, CARRIERS
from domain.kernel import tenant_namespace
from domain.taxonomy.source import Authority
from ports.event_log import Metadata


def visitor_of(who: Mapping[str, str]) -> str:
    """Return the surrogate by which sessions are kept."""
    return next(who[kind] for kind in BY_SESSION if kind in who)


def link_kind(one: str, other: str, authority: Authority) -> str:
    """Name the evidence that two kinds of identifier in one event are; its strength is policy."""
    pair = {one, other}
    if "session" in pair:
        return "same_session"
    if "account" in pair:
        return "order" if authority == "server" else "login"
    if "loyalty" in pair:
        return "loyalty_scan"
    return "same_device" if pair == {"device", "anonymous"} else "guest_checkout"


@define
class Acquaintance:
    """Records identifiers and links, each once. `first_seen` of an identifier moves only to an earlier time."""

    pending: Pending
    tenant: str
    _namespace: UUID = field(init=False)

    @_namespace.default
    def _make_namespace(self) -> UUID:
        return tenant_namespace(self.tenant)

    def meet(
        self,
        who: Mapping[str, str],
        unseen: Sequence[str],
        authority: Authority,
        metadata: Metadata,
        *,
        kiosk: bool = False,
    ) -> None:
        """Observe every identifier of an event and link those that came together.

        `who`: kind -> surrogate. `unseen`: surrogates of which no stream can exist yet, so none is read. A `kiosk` is
        everybody's: it is linked to nobody.
        """
        at = metadata.occurred_at
        for kind, surrogate in who.items():
            new = surrogate in unseen
            state = identifier.Identifier() if new else self.pending.state(identifier.DECIDER, surrogate)
            events = identifier.observe(state, surrogate, kind, at)
            self.pending.take(identifier.DECIDER, surrogate, events, metadata, new=new)
        personal = who.keys() - CARRIERS if kiosk else who.keys()
        for one, other in combinations(sorted(personal, key=BY_AUTHORITY.index), 2):
            kind = link_kind(one, other, authority)
            key = link.link_id(self._namespace, who[one], who[other], kind)
            known = self.pending.state(link.DECIDER, key)
            events_of_link = link.connect(
                known, a=who[one], b=who[other], kind=kind, occurred_at=at, evidence=metadata.event_id
            )
            self.pending.take(link.DECIDER, key, events_of_link, metadata)
