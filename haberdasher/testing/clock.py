"""What every `Clock` and every `Ids` must do. Set `make` in a subclass; pytest runs the rest."""

from collections.abc import Callable
from datetime import UTC
from typing import ClassVar
from uuid import RFC_4122, UUID

from ports.clock import Clock, Ids

MANY = 10_000


class ClockContract:
    make: ClassVar[Callable[[], Clock]]

    def test_time_is_aware_and_utc(self) -> None:
        """The present is an aware datetime in UTC."""
        assert type(self).make().now().tzinfo is UTC

    def test_time_never_goes_back(self) -> None:
        """No answer is earlier than the one before it."""
        clock = type(self).make()
        answers = [clock.now() for _ in range(MANY)]
        assert answers == sorted(answers)


class IdsContract:
    make: ClassVar[Callable[[], Ids]]

    def test_an_id_is_a_uuid7(self) -> None:
        """32 hex digits in lower case: a UUID of version 7."""
        text = type(self).make().new()
        assert (UUID(text).hex, UUID(text).version, UUID(text).variant) == (text, 7, RFC_4122)

    def test_ids_are_ordered_by_creation(self) -> None:
        """A later id is a greater one, so none comes twice."""
        ids = type(self).make()
        made = [ids.new() for _ in range(MANY)]
        assert made == sorted(set(made))
