"""NATS JetStream, Redis Streams, RabbitMQ and Kafka, at least once: acknowledged by hand, after the store's commit."""

from adapters.broker.bus import Bus
from adapters.broker.connecting import BUSES, require_reachable, scheme_of
from adapters.broker.delivery import BrokerUnusable, Delivery, Letter, PublishFailed, dead_topic
from adapters.broker.handing import MAX_TRIES, Handing
from adapters.broker.outlet import BusOutlet
from adapters.broker.settling import Settling, Tally

__all__ = [
    "BUSES",
    "MAX_TRIES",
    "BrokerUnusable",
    "Bus",
    "BusOutlet",
    "Delivery",
    "Handing",
    "Letter",
    "PublishFailed",
    "Settling",
    "Tally",
    "dead_topic",
    "require_reachable",
    "scheme_of",
]
