import pytest

from domain.kernel import Decider, DomainError
from haberdasher.testing.given_when_then import given


class TooMuch(DomainError):
    pass


def add(state: int, amount: int) -> tuple[int, ...]:
    if state + amount > 10:
        raise TooMuch("amount: the jar holds 10")
    return (amount,) if amount else ()


JAR: Decider[int, int] = Decider("jar", int, lambda state, event: state + event)


def test_it_passes_what_happened() -> None:
    """The three endings agree with the decision."""
    given(JAR, 3).when(add, 4).then(4)
    given(JAR, 3).when(add, 0).then_nothing()
    assert "jar" in str(given(JAR, 3, 4).when(add, amount=4).then_raises(TooMuch))


def test_it_fails_on_anything_else() -> None:
    """A wrong event, an event too many, a rule not broken or broken unexpectedly: each fails the test."""
    with pytest.raises(AssertionError):
        given(JAR).when(add, 4).then(5)
    with pytest.raises(AssertionError):
        given(JAR).when(add, 4).then_nothing()
    with pytest.raises(AssertionError):
        given(JAR).when(add, 4).then_raises(TooMuch)
    with pytest.raises(TooMuch):
        given(JAR).when(add, 11).then(11)
