"""Writes down what one event says: who, in which session, which order, which decision about their data."""

from collections.abc import Mapping
from hashlib import blake2s

from attrs import Factory, define, evolve, frozen

from application.intake.enrichment import Enrichment
from application.intake.people import Acquaintance, visitor_of
from application.intake.reading import Understood
from application.intake.visiting import SUBJECTS, Subject, Visiting
from application.pending import Pending
from application.projections.rows import Rows
from domain.identity import consent
from domain.session.facts import AgentObserved, Fact
from domain.taxonomy.interpret import Canonical
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Authority
from ports.clock import Ids
from ports.event_log import Metadata


@frozen
class _Said:
    """One canonical event with the surrogates of who it is about (kind -> surrogate)."""

    canonical: Canonical
    who: Mapping[str, str]
    metadata: Metadata
    #: Without the envelope, for the decisions that follow from the event and are not it.
    bare: Metadata


@define
class Recording:
    pending: Pending
    rows: Rows
    ids: Ids
    visiting: Visiting
    acquaintance: Acquaintance
    enrichment: Enrichment
    #: what the persons behind the identifiers of a batch have taken back, as far as the read models know
    withdrawn: Mapping[str, frozenset[str]] = Factory(dict)

    def record(self, understood: Understood, who: Mapping[str, str], position: int, authority: Authority) -> None:
        """Take every decision that an event asks for. Raises `Refused` for what somebody has forbidden since."""
        canonical = understood.canonical
        subjects = {surrogate: self.rows.get(SUBJECTS, surrogate) for surrogate in who.values()}
        self._allowed(canonical, subjects)
        said = self._said(canonical, who, position, subjects)
        changed = {surrogate: Subject() for surrogate, known in subjects.items() if known is None}
        about_nothing_else = understood.fact is None and understood.handler is None
        self.acquaintance.meet(
            who,
            list(changed),
            authority,
            said.metadata if about_nothing_else else said.bare,
            kiosk=canonical.context.device_type == "kiosk",
        )
        if understood.handler is not None:
            understood.handler(self.pending, canonical, who, said.metadata)
        elif canonical.name in _DECISIONS:
            changed |= self._decided(said, subjects)
        elif understood.fact is not None:
            visitor = visitor_of(who)
            changed[visitor] = self._visit(said, understood.fact, visitor)
        for surrogate, subject in changed.items():
            self.rows.put(SUBJECTS, surrogate, subject)

    def _allowed(self, canonical: Canonical, subjects: Mapping[str, Subject | None]) -> None:
        if canonical.transactional or canonical.name in _DECISIONS:
            return
        if self._taken_back("analytics", subjects):
            raise Refused(Reason.CONSENT_REQUIRED, "consent.analytics", "withdrawn, and not granted again since")

    def _taken_back(self, purpose: str, subjects: Mapping[str, Subject | None]) -> bool:
        """Ask what was decided under these identifiers, and under any other of the same person."""
        return any(
            (known is not None and purpose in known.withdrawn) or purpose in self.withdrawn.get(one, ())
            for one, known in subjects.items()
        )

    def _said(
        self, canonical: Canonical, who: Mapping[str, str], position: int, subjects: Mapping[str, Subject | None]
    ) -> _Said:
        envelope = evolve(canonical.envelope, subject=who)
        if "geo" in envelope.context and self._taken_back("geo", subjects):
            kept = {name: value for name, value in envelope.context.items() if name != "geo"}
            envelope = evolve(envelope, context=kept, marks=(*envelope.marks, "geo_stripped"))
        context = self.enrichment.context(envelope, canonical.occurred_at)
        if context is not envelope.context:
            envelope = evolve(envelope, context=context)
        at, known = canonical.occurred_at, canonical.known_at
        event_id = self.ids.new()
        return _Said(
            canonical, who, Metadata(event_id, at, known, position, envelope), Metadata(event_id, at, known, position)
        )

    def _visit(self, said: _Said, fact: Fact, visitor: str) -> Subject:
        """Record the fact, and before it by which program it came, where that is another one than last time."""
        context = said.canonical.context
        facts, known, mark = [fact], self.rows.get(SUBJECTS, visitor), ""
        if context.user_agent is not None or context.automated:
            agent = AgentObserved(fact.occurred_at, context.user_agent or "", context.automated)
            mark = blake2s(f"{agent.user_agent}\0{agent.automated}".encode(), digest_size=6).hexdigest()
            if known is None or known.agent != mark:
                facts.insert(0, agent)
        subject = self.visiting.record(
            facts,
            said.metadata,
            said.bare,
            visitor=visitor,
            account=said.who.get("account"),
            channel=said.canonical.envelope.channel,
            device_type=context.device_type,
        )
        return evolve(subject, agent=mark) if mark else subject

    def _decided(self, said: _Said, subjects: Mapping[str, Subject | None]) -> Mapping[str, Subject]:
        """Record a decision about somebody's data under every identifier that it came with."""
        changed = {}
        for identifier, known in subjects.items():
            state = self.pending.state(consent.DECIDER, identifier)
            if said.canonical.name == "consent_changed":
                answers = {
                    purpose: answer
                    for purpose, answer in said.canonical.fields.items()
                    if purpose != "policy_version" and answer != "unknown"
                }
                self._granted(identifier, answers)
                version = said.canonical.fields.get("policy_version", "")
                given = consent.ConsentChanged(identifier, answers, said.canonical.occurred_at, version)
                events = consent.change(state, given)
            else:
                wish = consent.ErasureRequested(identifier, said.canonical.occurred_at)
                events = consent.request_erasure(state, wish)
            self.pending.take(consent.DECIDER, identifier, events, said.metadata)
            withdrawn = self.pending.state(consent.DECIDER, identifier).withdrawn
            changed[identifier] = evolve(known or Subject(), withdrawn=tuple(sorted(withdrawn)))
        return changed

    def _granted(self, identifier: str, answers: Mapping[str, str]) -> None:
        """What is granted within a batch counts from there on: the read models hear of it after the batch."""
        granted = {purpose for purpose, answer in answers.items() if answer == "granted"}
        if granted & self.withdrawn.get(identifier, frozenset()):
            self.withdrawn = {**self.withdrawn, identifier: self.withdrawn[identifier] - granted}


_DECISIONS = frozenset(["consent_changed", "erasure_requested"])
