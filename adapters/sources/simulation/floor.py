"""The shop floor: everything that a visit needs, in one place."""

from attrs import define

from adapters.sources.simulation.carriers import Carriers
from adapters.sources.simulation.diary import Diary
from adapters.sources.simulation.dice import Dice
from adapters.sources.simulation.liking import Liking
from adapters.sources.simulation.minds import Minds
from adapters.sources.simulation.returns import Returns
from adapters.sources.simulation.season import Season
from adapters.sources.simulation.shelf import Shelf
from adapters.sources.simulation.till import Till


@define(eq=False)
class Floor:
    """`pages`, `slates`, `robots`: how many there were; `pairs`: at most so many (shopper, product) pairs have met.

    `machines`, `slips`: dice of their own for machines, and for fingers that slip.
    """

    liking: Liking
    shelf: Shelf
    diary: Diary
    carriers: Carriers
    minds: Minds
    till: Till
    returns: Returns
    dice: Dice
    machines: Dice
    slips: Dice
    pages: int = 0
    slates: int = 0
    robots: int = 0
    pairs: int = 0

    @classmethod
    def of(cls, season: Season) -> "Floor":
        liking, diary = Liking.of(season), Diary(season)
        dice, shelf, minds = Dice.of(season.seed, 9), Shelf.of(liking), Minds(liking)
        till = Till(liking, shelf, diary)
        machines, slips = Dice.of(season.seed, 11), Dice.of(season.seed, 12)
        returns = Returns(minds, till, diary, Dice.of(season.seed, 10))
        return cls(liking, shelf, diary, Carriers.of(season), minds, till, returns, dice, machines, slips)
