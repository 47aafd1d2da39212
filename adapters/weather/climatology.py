"""What is usual: a coarse climate by latitude, time of the year and hour. No network, no data file, always the same.

It says nothing of a particular day, and `provider` says so. Temperatures follow the annual mean of a latitude, a
seasonal swing that grows towards the poles and a daily swing of a few degrees: a textbook curve, fitted to no data.
"""

from datetime import UTC, datetime
from math import cos, pi, tau

from attrs import frozen

from ports.weather import Observation, Place

PROVIDER = "climatology"
#: Degrees Celsius at the equator and by how much the poles are colder, over the year.
_EQUATOR, _TO_THE_POLE = 27.0, 52.0
#: Half the difference between summer and winter at the poles, half of that between afternoon and night.
_SEASONAL, _DAILY = 21.0, 4.0
_WARMEST_DAY, _WARMEST_HOUR = 201, 15
_COLD = 8.0


@frozen
class Climatology:
    """Knows every place and hour. Rain and wind are not usual for an hour: none is claimed."""

    def at(self, place: Place, when: datetime) -> Observation | None:
        hour = when.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        celsius = _celsius(place, hour)
        return Observation(
            temp_dc=round(celsius * 10),
            feels_dc=round(celsius * 10),
            precip_tenth_mm=0,
            wind_dm_s=0,
            condition="clouds" if celsius < _COLD else "clear",
            observed_at=hour,
            provider=PROVIDER,
            age_min=int((when - hour).total_seconds() // 60),
        )


def _celsius(place: Place, hour: datetime) -> float:
    mean = _EQUATOR - _TO_THE_POLE * (place.latitude / 90) ** 2
    day = hour.timetuple().tm_yday - _WARMEST_DAY
    season = cos(tau * day / 365.25) * (1 if place.latitude >= 0 else -1)
    local_hour = (hour.hour + place.longitude / 15) % 24
    daily = cos(pi * (local_hour - _WARMEST_HOUR) / 12)
    return mean + _SEASONAL * (abs(place.latitude) / 90) * season + _DAILY * daily
