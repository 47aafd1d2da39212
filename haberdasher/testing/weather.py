"""What every `Weather` must do. Subclass it and give the fixtures `weather` and `now`, a moment that it knows of."""

from datetime import datetime, timedelta

import pytest

from ports.weather import Place, Weather

CONDITIONS = {"clear", "clouds", "rain", "snow", "fog", "storm", "extreme"}
PLACE = Place(48.9, 2.3)


class WeatherContract:
    @pytest.fixture
    def weather(self) -> Weather:
        raise NotImplementedError

    @pytest.fixture
    def now(self) -> datetime:
        raise NotImplementedError

    def test_an_observation_is_in_whole_tenths_and_our_words(self, weather: Weather, now: datetime) -> None:
        """Tenths of a degree, of a millimetre, of a metre per second; one of seven conditions; no age below nought."""
        observed = weather.at(PLACE, now)
        assert observed is not None
        numbers = (observed.temp_dc, observed.feels_dc, observed.precip_tenth_mm, observed.wind_dm_s, observed.age_min)
        assert all(isinstance(one, int) for one in numbers)
        assert -900 < observed.temp_dc < 650
        assert min(observed.precip_tenth_mm, observed.wind_dm_s, observed.age_min) >= 0
        assert observed.condition in CONDITIONS
        assert observed.provider

    def test_the_same_hour_and_place_have_the_same_weather(self, weather: Weather, now: datetime) -> None:
        """Idempotent within a process; another minute of the hour differs in age only."""
        first, again = weather.at(PLACE, now), weather.at(PLACE, now)
        later = weather.at(PLACE, now + timedelta(minutes=20))
        assert first == again
        assert first is not None
        assert later is not None
        assert later.age_min == first.age_min + 20
        assert (later.temp_dc, later.condition) == (first.temp_dc, first.condition)
