"""Finds customers who may be one person, by what they told of themselves. It is evidence for a human, never a merge."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen


@frozen
class Profile:
    """What one customer told of himself, as he wrote it; empty is unknown. `key` names him and is never compared.

    `born`: a date, YYYY-MM-DD; anything else is compared as text. `street`: with the house number.
    """

    key: str
    first_name: str = ""
    surname: str = ""
    born: str = ""
    city: str = ""
    postcode: str = ""
    street: str = ""
    email: str = ""
    phone: str = ""


@frozen
class Suggestion:
    """Two profiles, `a` < `b`, that are of one person with this `probability`, in thousandths, 0 to 1.

    `evidence`: the fields that speak for it, because they agree or nearly do, in the order of `Profile`.
    """

    a: str
    b: str
    probability: float
    evidence: tuple[str, ...]


class LinkageUnavailable(Exception):
    """What compares is not installed; the message says how to get it."""


class Linkage(Protocol):
    """Compares profiles with each other; how much an agreement is worth is learnt from these very profiles."""

    @property
    def version(self) -> str:
        """Name the rules of comparison: another version may find something else in the same profiles."""
        ...

    def suggest(self, profiles: Sequence[Profile], at_least: float) -> Sequence[Suggestion]:
        """Return the pairs with a probability of at least `at_least`, each once, the most probable first, then by key.

        A pure function of the set of profiles: their order is nothing, and the same profiles give the same answer.
        None where there is nothing to learn from: no profile, one, or so few that no two agree on anything strict.
        Errors: `ValueError` if two profiles have one key or `at_least` is not above 0 and at most 1;
        `LinkageUnavailable`.
        """
        ...
