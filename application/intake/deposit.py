"""Puts what was examined into the intake log: sealed under the key of whom it is about, once, durably.

Many batches at a time: looking up who somebody is, sealing and storing cost one statement each, however many there are.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from attrs import evolve, frozen

from application.collection import collection_paused
from domain.taxonomy.refusal import Reason, Refused
from ports.intake import Arrival, Receipt
from ports.vault import Identifier, Keyring, Vault

CONFLICT = Refused(Reason.DUPLICATE_CONFLICT, "event_id", "this id was used before for another body; both are kept")


@frozen
class Unsealed:
    """`about`: the strongest identifier of whom it is about, None where nobody is named.

    `essence`: what makes it the same message when it is sent again, the body without what only its sending is about.
    """

    source: str
    source_event_id: str
    received_at: datetime
    body: bytes
    essence: bytes
    about: Identifier | None


@frozen
class Deposited:
    """`conflict`: another body had the id already; `receipt` is then that of this one, kept beside it."""

    receipt: Receipt
    conflict: bool = False


@frozen
class Deposit:
    """`append` stores arrivals durably, as an `IntakeLog`'s does."""

    tenant: str
    vault: Vault
    keyring: Keyring
    append: Callable[[Sequence[Arrival]], Sequence[Receipt]]

    def __call__(self, items: Sequence[Unsealed]) -> Sequence[Deposited]:
        """Store items in order; return what became of each. Idempotent by source and id; durable on return."""
        with collection_paused():
            arrivals = self._seal(items)
        receipts = self.append(arrivals)
        found = [Deposited(receipt) for receipt in receipts]
        conflicting = [place for place, receipt in enumerate(receipts) if receipt.outcome == "conflict"]
        if conflicting:
            kept = self.append([_beside(arrivals[place]) for place in conflicting])
            for place, receipt in zip(conflicting, kept, strict=True):
                found[place] = Deposited(receipt, conflict=True)
        return found

    def _seal(self, items: Sequence[Unsealed]) -> list[Arrival]:
        """Seal each body under the key of its strongest identifier, or of the day where nobody is named."""
        surrogates = self.vault.surrogates(list({one.about for one in items if one.about is not None}))
        key_ids = [
            f"epoch:{one.received_at.date().isoformat()}" if one.about is None else surrogates[one.about]
            for one in items
        ]
        contexts = [seal_context(self.tenant, one.source, one.source_event_id) for one in items]
        bodies = [one.body for one in items]
        sealed = self.keyring.seal(key_ids, bodies, contexts)
        prints = self.keyring.fingerprint([one.essence for one in items])
        return [
            Arrival(one.source, one.source_event_id, one.received_at, key_id, box, print_)
            for one, key_id, box, print_ in zip(items, key_ids, sealed, prints, strict=True)
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
    return arrival.source_event_id.rpartition("!")[0] if arrival.refusal else arrival.source_event_id
