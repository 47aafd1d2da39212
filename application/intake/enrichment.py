"""What the house itself knows of the circumstances of an event: the weather where it happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import asdict, field, frozen

from domain.taxonomy.envelope import Envelope
from domain.taxonomy.place import centre
from ports.weather import Observation, Place, Weather


@frozen
class Enrichment:
    """`stores`: where each store stands. Without a provider nothing is added."""

    weather: Weather | None = None
    stores: Mapping[str, Place] = field(factory=dict)

    def context(self, envelope: Envelope, at: datetime) -> Mapping[str, Any]:
        """Return the context with the weather, where a place is known: that of the store, else the shopper's cell."""
        if self.weather is None or (place := self._place(envelope)) is None:
            return envelope.context
        observed = self.weather.at(place, at)
        return envelope.context if observed is None else {**envelope.context, "weather": _stored(observed)}

    def _place(self, envelope: Envelope) -> Place | None:
        if envelope.store_id is not None and envelope.store_id in self.stores:
            return self.stores[envelope.store_id]
        geo = envelope.context.get("geo")
        middle = centre(geo["geohash"]) if geo and "geohash" in geo else None
        return None if middle is None else Place(*middle)


def _stored(observed: Observation) -> Mapping[str, Any]:
    return {**asdict(observed), "observed_at": observed.observed_at.isoformat()}
