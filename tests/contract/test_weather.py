"""The promises of `Weather`, on every adapter."""

from datetime import datetime

import pytest

from adapters.weather import Climatology
from haberdasher.testing.weather import WeatherContract
from ports.weather import Weather
from tests.support.memory_house import NOW
from tests.unit.weather.test_weather import Provider, http_weather


class TestClimatology(WeatherContract):
    @pytest.fixture
    def weather(self) -> Weather:
        return Climatology()

    @pytest.fixture
    def now(self) -> datetime:
        return NOW


class TestHttpWeather(WeatherContract):
    @pytest.fixture
    def weather(self) -> Weather:
        return http_weather(Provider())

    @pytest.fixture
    def now(self) -> datetime:
        return NOW
