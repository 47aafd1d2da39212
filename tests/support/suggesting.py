"""A linkage that is told what to find, and customers who tell of themselves."""

from collections.abc import Sequence
from typing import Any

from attrs import define, field

from application.identity.profiles import Profiles
from application.identity.suggesting import Suggesting
from ports.linkage import Profile, Suggestion
from tests.support.house import SOURCES
from tests.support.memory_house import MemoryHouse
from tests.support.shop import sent


@define
class ToldLinkage:
    """Finds what it was told to, among the profiles that there are; `asked` is what it was shown last."""

    found: Sequence[Suggestion] = ()
    version: str = "told-1"
    asked: Sequence[Profile] = field(default=(), init=False)

    def suggest(self, profiles: Sequence[Profile], at_least: float) -> Sequence[Suggestion]:
        self.asked = profiles
        keys = {one.key for one in profiles}
        return [one for one in self.found if {one.a, one.b} <= keys and one.probability >= at_least]


def suggestion(a: str, b: str, probability: float = 0.99, evidence: tuple[str, ...] = ("surname",)) -> Suggestion:
    first, second = sorted((a, b))
    return Suggestion(first, second, probability, evidence)


def profiles_of(house: MemoryHouse) -> Profiles:
    return Profiles("main", house.intake, house.vault, house.keyring, SOURCES, house.canonicaliser.reader)


def suggesting(house: MemoryHouse, linkage: ToldLinkage) -> Suggesting:
    return Suggesting("main", profiles_of(house), linkage, house.log, house.read_models, house.clock, house.ids)


def identified(user: str, minute: float = 0, **traits: Any) -> bytes:
    """Return a login that tells of the one who logged in."""
    return sent("login", minute, anonymous_id=f"cookie-{user}", user_id=user, traits=traits)
