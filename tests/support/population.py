"""A population of identifiers as a shop sees it: mostly lone cookies and small persons, some households, some hubs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random

from attrs import frozen

from application.intake.people import link_kind
from domain.identity.kinds import BY_AUTHORITY
from domain.identity.resolver import Link, Node

NEW_YEAR = datetime(2025, 1, 1, tzinfo=UTC)
_DAYS = 600


@frozen
class Circle:
    """What is linked with each other, directly or not: a person, a household, or what a hub touches."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


class Population:
    """Draws circles from a seed. About two links for each identifier."""

    def __init__(self, seed: int) -> None:
        self._dice = Random(seed)

    def circles(self, identifiers: int) -> Iterator[Circle]:
        """Yield circles until there are so many identifiers."""
        left = identifiers
        while left > 0:
            circle = self._circle()
            left -= len(circle.nodes)
            yield circle

    def node(self, kind: str) -> Node:
        return Node(f"{kind}:{self._dice.getrandbits(128):032x}", kind, self._day())

    def link(self, one: Node, other: Node, at: datetime | None = None) -> Link:
        a, b = sorted((one.surrogate, other.surrogate))
        kind = link_kind(one.kind, other.kind, "client")
        return Link(f"{self._dice.getrandbits(128):032x}", a, b, kind, at or self._day())

    def _circle(self) -> Circle:
        drawn = self._dice.random()
        if drawn < 0.15:  # came once and is nobody yet
            return Circle((self.node("anonymous"),), ())
        if drawn < 0.99:
            return self._joined([self._person()])
        if drawn < 0.9985:
            return self._household()
        return self._hub()

    def _person(self, cookies: int = 0) -> list[list[Node]]:
        """Return what comes together in each of a person's events; an account is in all of them, once there is one."""
        dice = self._dice
        cookies = cookies or min(1 + int(dice.expovariate(0.35)), 30)
        account = [self.node("account")] if dice.random() < 0.85 else []
        mail = [self.node("email")] if dice.random() < 0.85 else []
        card = [self.node("loyalty")] if dice.random() < 0.3 else []
        device = [self.node("device")] if dice.random() < 0.7 else []
        together = [[*account, *card, *mail]]
        for number in range(cookies):
            carried = device if number < 3 or dice.random() < 0.5 else []
            said = [*(mail if dice.random() < 0.8 else []), *(card if dice.random() < 0.5 else [])]
            together.append([*account, *said, *carried, self.node("anonymous")])
        return together

    def _household(self) -> Circle:
        """Two to four persons, and a tablet on which each of them logged in."""
        tablet, browser = self.node("device"), self.node("anonymous")
        persons = [self._person() for _ in range(self._dice.randint(2, 4))]
        for person in persons:
            person.append([*person[0], tablet, browser])
        return self._joined(persons)

    def _hub(self) -> Circle:
        """A customer of many years, or a device or address that many use: up to its cap, and sometimes beyond."""
        if self._dice.random() < 0.5:
            return self._joined([self._person(cookies=self._dice.randint(60, 200))])
        hub = self.node(self._dice.choice(("device", "email")))
        guests = [[hub, self.node("anonymous")] for _ in range(self._dice.randint(35, 55))]
        return self._joined([guests])

    def _joined(self, persons: list[list[list[Node]]]) -> Circle:
        nodes: dict[str, Node] = {}
        links: dict[tuple[str, str], Link] = {}
        for person in persons:
            for together in person:
                nodes.update((node.surrogate, node) for node in together)
                at = self._day()
                for one, other in combinations(sorted(together, key=lambda node: BY_AUTHORITY.index(node.kind)), 2):
                    links.setdefault((one.surrogate, other.surrogate), self.link(one, other, at))
        return Circle(tuple(nodes.values()), tuple(links.values()))

    def _day(self) -> datetime:
        return NEW_YEAR + timedelta(seconds=self._dice.randrange(_DAYS * 86_400))
