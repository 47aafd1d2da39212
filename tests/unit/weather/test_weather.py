"""Weather comes from us, never from a client, and never keeps an event waiting."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from adapters.weather import Climatology, HttpWeather
from application.intake.enrichment import Enrichment
from domain.taxonomy.envelope import Envelope
from ports.weather import Place
from tests.support.memory_house import NOW

PARIS, SYDNEY, QUITO = Place(48.9, 2.3), Place(-33.9, 151.2), Place(-0.2, -78.5)
#: As OpenWeather documents an answer of `data/2.5/weather`.
ANSWER: dict[str, Any] = {
    "weather": [{"id": 501, "main": "Rain"}],
    "main": {"temp": 284.2, "feels_like": 282.93},
    "wind": {"speed": 4.09},
    "rain": {"1h": 2.73},
    "dt": int(NOW.timestamp()),
}


@define
class Provider:
    """Answers what it is told to, and counts."""

    answer: Any = field(factory=lambda: json.dumps(ANSWER).encode())
    asked: list[str] = field(factory=list)

    def __call__(self, url: str, _: float) -> bytes:
        self.asked.append(url)
        if isinstance(self.answer, Exception):
            raise self.answer
        return bytes(self.answer)


def http_weather(provider: Provider, now: datetime = NOW) -> HttpWeather:
    return HttpWeather("https://weather.example/data/2.5/weather", lambda: now, "secret", get=provider)


def test_what_is_usual_follows_seasons_hemispheres_and_hours() -> None:
    """Summers are warmer than winters on both sides of the equator, afternoons warmer than nights."""

    def celsius(place: Place, month: int, hour: int = 12) -> float:
        found = Climatology().at(place, datetime(2026, month, 15, hour, tzinfo=UTC))
        assert found is not None
        return found.temp_dc / 10

    assert 12 < celsius(PARIS, 7) < 30
    assert -5 < celsius(PARIS, 1) < 12
    assert celsius(SYDNEY, 1) > celsius(SYDNEY, 7) + 5
    assert abs(celsius(QUITO, 1) - celsius(QUITO, 7)) < 2
    assert celsius(PARIS, 7, 15) > celsius(PARIS, 7, 3) + 5


def test_a_provider_is_read() -> None:
    """Kelvin becomes tenths of a degree, rain tenths of a millimetre, its number one of our words."""
    observed = http_weather(Provider()).at(PARIS, NOW)
    assert observed is not None
    assert (observed.temp_dc, observed.feels_dc, observed.precip_tenth_mm, observed.wind_dm_s) == (111, 98, 27, 41)
    assert (observed.condition, observed.provider, observed.observed_at) == ("rain", "openweather", NOW)


def test_a_provider_is_asked_once_for_an_hour_and_a_cell() -> None:
    """Many events of one town are one question."""
    provider = Provider()
    weather = http_weather(provider)
    for _ in range(5):
        weather.at(PARIS, NOW)
    assert len(provider.asked) == 1
    assert "lat=48.9" in provider.asked[0]


@pytest.mark.parametrize(
    "answer",
    [OSError("down"), b"", b"[]", b'{"main": {}}', b'{"main": {"temp": "x"}, "weather": [{"id": 1}], "dt": 1}'],
)
def test_trouble_is_no_weather_and_a_rest(answer: Any) -> None:
    """What a provider fails to say is left out, and nobody asks again for a minute."""
    provider = Provider(answer)
    weather = http_weather(provider)
    assert weather.at(PARIS, NOW) is None
    assert weather.at(SYDNEY, NOW) is None
    assert len(provider.asked) == 1
    provider.answer = json.dumps(ANSWER).encode()
    weather.now = lambda: NOW + timedelta(minutes=2)
    assert weather.at(PARIS, NOW) is not None


def test_a_provider_of_the_present_is_not_asked_about_the_past() -> None:
    """History goes without: today's weather would be a lie."""
    provider = Provider()
    assert http_weather(provider).at(PARIS, NOW - timedelta(days=3)) is None
    assert provider.asked == []


def test_the_store_counts_before_the_cell_of_the_shopper(tmp_path: Path) -> None:
    """Where nothing is known of the place, nothing is added."""
    enrichment = Enrichment(Climatology(), {"sydney": SYDNEY})
    geo = {"geo": {"geohash": "u09t"}}

    def season(**known: Any) -> int | None:
        envelope = Envelope("web", "x", "1.0", "1.2", "web", NOW, **known)
        found = enrichment.context(envelope, datetime(2026, 1, 15, 12, tzinfo=UTC)).get("weather")
        return None if found is None else int(found["temp_dc"])

    cold, warm = season(context=geo), season(store_id="sydney", context=geo)
    assert cold is not None
    assert warm is not None
    assert warm > cold + 50
    assert season() is None
    assert season(store_id="unheard of") is None
