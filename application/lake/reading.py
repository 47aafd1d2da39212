"""Reading the lake by its list, whatever the upkeep does meanwhile."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from attrs import frozen

from application.lake.listing import Listing
from application.lake.upkeep import Upkeep
from ports.lake import Part

T = TypeVar("T")

#: A list that changes under every one of so many readings is changed by something that is wrong.
ATTEMPTS = 5


@frozen
class Reading:
    upkeep: Upkeep

    def parts(self) -> Listing:
        """Return what is listed, in which nobody is who was to be forgotten by then. Errors: `LakeDamaged`."""
        self.upkeep.erase()
        return self.upkeep.listing()

    def using(self, use: Callable[[Sequence[Part]], T]) -> T:
        """Return what `use` makes of the parts. It is called again where it failed and the list has changed meanwhile.

        An erasure deletes what it has rewritten at once, and a compaction after its grace. Errors: whatever `use`
        raises while the list stays what it is.
        """
        for _ in range(ATTEMPTS - 1):
            found = self.parts()
            try:
                return use(found.parts)
            except Exception:
                if self.upkeep.listing().parts == found.parts:
                    raise
        return use(self.parts().parts)
