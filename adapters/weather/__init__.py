"""Weather by place and hour: what is usual there at that time of the year, or what a provider observed."""

from adapters.weather.climatology import Climatology
from adapters.weather.http_provider import HttpWeather

__all__ = ["Climatology", "HttpWeather"]
