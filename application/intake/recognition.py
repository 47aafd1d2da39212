"""Gives people their surrogates, except to what is told of somebody who was erased since: that stays nobody's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import Factory, frozen

from application.intake.reading import Understood
from domain.taxonomy.interpret import Canonical
from domain.taxonomy.refusal import Reason, Refused
from ports.suppression import Suppression
from ports.vault import Identifier, Vault

ERASED = Refused(Reason.SUBJECT_ERASED, "(event)", "it happened before somebody whom it names was erased")

#: Kinds of what stands for a person where nobody is named.
PAPERS = ("order", "return")
_LONGEST = 256


class NobodyErased:
    """The list of a house that never erases anybody."""

    def add(self, identifiers: Sequence[Identifier], until: datetime) -> None:
        """Refuse to pretend. Errors: `NotImplementedError`."""
        raise NotImplementedError("this list cannot be added to")

    def until(self, identifiers: Sequence[Identifier]) -> Mapping[Identifier, datetime]:
        del identifiers
        return {}


@frozen
class Told:
    """Something that happened, everybody it names, and of those the ones whose surrogates are wanted."""

    happened_at: datetime
    who: Sequence[Identifier] = ()
    wanted: Sequence[Identifier] = ()


def told_by(parts: Sequence[Understood]) -> Told:
    """Return what one message tells: of the earliest that it reports, and of everybody in any part of it.

    A clock that is not trusted says nothing of when it happened, yet what it says may be true.
    """
    who = dict.fromkeys(one for part in parts for one in part.who)
    papers = [paper for part in parts if (paper := paper_of(part.canonical.fields)) is not None]
    return Told(min(_earliest(part.canonical) for part in parts), (*who, *papers), tuple(who))


def _earliest(canonical: Canonical) -> datetime:
    claimed = canonical.envelope.client_occurred_at
    if claimed is None or "clock_untrusted" not in canonical.envelope.marks:
        return canonical.occurred_at
    return min(canonical.occurred_at, claimed)


def paper_of(fields: Mapping[str, Any]) -> Identifier | None:
    """Return the order, or else the return, that something is about: it is somebody's, though it may name nobody."""
    for kind in PAPERS:
        value = fields.get(f"{kind}_id")
        if isinstance(value, str) and 0 < len(value) <= _LONGEST:
            return Identifier(kind, value)
    return None


@frozen
class Recognition:
    vault: Vault
    suppression: Suppression = Factory(NobodyErased)

    def surrogates(self, told: Sequence[Told]) -> tuple[Mapping[Identifier, str], Sequence[bool]]:
        """Return the surrogates wanted, and for each of `told` whether it comes too late: then none is made for it.

        An erasure suppresses before it lets the vault forget. So what was no late comer before the surrogates were
        looked up and is one afterwards may have brought somebody back: of its surrogates those that were erased are
        forgotten once more. Who else it names keeps theirs, and so does who is named by something that is not late.
        """
        before = self._late(told)
        found = self.vault.surrogates(
            list({one for each, late in zip(told, before, strict=True) if not late for one in each.wanted})
        )
        after = self._late(told)
        if after != before:
            meanwhile = [one for one, late, was in zip(told, after, before, strict=True) if late and not was]
            until = self.suppression.until(list({each for one in meanwhile for each in one.wanted}))
            gone = {each for one in meanwhile for each in one.wanted if _is_late(one, each, until)}
            back = {each for one, late in zip(told, after, strict=True) if not late for each in one.wanted}
            self.vault.forget(sorted(found[each] for each in gone - back))
        return found, after

    def _late(self, told: Sequence[Told]) -> list[bool]:
        until = self.suppression.until(list({each for one in told for each in one.who}))
        return [any(_is_late(one, each, until) for each in one.who) for one in told]


def _is_late(told: Told, who: Identifier, until: Mapping[Identifier, datetime]) -> bool:
    return who in until and told.happened_at <= until[who]
