"""What every `Idempotency` must do. Subclass it and give a fixture `make`."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from ports.idempotency import Answered, Idempotency

#: Called with a tenant; all of one test are over one store, empty at first.
MakeIdempotency = Callable[[str], Idempotency]
_NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class IdempotencyContract:
    @pytest.fixture
    def make(self) -> MakeIdempotency:
        raise NotImplementedError

    def test_a_new_key_is_ours_and_has_no_answer(self, make: MakeIdempotency) -> None:
        """Claiming it again with the same request changes nothing."""
        store = make("main")
        assert store.claim("k", b"one", _NOON) == store.claim("k", b"one", _NOON) == Answered(b"one")

    def test_a_used_key_stays_with_its_request(self, make: MakeIdempotency) -> None:
        """Another request finds the first one's fingerprint."""
        make("main").claim("k", b"one", _NOON)
        assert make("main").claim("k", b"two", _NOON) == Answered(b"one")

    def test_the_first_answer_stays(self, make: MakeIdempotency) -> None:
        """A second one is not taken, and everybody reads the first."""
        store = make("main")
        store.claim("k", b"one", _NOON)
        first = store.keep("k", 202, b"{}")
        assert first == Answered(b"one", 202, b"{}")
        assert store.keep("k", 500, b"no") == first
        assert make("main").claim("k", b"one", _NOON) == first

    def test_an_answer_needs_a_claim(self, make: MakeIdempotency) -> None:
        """Nobody answers for what nobody asked."""
        with pytest.raises(KeyError):
            make("main").keep("k", 202, b"{}")

    def test_tenants_have_keys_of_their_own(self, make: MakeIdempotency) -> None:
        """The same key of another tenant is another key."""
        make("main").claim("k", b"one", _NOON)
        assert make("other").claim("k", b"two", _NOON) == Answered(b"two")

    def test_old_keys_are_forgotten(self, make: MakeIdempotency) -> None:
        """Those claimed before an instant, and no others."""
        store = make("main")
        store.claim("old", b"one", _NOON - timedelta(days=8))
        store.claim("new", b"one", _NOON)
        assert store.prune(_NOON - timedelta(days=7)) == 1
        assert store.claim("old", b"two", _NOON) == Answered(b"two")
        assert store.claim("new", b"two", _NOON) == Answered(b"one")

    def test_of_many_at_once_one_wins(self, make: MakeIdempotency) -> None:
        """All of them read the same fingerprint and the same answer."""
        store = make("main")

        def race(number: int) -> tuple[bytes, bytes | None]:
            claimed = store.claim("k", f"{number}".encode(), _NOON)
            return claimed.fingerprint, store.keep("k", 202, f"answer {number}".encode()).body

        with ThreadPoolExecutor(8) as threads:
            found = set(threads.map(race, range(24)))
        assert len(found) == 1
