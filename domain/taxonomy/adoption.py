"""The aliases that a tenant adds to ours are a fact: how later events were read depends on it."""

from collections.abc import Mapping
from hashlib import sha256
from typing import assert_never

from attrs import field, frozen

from domain.kernel import Decider
from domain.taxonomy.aliases import TAXONOMY_VERSION

#: `source.name` or `*.name`, normalised -> canonical name
Names = Mapping[str, str]


@frozen
class AliasesAdopted:
    """All of the tenant's own aliases from here on, those before included."""

    taxonomy_version: str
    names: Names


Event = AliasesAdopted


@frozen
class Adopted:
    names: Names = field(factory=dict)


def evolve(_: Adopted, event: Event) -> Adopted:
    match event:
        case AliasesAdopted():
            return Adopted(event.names)
        case _:
            assert_never(event)


def adopt(state: Adopted, own: Names) -> tuple[Event, ...]:
    """Take these aliases and no others. The same ones again are nothing to do."""
    return () if state.names == own else (AliasesAdopted(version_of(own), own),)


def version_of(own: Names) -> str:
    """Return the name of our taxonomy together with these aliases, such as `1.2+3f2a91c0`; of ours alone `1.2`."""
    if not own:
        return TAXONOMY_VERSION
    listed = "\n".join(f"{name}={canonical}" for name, canonical in sorted(own.items()))
    return f"{TAXONOMY_VERSION}+{sha256(listed.encode()).hexdigest()[:8]}"


DECIDER: Decider[Adopted, Event] = Decider(category="taxonomy", initial=Adopted, evolve=evolve)
EVENTS: tuple[tuple[type, str], ...] = ((AliasesAdopted, "taxonomy.aliases_adopted"),)
