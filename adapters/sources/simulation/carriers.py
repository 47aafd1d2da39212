"""Under which names a shopper is known: account, card, address, and the browsers, apps and tablets she uses."""

from collections.abc import Iterator, Mapping

import numpy as np
from attrs import define, frozen
from numpy.typing import NDArray

from adapters.sources.simulation.diary import APP, WEB
from adapters.sources.simulation.dice import Dice
from adapters.sources.simulation.programs import browser
from adapters.sources.simulation.season import Season

_KINDS = ("mobile", "desktop", "app", "tablet")
_FAVOURITES = np.array([0.42, 0.3, 0.2, 0.08])
_NO_ACCOUNT, _CARD, _SHARED, _COOKIE_LOST = 0.1, 0.4, 0.05, 0.25
_STANDS_IN_STORE = 3
_MOST = 3


@frozen
class Carrier:
    """What a visit is made with. `identifiers` go into each of its events; `shared`: more than one person uses it."""

    source: str
    device_type: str
    identifiers: Mapping[str, str]
    user_agent: str
    channel: str | None = None
    shared: bool = False

    @property
    def kiosk(self) -> bool:
        return self.device_type == "kiosk"


@define(eq=False)
class Carriers:
    """Row per shopper; of a shopper's carriers the first is used most."""

    season: Season
    _counts: NDArray[np.int8]
    _kinds: NDArray[np.int8]
    _lost: NDArray[np.int32]
    _accounts: NDArray[np.bool_]
    _cards: NDArray[np.bool_]
    _shared: NDArray[np.bool_]

    @classmethod
    def of(cls, season: Season) -> "Carriers":
        rng = np.random.default_rng([season.seed, 6])
        count = season.shoppers
        lost = np.where(rng.random((count, _MOST)) < _COOKIE_LOST, rng.integers(season.days, size=(count, _MOST)), -1)
        return cls(
            season=season,
            counts=rng.choice(np.array([1, 2, 3], np.int8), count, p=[0.45, 0.4, 0.15]),
            kinds=np.array([rng.choice(4, _MOST, replace=False, p=_FAVOURITES) for _ in range(count)], np.int8),
            lost=lost.astype(np.int32),
            accounts=rng.random(count) >= _NO_ACCOUNT,
            cards=rng.random(count) < _CARD,
            shared=np.repeat(rng.random(count // 2 + 1) < _SHARED, 2)[:count],
        )

    def account(self, shopper: int) -> str | None:
        return f"acct-{shopper:05d}" if self._accounts[shopper] else None

    def card(self, shopper: int) -> str | None:
        return f"card-{shopper:05d}" if self._cards[shopper] else None

    def email(self, shopper: int) -> str:
        return f"person{shopper:05d}@shopper.example"

    def take(self, shopper: int, day: int, dice: Dice) -> Carrier:
        """Choose what the shopper holds in her hands on this day."""
        count = int(self._counts[shopper])
        if self._shared[shopper] and dice.chance(0.4):
            return self._tablet(shopper)
        if self._cards[shopper] and dice.chance(0.03):
            stand = dice.pick(range(1, _STANDS_IN_STORE + 1))
            return Carrier(
                WEB, "kiosk", {"anonymous_id": f"kiosk-{stand}"}, browser("kiosk", stand), "in_store", shared=True
            )
        slot = 0 if dice.chance(0.65) else int(dice.roll() * count)
        return self._own(shopper, slot, renewed=0 <= int(self._lost[shopper, slot]) <= day)

    def names(self, shopper: int) -> Iterator[tuple[str, str]]:
        """Yield (kind, value) of every identifier that is this shopper's alone."""
        if account := self.account(shopper):
            yield "account", account
        if card := self.card(shopper):
            yield "loyalty", card
        yield "email", self.email(shopper)
        for slot in range(int(self._counts[shopper])):
            for renewed in (False, True):
                identifiers = self._own(shopper, slot, renewed=renewed).identifiers
                yield "anonymous", identifiers["anonymous_id"]
                if "device_id" in identifiers:
                    yield "device", identifiers["device_id"]

    def _own(self, shopper: int, slot: int, *, renewed: bool) -> Carrier:
        kind = _KINDS[self._kinds[shopper, slot]]
        cookie = f"ck-{shopper:05d}-{slot + 1}{'b' if renewed else 'a'}"
        if kind == "app":
            device = f"dev-{shopper:05d}-{slot + 1}"
            return Carrier(APP, "mobile", {"device_id": device, "anonymous_id": cookie}, browser("app", shopper))
        return Carrier(WEB, kind, {"anonymous_id": cookie}, browser(kind, shopper))

    def _tablet(self, shopper: int) -> Carrier:
        identifiers = {"anonymous_id": f"ck-home-{shopper // 2:05d}"}
        return Carrier(WEB, "tablet", identifiers, browser("tablet", shopper // 2), shared=True)
