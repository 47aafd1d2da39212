from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from adapters.broker import BrokerUnusable, BusOutlet
from haberdasher.testing.outlet import FIRST_TOPIC, SECOND_TOPIC, OutletContract, Published, message
from ports.messages import Message, Outlet, OutletUnavailable
from tests.support.broker import BROKERS, Served, served, served_at
from tests.support.broker_server import own_server, require_server
from tests.support.server_process import free_port


class TestBusOutlet(OutletContract):
    @pytest.fixture(params=BROKERS)
    def broker(self, request: pytest.FixtureRequest) -> Iterator[Served]:
        with served(request.param) as found:
            yield found
            found.remove(*(_own(found, topic) for topic in (FIRST_TOPIC, SECOND_TOPIC)))

    @pytest.fixture
    def outlet(self, broker: Served) -> Iterator[Outlet]:
        outlet = BusOutlet(broker.bus, [_own(broker, FIRST_TOPIC), _own(broker, SECOND_TOPIC)])
        yield _Renaming(broker, outlet)
        outlet.close()

    @pytest.fixture
    def published(self, broker: Served) -> Published:
        def read(topic: str) -> list[tuple[str, bytes]]:
            found = broker.lying(_own(broker, topic))
            return [(one.headers.get("message_id") or one.headers["nats-msg-id"], one.body) for one in found]

        return read


class _Renaming:
    """Puts the topics of a test run beside those of others."""

    def __init__(self, broker: Served, outlet: Outlet) -> None:
        self._broker, self._outlet = broker, outlet

    def publish(self, messages: Sequence[Message]) -> None:
        self._outlet.publish(
            [Message(_own(self._broker, m.topic), m.message_id, m.key, m.type, m.body) for m in messages]
        )


def _own(broker: Served, topic: str) -> str:
    return f"{broker.topic}.{topic}"


def test_a_broker_that_is_away_is_said_and_comes_back(tmp_path: Path) -> None:
    """What is not confirmed raises; when the broker is there again the same outlet goes on."""
    require_server("redis")
    with own_server("redis", tmp_path / "redis") as server:
        broker = served_at("redis", server.url, FIRST_TOPIC)
        outlet = BusOutlet(broker.bus, [FIRST_TOPIC])
        outlet.publish([message(1)])
        server.kill()
        with pytest.raises(OutletUnavailable):
            outlet.publish([message(2)])
        server.start()
        outlet.publish([message(2)])
        outlet.close()
        outlet.close()
        assert [one.headers["message_id"] for one in broker.lying(FIRST_TOPIC)] == ["id-1", "id-2"]


@pytest.mark.parametrize("kind", ["redis", "amqp"])
def test_a_broker_that_was_never_there_is_unusable(kind: str) -> None:
    """An outlet is not made without a connection, and leaves no thread behind."""
    broker = served_at(kind, f"{kind}://127.0.0.1:{free_port()}", FIRST_TOPIC)
    with pytest.raises(BrokerUnusable):
        BusOutlet(broker.bus, [FIRST_TOPIC])
