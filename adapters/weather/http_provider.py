"""Observations of a provider over HTTP, in the form that OpenWeather's `data/2.5` answers have.

Asked at most once an hour and cell, and never waited for long: after trouble nobody asks again for a while, and events
go on without weather.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from attrs import define, evolve, field

from ports.weather import Observation, Place

#: First two digits of a condition's number -> ours (https://openweathermap.org/weather-conditions).
_CONDITIONS: Mapping[int, str] = {2: "storm", 3: "rain", 5: "rain", 6: "snow", 7: "fog", 8: "clouds"}
_CLEAR, _TORNADO, _SQUALL = 800, 781, 771
_KELVIN = 273.15
#: A provider tells the present: of an event that is older than this it knows nothing.
_LATEST = timedelta(hours=2)
_MOST_KEPT = 4096


def fetched(url: str, timeout_s: float) -> bytes:
    """GET a URL. Errors: `OSError`, `HTTPException`."""
    with urlopen(url, timeout=timeout_s) as answer:  # noqa: S310 - https by the check of the settings
        content: bytes = answer.read(65_536)
        return content


@define(eq=False)
class HttpWeather:
    """`url`: address without query; `key`: the provider's key, sent as `appid`. `now`: the present.

    `rest`: how long nobody is asked after trouble.
    """

    url: str
    now: Callable[[], datetime]
    key: str = field(default="", repr=False)
    timeout_s: float = 0.5
    rest: timedelta = timedelta(minutes=1)
    get: Callable[[str, float], bytes] = fetched
    _known: OrderedDict[tuple[float, float, datetime], Observation | None] = field(factory=OrderedDict, init=False)
    _resting_until: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)

    def at(self, place: Place, when: datetime) -> Observation | None:
        hour = when.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        cell = (round(place.latitude, 1), round(place.longitude, 1), hour)
        if cell not in self._known:
            now = self.now()
            if abs(now - when) > _LATEST or now < self._resting_until:
                return None
            self._keep(cell, self._ask(place, now))
        observed = self._known.get(cell)
        return None if observed is None else _aged(observed, when)

    def _ask(self, place: Place, now: datetime) -> Observation | None:
        query = urlencode({"lat": round(place.latitude, 2), "lon": round(place.longitude, 2), "appid": self.key})
        try:
            return _read(json.loads(self.get(f"{self.url}?{query}", self.timeout_s)))
        except (OSError, HTTPException, ValueError, LookupError, TypeError, ArithmeticError, AttributeError):
            self._resting_until = now + self.rest
            return None

    def _keep(self, cell: tuple[float, float, datetime], observed: Observation | None) -> None:
        """Keep what was observed; trouble is not kept, so that it is asked again after the rest."""
        if observed is not None:
            self._known[cell] = observed
            if len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)


def _aged(observed: Observation, when: datetime) -> Observation:
    return evolve(observed, age_min=max(0, int((when - observed.observed_at).total_seconds() // 60)))


def _read(sent: Any) -> Observation:
    main, number = sent["main"], int(sent["weather"][0]["id"])
    fallen = sum(float(sent.get(kind, {}).get("1h", 0)) for kind in ("rain", "snow"))
    return Observation(
        temp_dc=round((float(main["temp"]) - _KELVIN) * 10),
        feels_dc=round((float(main.get("feels_like", main["temp"])) - _KELVIN) * 10),
        precip_tenth_mm=round(fallen * 10),
        wind_dm_s=round(float(sent.get("wind", {}).get("speed", 0)) * 10),
        condition=_condition(number),
        observed_at=datetime.fromtimestamp(int(sent["dt"]), UTC),
        provider="openweather",
    )


def _condition(number: int) -> str:
    if number in {_TORNADO, _SQUALL}:
        return "extreme"
    return "clear" if number == _CLEAR else _CONDITIONS[number // 100]
