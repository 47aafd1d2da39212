"""What every `Outlet` must do. Subclass it and give a fixture `outlet`, and `published`, which reads its topics.

```python
class TestOurs(OutletContract):
    @pytest.fixture
    def outlet(self) -> Outlet: ...

    @pytest.fixture
    def published(self) -> Published: ...
```
"""

from collections.abc import Callable, Sequence

import pytest

from ports.messages import Message, Outlet

#: Called with a topic, returns (message id, body) of all that is in it, as a reader outside finds it.
Published = Callable[[str], Sequence[tuple[str, bytes]]]

FIRST_TOPIC, SECOND_TOPIC = "haberdasher.sessions.v1", "haberdasher.orders.v1"


def message(number: int, topic: str = FIRST_TOPIC) -> Message:
    return Message(
        topic, f"id-{number}", f"key-{number % 3}", "session_closed", b'{"n":%d,"s":"\xc3\xa4 \\u0001"}' % number
    )


class OutletContract:
    @pytest.fixture
    def outlet(self) -> Outlet:
        raise NotImplementedError

    @pytest.fixture
    def published(self) -> Published:
        raise NotImplementedError

    def test_what_is_published_is_there_on_return(self, outlet: Outlet, published: Published) -> None:
        """Bodies arrive byte for byte, with their ids, in the topic of each, and nothing else does."""
        first = [message(n) for n in range(300)]
        second = [message(n, SECOND_TOPIC) for n in range(300, 310)]
        outlet.publish([*first, *second])
        assert sorted(published(FIRST_TOPIC)) == sorted((one.message_id, one.body) for one in first)
        assert sorted(published(SECOND_TOPIC)) == sorted((one.message_id, one.body) for one in second)

    def test_nothing_is_published_for_nothing(self, outlet: Outlet, published: Published) -> None:
        """An empty call leaves no trace."""
        outlet.publish([])
        outlet.publish([message(1)])
        assert [name for name, _ in published(FIRST_TOPIC)] == ["id-1"]

    def test_what_is_published_again_has_the_same_id(self, outlet: Outlet, published: Published) -> None:
        """A reader that deduplicates by id counts once, however often a message is sent."""
        for _ in range(3):
            outlet.publish([message(1), message(2)])
        assert set(published(FIRST_TOPIC)) == {(f"id-{n}", message(n).body) for n in (1, 2)}
