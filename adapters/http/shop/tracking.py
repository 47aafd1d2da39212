"""What a visitor does becomes events at the door, as a shop's tracker and its order system would send them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from attrs import frozen

from adapters.http.service import Service
from adapters.http.shop.refusals import PageRefused
from adapters.http.shop.visit import Visit
from domain.catalogue.product import Colourway, ProductListed
from domain.slate.slate import Slot
from domain.values import Money


class EventQuarantined(Exception):
    """The door kept an event of the shop page apart: a fault of ours, not of the visitor."""


@frozen(eq=False)
class Tracking:
    """Every method stores its events durably and moves `visit.after` on, so that the next slate has seen them."""

    service: Service

    def behaved(self, visit: Visit, *events: tuple[str, Mapping[str, Any]]) -> None:
        """Record (name, properties) of what was done in the browser. What the door keeps apart is counted, not told."""
        if events:
            bodies = [self._event(name, visit.named, properties) for name, properties in events]
            self._receive(visit, self.service.sources.shop_page, bodies)

    def ordered(self, visit: Visit, name: str, who: Mapping[str, str], properties: Mapping[str, Any]) -> None:
        """Record what the order system says. Errors: `PageRefused` if the door keeps it apart."""
        body = self._event(name, who, properties)
        if refused := self._receive(visit, self.service.sources.shop_orders, [body]):
            raise PageRefused(422, "We could not take this", refused)

    def _event(self, name: str, who: Mapping[str, str], properties: Mapping[str, Any]) -> bytes:
        body = {"event": name, "event_id": self.service.ids.new(), "timestamp": self.service.clock.now().isoformat()}
        given = {key: value for key, value in properties.items() if value is not None}
        return msgspec.json.encode({**body, **who, "properties": given})

    def _receive(self, visit: Visit, source: str, bodies: Sequence[bytes]) -> str:
        """Return why something was kept apart, empty if all is well."""
        refused = ""
        for answer in self.service.door.receive(source, bodies, batch_id=self.service.ids.new()):
            visit.after = max(visit.after, answer.position)
            if answer.outcome == "quarantined":
                refused = f"{answer.field}: {answer.detail}"
                self.service.failures.note("shop_page", EventQuarantined(refused))
        self.service.live.knock()
        return refused


def described(listing: ProductListed, colourway: Colourway | None) -> dict[str, Any]:
    """Say of a product what a tracker says of it; the colour is that of the picture."""
    return {
        "product_id": listing.product_id,
        "category_id": listing.category_id,
        "brand_id": listing.brand_id,
        "colour": colourway.colour if colourway else None,
    } | priced(listing)


def priced(listing: ProductListed) -> dict[str, Any]:
    """Amounts in major units, as exact text."""
    unit, before = listing.unit_price, listing.list_price
    return {
        "unit_price": exact(unit),
        "list_price": exact(before),
        "currency": unit.currency if unit else None,
    }


def exact(money: Money | None) -> str | None:
    return None if money is None else f"{money.major:f}"


def through(slate_id: str | None, slot: Slot | None) -> dict[str, Any]:
    """Say which place of which slate led there."""
    return {"slate_id": slate_id, "position": slot.position} if slate_id and slot else {}
