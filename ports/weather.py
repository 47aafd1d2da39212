"""What the weather was where an event happened: an enrichment of ours, for no client is asked about the weather."""

from datetime import datetime
from typing import Protocol

from attrs import frozen


@frozen
class Place:
    """Degrees; as coarse as consent allows."""

    latitude: float
    longitude: float


@frozen
class Observation:
    """Whole numbers: tenths of a degree Celsius, of a millimetre in the last hour, of a metre per second.

    `condition`: clear, clouds, rain, snow, fog, storm, extreme. `age_min`: how old the observation was at the event.
    """

    temp_dc: int
    feels_dc: int
    precip_tenth_mm: int
    wind_dm_s: int
    condition: str
    observed_at: datetime
    provider: str
    age_min: int = 0


class Weather(Protocol):
    """One provider of observations."""

    def at(self, place: Place, when: datetime) -> Observation | None:
        """Return the weather of an hour and a place, or None if it is not known.

        Order: calls do not depend on each other. Errors: none; trouble of a provider is None, and soon again.
        Idempotent: the same place and hour give the same observation within a process. Answers fast or not at all:
        whoever asks is at work for everybody.
        """
        ...
