"""A small season, simulated once, with its events decoded."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec
from attrs import frozen

from adapters.sources.files import Sent
from adapters.sources.simulation.feed import feed
from adapters.sources.simulation.season import Season

SMALL = Season(date(2026, 6, 30), shoppers=240, products=200, days=30, touched=0.1)


@frozen
class Event:
    source: str
    name: str
    at: datetime
    body: Mapping[str, Any]

    @property
    def fields(self) -> Mapping[str, Any]:
        fields: Mapping[str, Any] = self.body["properties"]
        return fields

    @property
    def products(self) -> Iterator[str]:
        """The products that somebody met in this event; what a slate shows is not met yet."""
        if self.source != "shop_catalogue" and "product_id" in self.fields:
            yield self.fields["product_id"]
        if self.name == "order_created":
            yield from (item["product_id"] for item in self.fields["items"])


@cache
def sent(season: Season) -> tuple[Sent, ...]:
    return tuple(feed(season))


@cache
def events(season: Season) -> tuple[Event, ...]:
    decoded = ((one.source, msgspec.json.decode(one.body)) for one in sent(season))
    return tuple(
        Event(source, body["event"], datetime.fromisoformat(body["timestamp"]), body) for source, body in decoded
    )


def named(season: Season, *names: str) -> list[Event]:
    return [event for event in events(season) if event.name in names]
