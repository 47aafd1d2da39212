"""Sources declare themselves at start; what they declared is recorded before their first event is read."""

from collections.abc import Mapping
from functools import partial

from application.streams import decide
from domain.taxonomy import adoption as aliases_of
from domain.taxonomy import source
from domain.taxonomy.known import OURS, KnownEvents
from domain.taxonomy.source import Declaration
from domain.taxonomy.vocabulary import Aliases, Vocabulary
from ports.clock import Clock, Ids
from ports.event_log import EventLog, Metadata, stream_name


def adopt(log: EventLog, tenant: str, own: Aliases, clock: Clock, ids: Ids, *, known: KnownEvents = OURS) -> Vocabulary:
    """Record the tenant's own aliases where they are new; return the vocabulary that holds from now on."""
    meant = Vocabulary(own=own, known=known)
    stream = stream_name(tenant, aliases_of.DECIDER.category, tenant)

    def metadata() -> Metadata:
        now = clock.now()
        return Metadata(ids.new(), now, now)

    decide(log, aliases_of.DECIDER, stream, partial(aliases_of.adopt, own=meant.names), metadata)
    return meant


def register(
    log: EventLog, tenant: str, declared: Mapping[str, Declaration], clock: Clock, ids: Ids
) -> Mapping[str, Declaration]:
    """Record new and changed declarations; return them all by name. The same ones again write nothing."""

    def metadata() -> Metadata:
        now = clock.now()
        return Metadata(ids.new(), now, now)

    for name, declaration in sorted(declared.items()):
        stream = stream_name(tenant, source.DECIDER.category, name)
        decide(log, source.DECIDER, stream, partial(source.declare, declaration=declaration), metadata)
    return dict(declared)
