"""From a URL to its broker: the scheme says which one, and somebody has to answer at the address."""

import socket
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from adapters.broker.bus import Bus
from adapters.broker.delivery import BrokerUnusable
from adapters.broker.kafka_bus import KafkaBus
from adapters.broker.nats_bus import NatsBus
from adapters.broker.rabbit_bus import RabbitBus
from adapters.broker.redis_bus import RedisBus

_PORTS = {"nats": 4222, "redis": 6379, "amqp": 5672, "kafka": 9092}
_CONNECT_S = 3.0


def _kafka(url: str) -> Bus:
    return KafkaBus(url.partition("://")[2].rstrip("/"))


#: What makes the bus of a URL, by its scheme.
BUSES: Mapping[str, Callable[[str], Bus]] = {"nats": NatsBus, "redis": RedisBus, "amqp": RabbitBus, "kafka": _kafka}


def scheme_of(url: str) -> str:
    """Return the scheme. Errors: `BrokerUnusable` for one that is none of ours."""
    scheme, found, rest = url.partition("://")
    if not found or not rest or scheme not in BUSES:
        known = ", ".join(f"{name}://HOST:{port}" for name, port in _PORTS.items())
        raise BrokerUnusable(f"{_safe(url)} names no broker that is known; give one of {known}")
    return scheme


def require_reachable(url: str) -> None:
    """See that one of the addresses takes connections: client libraries would try for ever, silently.

    Errors: `BrokerUnusable`.
    """
    scheme = scheme_of(url)
    said = ""
    for address in url.partition("://")[2].rpartition("@")[2].split(","):
        try:
            parts = urlsplit(f"//{address}")
            host, port = parts.hostname or "127.0.0.1", parts.port or _PORTS[scheme]
            with socket.create_connection((host, port), _CONNECT_S):
                return
        except (OSError, ValueError) as error:
            said = str(error)
    raise BrokerUnusable(f"nobody answers at {_safe(url)} ({said}): start the broker, or give its address")


def _safe(url: str) -> str:
    """Return the URL without what may be a password."""
    scheme, found, rest = url.partition("://")
    return f"{scheme}{found}{rest.rpartition('@')[2]}"
