"""What is going to happen, kept until its time: visits overlap, returns come weeks later, events leave in order."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from heapq import heappop, heappush
from typing import Any

import msgspec
from attrs import define, field

from adapters.sources.files import Sent
from adapters.sources.simulation.season import Season

WEB, APP, ORDERS, CATALOGUE = "shop_web", "shop_app", "shop_orders", "shop_catalogue"
_encode = msgspec.json.Encoder().encode


def money(cents: int) -> str:
    """Return an amount in major units: 1230 is "12.30"."""
    return f"{cents // 100}.{cents % 100:02d}"


@define
class Diary:
    """Times are milliseconds since the season began. `written` counts all events but those of the catalogue."""

    season: Season
    written: int = 0
    _left: int = 0
    _entered: int = 0
    _heap: list[tuple[int, int, str, str, bytes]] = field(factory=list)

    def write(self, at: int, source: str, event: str, rest: Mapping[str, Any]) -> None:
        """Enter an event; `rest` are identifiers, context and properties."""
        self._entered += 1
        self.written += source != CATALOGUE
        heappush(self._heap, (at, self._entered, source, event, _encode(rest)[1:]))

    def before(self, at: int) -> Iterator[Sent]:
        """Take out, in order of time, what happens before `at`."""
        begin, seed = self.season.begin, self.season.seed
        while self._heap and self._heap[0][0] < at:
            moment, _, source, event, rest = heappop(self._heap)
            stamp = (begin + timedelta(milliseconds=moment)).isoformat(timespec="milliseconds")[:-6]
            head = f'{{"event":"{event}","event_id":"sim-{seed}-{self._left:06d}","timestamp":"{stamp}Z",'
            self._left += 1
            yield Sent(source, head.encode() + rest)
