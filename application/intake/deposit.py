"""Puts what was examined into the intake log: sealed under keys of whom it is about and of the day, once, durably.

Many batches at a time: looking up who somebody is, sealing and storing cost one statement each, however many there are.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from attrs import Factory, evolve, frozen

from application.collection import collection_paused
from application.intake.key_ids import body_key
from application.intake.recognition import ERASED, NobodyErased, Recognition, Told
from domain.taxonomy.refusal import Reason, Refused
from ports.intake import Arrival, Receipt
from ports.suppression import Suppression
from ports.vault import Identifier, Keyring, Vault

CONFLICT = Refused(Reason.DUPLICATE_CONFLICT, "event_id", "this id was used before for another body; both are kept")


#: What only the door can know, as it is stored.
REFUSED_HERE: Mapping[str, Refused] = {one.reason.value: one for one in (CONFLICT, ERASED)}


@frozen
class Unsealed:
    """`about`: the strongest identifier of whom it is about, None where nobody is named.

    `essence`: what makes it the same message when it is sent again, the body without what only its sending is about.
    `told`: when it happened, and everybody it names; None where that could not be read, and then it is of now.
    """

    source: str
    source_event_id: str
    received_at: datetime
    body: bytes
    essence: bytes
    about: Identifier | None
    told: Told | None = None


@frozen
class Deposited:
    """`refused`: why it will not count, as only the door can know; `receipt` is that of what was kept of it."""

    receipt: Receipt
    refused: Refused | None = None


@frozen
class Deposit:
    """`append` stores arrivals durably, as an `IntakeLog`'s does."""

    tenant: str
    vault: Vault
    keyring: Keyring
    append: Callable[[Sequence[Arrival]], Sequence[Receipt]]
    suppression: Suppression = Factory(NobodyErased)

    def __call__(self, items: Sequence[Unsealed]) -> Sequence[Deposited]:
        """Store items in order; return what became of each. Idempotent by source and id; durable on return."""
        with collection_paused():
            arrivals = self._seal(items)
        receipts = self.append(arrivals)
        refusals = [REFUSED_HERE.get(one.refusal) for one in arrivals]
        found = [Deposited(receipt, refused) for receipt, refused in zip(receipts, refusals, strict=True)]
        conflicting = [place for place, receipt in enumerate(receipts) if receipt.outcome == "conflict"]
        if conflicting:
            kept = self.append([_beside(arrivals[place]) for place in conflicting])
            for place, receipt in zip(conflicting, kept, strict=True):
                found[place] = Deposited(receipt, CONFLICT)
        return found

    def _seal(self, items: Sequence[Unsealed]) -> list[Arrival]:
        """Seal each body under the keys of its strongest identifier and of the day: see `key_ids`."""
        recognition = Recognition(self.vault, self.suppression)
        surrogates, late = recognition.surrogates([_told(one) for one in items])
        items = [_emptied(one) if gone else one for one, gone in zip(items, late, strict=True)]
        key_ids = [body_key(None if one.about is None else surrogates[one.about], one.received_at) for one in items]
        contexts = [seal_context(self.tenant, one.source, one.source_event_id) for one in items]
        bodies = [one.body for one in items]
        sealed = self.keyring.seal(key_ids, bodies, contexts)
        prints = self.keyring.fingerprint([one.essence for one in items])
        return [
            Arrival(one.source, one.source_event_id, one.received_at, key_id, box, print_, ERASED.reason.value * gone)
            for one, key_id, box, print_, gone in zip(items, key_ids, sealed, prints, late, strict=True)
        ]


def seal_context(tenant: str, source: str, source_event_id: str) -> bytes:
    """Return what a sealed body is bound to: it opens in its own place only."""
    return f"{tenant}\0{source}\0{source_event_id}".encode()


def _beside(arrival: Arrival) -> Arrival:
    """Name a conflicting body after its fingerprint too; it stays sealed for the id that it was sent with."""
    name = f"{arrival.source_event_id}!{arrival.fingerprint.hex()}"
    return evolve(arrival, source_event_id=name, refusal=CONFLICT.reason.value)


def sealed_id(arrival: Arrival) -> str:
    """Return the id that the body was sealed for."""
    beside = arrival.refusal == CONFLICT.reason.value
    return arrival.source_event_id.rpartition("!")[0] if beside else arrival.source_event_id


def _told(one: Unsealed) -> Told:
    wanted = () if one.about is None else (one.about,)
    told = one.told or Told(one.received_at, wanted)
    return evolve(told, wanted=wanted)


def _emptied(one: Unsealed) -> Unsealed:
    """It has been here: that is all that is kept."""
    return evolve(one, body=b"", about=None)
