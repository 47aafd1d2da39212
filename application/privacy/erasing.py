"""To erase a person: keys and values are destroyed, what was derived goes, and nothing of it can come back.

The order is an entry of the intake log (see `application.intake.forgetting`). Carrying it out has five steps, each of
which may be done twice: the papers that only the vault knows are written down, whom nothing may be known of is too, the
keys are destroyed, the vault forgets, and `identity.person_forgotten` is recorded, on which every read model drops its
rows. A process that dies in between leaves the order where it is.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from attrs import frozen

from application.intake.canonicaliser import FOLLOWER
from application.intake.forgetting import Keep, erasure
from application.privacy.belongings import Belongings, SharedByOthers, belongings_of
from application.projections.identity import FORGOTTEN
from application.projections.rows import View
from application.projections.runner import Projection, ProjectionRunner
from application.streams import load
from domain import order
from domain.identity import identifier, person
from ports.artifacts import Releases
from ports.clock import Clock
from ports.event_log import EventLog, ReadModels, stream_name
from ports.intake import IntakeLog
from ports.suppression import Suppression
from ports.vault import Erased, Identifier, Keyring, Vault


@frozen
class Erasing:
    """`projections`: those that say what is whose; they are brought up to date before anybody is erased.

    `sweeps`: how what was deleted leaves the disk.
    """

    tenant: str
    intake: IntakeLog
    log: EventLog
    read_models: ReadModels
    vault: Vault
    keyring: Keyring
    suppression: Suppression
    runner: ProjectionRunner
    projections: Sequence[Projection]
    clock: Clock
    sweeps: Sequence[Callable[[], None]] = ()

    def order(self, surrogate: str) -> int:
        """Order the erasure of whoever an identifier is of; return the position of the order.

        Idempotent: of one identifier one order waits. Any worker carries it out. One that came to nothing, because
        others had come to use the identifier, is in nobody's way. Errors: `SharedByOthers`, and `LookupError` for an
        identifier that was erased, as far as that is known yet.
        """
        belongings_of(self.read_models, surrogate)
        (fingerprint,) = self.keyring.fingerprint([surrogate.encode()])
        at, carried_out = self.clock.now(), self.log.position(FOLLOWER)
        (receipt,) = self.intake.append([erasure(surrogate, at, fingerprint)])
        while receipt.outcome == "duplicate" and receipt.position <= carried_out:
            (receipt,) = self.intake.append([erasure(surrogate, at, fingerprint, after=receipt.position)])
        return receipt.position

    def carry_out(self, surrogate: str, at: datetime, keep: Keep) -> person.PersonForgotten:
        """Destroy what is of the person, as of now; return what is to be recorded of it. May be called again.

        The vault names a paper once: `keep` holds on to it for whoever has to begin anew.
        """
        self.runner.catch_up(self.projections)
        theirs = self._theirs(surrogate)
        papers = keep([found for one in theirs.papers if (found := self.vault.find(one)) is not None])
        surrogates = (*theirs.identifiers, *papers)
        self.suppression.add((*self._values(theirs.identifiers), *theirs.papers), at)
        self.keyring.destroy(surrogates)
        self.vault.forget(surrogates)
        return person.PersonForgotten(
            theirs.person,
            theirs.identifiers,
            at,
            sessions=theirs.sessions,
            orders=theirs.orders,
            claims=self._claims(theirs.orders),
            slates=theirs.slates,
            papers=tuple(papers),
            carriers=theirs.carriers,
        )

    def repeat(self) -> int:
        """Destroy once more what was erased, after an old backup of the keys was restored; return how many people.

        What the log says was forgotten is the list. Idempotent.
        """
        persons = {who for _, who in View(self.read_models, "identity").all(FORGOTTEN)}
        for who in sorted(persons):
            for one in _forgotten(self.log, self.tenant, who):
                surrogates = (*one.identifiers, *one.papers)
                self.suppression.add(self._values(surrogates), one.forgotten_at)
                self.keyring.destroy(surrogates)
                self.vault.forget(surrogates)
        return len(persons)

    def sweep(self) -> None:
        """Have what was deleted leave the disk, once everybody is erased who is to be. May be done again."""
        for each in self.sweeps:
            each()

    def _theirs(self, surrogate: str) -> Belongings:
        """An identifier that others have come to use since it was ordered away is left to them."""
        try:
            return belongings_of(self.read_models, surrogate)
        except (LookupError, SharedByOthers):
            return Belongings(surrogate, ())

    def _values(self, surrogates: Sequence[str]) -> Sequence[Identifier]:
        """What cannot be told any more was suppressed before its key was destroyed."""
        found = []
        for one in surrogates:
            try:
                found.append(self.vault.reveal(one))
            except (KeyError, Erased):
                continue
        return found

    def _claims(self, orders: Sequence[str]) -> tuple[str, ...]:
        streams = [stream_name(self.tenant, order.DECIDER.category, one) for one in orders]
        states = [load(self.log, order.DECIDER, one)[1] for one in streams]
        return tuple(sorted({key for state in states for key in state.allocations}))


def forgotten_as(read_models: ReadModels, log: EventLog, tenant: str, surrogate: str) -> person.PersonForgotten | None:
    """Return what was recorded when an identifier was erased, None if it was not."""
    who = View(read_models, "identity").one(FORGOTTEN, surrogate)
    if who is None:
        return None
    return next((one for one in _forgotten(log, tenant, who) if surrogate in one.identifiers), None)


def _forgotten(log: EventLog, tenant: str, who: str) -> Sequence[person.PersonForgotten]:
    """Return what was forgotten of a person: more than once where identifiers stayed with it at first."""
    recorded = [one.event for one in log.read(stream_name(tenant, person.DECIDER.category, who))]
    return [one for one in recorded if isinstance(one, person.PersonForgotten)]


def models_that_saw(releases: Releases, log: EventLog, tenant: str, forgotten: person.PersonForgotten) -> Sequence[str]:
    """Return the ids of the releases that learned from a log with this person in it and not yet erased, oldest first.

    What was learned is weights over everybody; whoever must be sure takes these releases back and learns again.
    """
    streams = [stream_name(tenant, identifier.DECIDER.category, one) for one in forgotten.identifiers]
    first = min((found[0].position for one in streams if (found := log.read(one))), default=None)
    if first is None:
        return ()
    told = log.read(stream_name(tenant, person.DECIDER.category, forgotten.person))
    gone = next(one.position for one in told if one.event == forgotten)
    return [one.release_id for one in releases.list() if one.data_from < gone and first <= one.data_to < gone]
