"""Sources declare themselves at start; what they declared is recorded before their first event is read."""

from collections.abc import Mapping
from functools import partial

from application.streams import decide
from domain.taxonomy import source
from domain.taxonomy.source import Declaration
from ports.clock import Clock, Ids
from ports.event_log import EventLog, Metadata, stream_name


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
