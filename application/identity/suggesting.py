"""Suggests who may be one person, and on request records the suggestions. No resolver reads them: people decide."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from application.identity.profiles import Profiles
from application.projections.identity import IDENTIFIERS
from application.projections.rows import View
from application.projections.runner import Progressed
from application.streams import decide
from domain.identity import suggestion
from domain.kernel import tenant_namespace
from ports.clock import Clock, Ids
from ports.event_log import EventLog, Metadata, ReadModels, stream_name
from ports.linkage import Linkage, Profile


@frozen
class Proposal:
    """Two identifiers, `a` < `b`, and the persons that they are of, in that order. See `ports.linkage.Suggestion`."""

    a: str
    b: str
    persons: tuple[str, str]
    probability: float
    evidence: tuple[str, ...]


@frozen
class Suggesting:
    tenant: str
    profiles: Profiles
    linkage: Linkage
    log: EventLog
    read_models: ReadModels
    clock: Clock
    ids: Ids

    def proposals(self, at_least: float, progressed: Progressed = lambda _at, _head: None) -> Sequence[Proposal]:
        """Return whose profiles speak for one person, two persons at most once, the most probable first.

        Those who are one person already are left out, and so is who was blocked or never got beyond the quarantine.
        Errors: those of `Linkage.suggest`.
        """
        told = self.profiles.read(progressed)
        person_of = self._persons(told)
        suggested = self.linkage.suggest([one for one in told if one.key in person_of], at_least)
        best: dict[frozenset[str], Proposal] = {}
        for one in suggested:
            persons = person_of[one.a], person_of[one.b]
            if persons[0] != persons[1]:
                best.setdefault(frozenset(persons), Proposal(one.a, one.b, persons, one.probability, one.evidence))
        return list(best.values())

    def record(self, proposals: Sequence[Proposal]) -> int:
        """Record each as a fact of its own stream; return how many are news. Idempotent."""
        return sum(self._is_news(one) for one in proposals)

    def _persons(self, profiles: Sequence[Profile]) -> Mapping[str, str]:
        rows = View(self.read_models, "identity").get(IDENTIFIERS, [one.key for one in profiles])
        return {surrogate: row.person for surrogate, row in rows.items() if row.person is not None}

    def _is_news(self, one: Proposal) -> bool:
        key = suggestion.suggestion_id(tenant_namespace(self.tenant), one.a, one.b)
        now = self.clock.now()
        events = decide(
            self.log,
            suggestion.DECIDER,
            stream_name(self.tenant, suggestion.DECIDER.category, key),
            lambda state: suggestion.suggest(
                state,
                a=one.a,
                b=one.b,
                probability=one.probability,
                evidence=one.evidence,
                model_version=self.linkage.version,
                suggested_at=now,
            ),
            lambda: Metadata(self.ids.new(), now, now),
        )
        return bool(events)
