"""Everything that is known of one person as one JSON document, `docs/reference/export.md`, and nothing of others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from math import isinf
from typing import Any

import msgspec
from attrs import frozen

from application.identity.attribution import is_bound
from application.identity.graph import Graph, Tie, Turn, graph_of
from application.intake.deposit import seal_context, sealed_id
from application.intake.forgetting import ERASURES
from application.intake.key_ids import subject_of
from application.privacy.belongings import Belongings, belongings_of
from application.projections import bulk, clicks, traffic
from application.projections.consents import withdrawn
from application.projections.quarantine import QUARANTINED, QuarantineProjection, key_of
from application.projections.rows import View
from application.projections.traces import SUGGESTED, TracesProjection
from application.serving.customer_features import features_of
from domain import order
from domain.identity import consent, identifier
from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy
from domain.names import Names
from domain.returns import maturity, routes
from domain.session import session
from domain.slate import slate
from ports.clock import Clock
from ports.event_log import EventLog, ReadModels, Recorded, stream_name
from ports.intake import IntakeLog, IntakeRecord
from ports.vault import Erased, Keyring, Vault

FORMAT = "haberdasher.export/1"
_PAGE = 5_000


@frozen
class Exporting:
    """Reads only. `names`: the stored names of events."""

    tenant: str
    intake: IntakeLog
    log: EventLog
    read_models: ReadModels
    vault: Vault
    keyring: Keyring
    names: Names
    clock: Clock
    policy: IdentityPolicy = DEFAULT_POLICY

    def export(self, surrogate: str) -> Mapping[str, Any]:
        """Return the document about whoever an identifier is of, as of the position of the projections.

        Walks the whole intake log once. Errors: `SharedByOthers`; `LookupError` for who was erased.
        """
        theirs, now = belongings_of(self.read_models, surrogate), self.clock.now()
        sessions = self._streams(session.DECIDER.category, theirs.sessions)
        orders = {one: self._told(self._of_order(one)) for one in theirs.orders}
        papers = set(filter(None, map(self.vault.find, theirs.papers)))
        own = frozenset(theirs.identifiers)
        known = theirs.identifiers[0]
        try:
            graph = graph_of(self.read_models, self.log, self.tenant, known, self.policy)
        except LookupError:  # it came only with what waits in the quarantine
            graph = None
        return {
            "format": FORMAT,
            "exported_at": now.isoformat(),
            "person": theirs.person,
            "identifiers": [self._identifier(one, graph) for one in (*theirs.identifiers, *theirs.shared)],
            "links": [_link(one, own | set(theirs.shared)) for one in (graph.ties if graph else ()) if _ours(one, own)],
            "history": [_turn(one, own) for one in (graph.history if graph else ()) if _concerns(one, own)],
            "consents": {
                "withdrawn": sorted(withdrawn(self.read_models, theirs.identifiers)),
                "facts": self._facts(consent.DECIDER.category, theirs.identifiers),
            },
            "received": list(self._received(own | papers, [*sessions.values(), *orders.values()])),
            "sightings": self._facts(identifier.DECIDER.category, theirs.identifiers),
            "sessions": sessions,
            "orders": orders,
            "followed": {one: self._told([f"{self.tenant}/{one}"]) for one in theirs.streams},
            "suggestions": self._suggested(own),
            "slates": self._streams(slate.DECIDER.category, self._shown(theirs)),
            "features": self._features(known, now) if graph else {},
            "noise": self._noise(theirs),
        }

    def _identifier(self, surrogate: str, graph: Graph | None) -> Mapping[str, Any]:
        member = next((one for one in graph.members if one.surrogate == surrogate), None) if graph else None
        try:
            value = self.vault.reveal(surrogate).value
        except (KeyError, Erased):
            value = None
        return {
            "surrogate": surrogate,
            "kind": surrogate.partition(":")[0],
            "value": value,
            "first_seen": member.first_seen.isoformat() if member else None,
            "shared": member.shared if member else False,
            "blocked": member.blocked if member else "",
        }

    def _received(
        self, own: frozenset[str], told: Sequence[Sequence[Mapping[str, Any]]]
    ) -> Iterator[Mapping[str, Any]]:
        """Yield what was sent and is sealed for this person, as it was sent but for what the door took out.

        Of what came with a session token alone, only what is told in one of the person's sessions or orders: tokens are
        used again.
        """
        # A decision on a session stands under the arrival that caused it, which may be somebody else's: no envelope.
        recorded = {fact["received"] for facts in told for fact in facts if fact["envelope"]}
        after = 0
        while page := self.intake.follow(after=after, limit=_PAGE):
            after = page[-1].position
            theirs = [
                one
                for one in page
                if one.arrival.source != ERASURES
                and (subject := subject_of(one.arrival.key_id)) in own
                and (not is_bound(subject or "") or one.position in recorded)
            ]
            arrivals = [one.arrival for one in theirs]
            contexts = [seal_context(self.tenant, one.source, sealed_id(one)) for one in arrivals]
            bodies = self.keyring.unseal([one.key_id for one in arrivals], [one.sealed for one in arrivals], contexts)
            waiting = View(self.read_models, QuarantineProjection.name).get(
                QUARANTINED, (key_of(one.position) for one in theirs)
            )
            for record, body in zip(theirs, bodies, strict=True):
                row = waiting.get(key_of(record.position))
                yield _arrival(record, body, row.reason if row and row.released_at is None else None)

    def _streams(self, category: str, keys: Iterable[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        return {one: self._facts(category, [one]) for one in keys}

    def _facts(self, category: str, keys: Iterable[str]) -> Sequence[Mapping[str, Any]]:
        return self._told(stream_name(self.tenant, category, one) for one in keys)

    def _told(self, streams: Iterable[str]) -> Sequence[Mapping[str, Any]]:
        recorded = [one for stream in streams for one in self.log.read(stream)]
        return [self._fact(one) for one in sorted(recorded, key=lambda one: one.position)]

    def _of_order(self, order_id: str) -> Sequence[str]:
        categories = (order.DECIDER.category, routes.DECIDER.category, maturity.DECIDER.category)
        return [stream_name(self.tenant, one, order_id) for one in categories]

    def _suggested(self, own: frozenset[str]) -> Sequence[Mapping[str, Any]]:
        """Whom somebody may be one with is nobody else's business: the other end is not named."""
        found = View(self.read_models, TracesProjection.name).get(SUGGESTED, own)
        facts = self._told(f"{self.tenant}/{one}" for one in sorted({key for keys in found.values() for key in keys}))
        return [
            {**one, "data": {**one["data"], **{end: _own(one["data"][end], own) for end in ("a", "b")}}}
            for one in facts
        ]

    def _fact(self, recorded: Recorded) -> Mapping[str, Any]:
        metadata = recorded.metadata
        return {
            "position": recorded.position,
            "event": self.names.of(type(recorded.event)).name,
            "occurred_at": metadata.occurred_at.isoformat(),
            "known_at": metadata.known_at.isoformat(),
            "received": metadata.intake_position,
            "data": msgspec.to_builtins(recorded.event),
            "envelope": msgspec.to_builtins(metadata.envelope),
        }

    def _shown(self, theirs: Belongings) -> Sequence[str]:
        """Return the slates that are on record as theirs: a list of another system has the labels of whoever saw it."""
        found = []
        for one in theirs.slates:
            told = self.log.read(stream_name(self.tenant, slate.DECIDER.category, one))
            served = next((each.event for each in told if isinstance(each.event, slate.SlateServed)), None)
            if served is not None and set(served.identifiers) & set(theirs.identifiers):
                found.append(one)
        return found

    def _features(self, surrogate: str, now: datetime) -> Mapping[str, Any]:
        values = features_of(self.read_models, surrogate, at=now.timestamp())
        return {name: None if isinstance(value, float) and isinf(value) else value for name, value in values.items()}

    def _noise(self, theirs: Belongings) -> Mapping[str, Any]:
        """Return the marks: who is taken for a machine, touches and sessions that do not count, orders in bulk."""
        looks, visits = View(self.read_models, clicks.ClicksProjection.name), View(self.read_models, "traffic")
        orders = View(self.read_models, bulk.BulkProjection.name)
        return {
            "visitors": msgspec.to_builtins(visits.get(traffic.MARKED, theirs.identifiers)),
            "slips": msgspec.to_builtins(looks.get(clicks.SLIPS, theirs.sessions)),
            "bounces": sorted(looks.get(clicks.BOUNCES, theirs.sessions)),
            "orders": msgspec.to_builtins(orders.get(bulk.BULK, theirs.orders)),
        }


def _arrival(record: IntakeRecord, body: bytes | None, reason: str | None) -> Mapping[str, Any]:
    return {
        "position": record.position,
        "source": record.arrival.source,
        "event_id": record.arrival.source_event_id,
        "received_at": record.arrival.received_at.isoformat(),
        "body": None if body is None else body.decode("utf-8", "backslashreplace"),
        "waits": reason,
    }


def _ours(tie: Tie, own: frozenset[str]) -> bool:
    return not own.isdisjoint({tie.link.a, tie.link.b})


def _link(tie: Tie, own: Iterable[str]) -> Mapping[str, Any]:
    """An end that is not this person's is somebody else's, and nothing is said of it."""
    known = frozenset(own)
    return {
        "kind": tie.link.kind,
        "between": [_own(one, known) for one in (tie.link.a, tie.link.b)],
        "occurred_at": tie.link.occurred_at.isoformat(),
        "strength": tie.strength,
        "state": tie.state,
        "reason": tie.reason,
        "retracted_at": tie.retracted_at.isoformat() if tie.retracted_at else None,
    }


def _own(surrogate: str, own: frozenset[str]) -> str | None:
    return surrogate if surrogate in own else None


def _concerns(turn: Turn, own: frozenset[str]) -> bool:
    return not own.isdisjoint({turn.person, turn.other, *turn.identifiers})


def _turn(turn: Turn, own: frozenset[str]) -> Mapping[str, Any]:
    return {
        "at": turn.at.isoformat(),
        "what": turn.what,
        "persons": [_own(one, own) for one in (turn.person, turn.other)],
        "identifiers": [one for one in turn.identifiers if one in own],
        "cause": turn.cause,
    }
