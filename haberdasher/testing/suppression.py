"""What every list of the erased keeps."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ports.suppression import Suppression
from ports.vault import Identifier

MakeSuppression = Callable[[str], Suppression]
NOON = datetime(2026, 11, 23, 12, 0, 0, 250_001, tzinfo=UTC)
ADA, BOB = Identifier("email", "ada@example.org"), Identifier("email", "bob@example.org")


class SuppressionContract:
    """Subclasses provide the fixture `make`: the list of a tenant, the same one for the same tenant."""

    def test_nobody_is_suppressed_at_first(self, make: MakeSuppression) -> None:
        """An empty list knows nobody."""
        assert make("main").until([ADA, BOB]) == {}
        assert make("main").until([]) == {}

    def test_who_was_added_is_known_with_the_instant(self, make: MakeSuppression) -> None:
        """To the microsecond, in every process, and nobody else is."""
        make("main").add([ADA], NOON)
        assert make("main").until([ADA, BOB]) == {ADA: NOON}

    def test_a_kind_is_part_of_who_it_is(self, make: MakeSuppression) -> None:
        """The same text as a cookie is somebody else."""
        make("main").add([ADA], NOON)
        assert make("main").until([Identifier("anonymous", ADA.value)]) == {}

    def test_the_latest_erasure_stands(self, make: MakeSuppression) -> None:
        """Adding again is harmless, an earlier instant changes nothing, a later one counts."""
        known = make("main")
        known.add([ADA, BOB], NOON)
        known.add([ADA], NOON - timedelta(days=1))
        known.add([BOB], NOON + timedelta(days=1))
        known.add([BOB], NOON + timedelta(days=1))
        known.add([], NOON)
        assert known.until([ADA, BOB]) == {ADA: NOON, BOB: NOON + timedelta(days=1)}

    def test_tenants_have_lists_of_their_own(self, make: MakeSuppression) -> None:
        """Who was erased here was not erased there."""
        make("main").add([ADA], NOON)
        assert make("other").until([ADA]) == {}

    def test_many_are_asked_at_a_time(self, make: MakeSuppression) -> None:
        """A batch of thousands finds those among them that were erased."""
        crowd = [Identifier("anonymous", f"cookie-{number}") for number in range(3_000)]
        make("main").add(crowd[::7], NOON)
        assert set(make("main").until(crowd)) == set(crowd[::7])
