"""What holds of every aggregate: folding never fails, nothing changes in place, and events survive being stored."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import msgspec
import pytest
from attrs import fields, has
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import order
from domain.identity import identifier, link, person
from domain.kernel import Decider
from domain.names import Names
from domain.returns import returns
from domain.returns.comment import Said
from domain.returns.signal import Signal
from domain.session import session
from domain.values import LineItem, Money

AGGREGATES = [identifier, link, order, person, returns, session]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

#: Few ids and times, so that the events of a history speak of the same things.
COMMON: dict[object, st.SearchStrategy[Any]] = {
    str: st.sampled_from(["a", "b", "c"]),
    datetime: st.integers(0, 9).map(lambda hour: NOON + timedelta(hours=hour)),
}
st.register_type_strategy(Money, st.builds(Money, st.integers(-9, 9), st.sampled_from(["EUR", "JPY"])))
st.register_type_strategy(LineItem, st.builds(LineItem, quantity=st.integers(1, 3)))
st.register_type_strategy(Signal, st.builds(Signal, confidence=st.floats(0, 1)))
st.register_type_strategy(Said, st.builds(Said, probability=st.floats(0, 1)))


def events_of(module: ModuleType) -> st.SearchStrategy[Any]:
    kinds = [
        st.builds(cls, **{field.name: COMMON[field.type] for field in fields(cls) if field.type in COMMON})
        for cls, _ in module.EVENTS
    ]
    return st.one_of(kinds)


@pytest.mark.parametrize("module", AGGREGATES, ids=lambda module: module.__name__)
def test_any_history_folds(module: ModuleType) -> None:
    """`evolve` is total: late, repeated and impossible events have a state too; earlier states stay."""
    decider: Decider[Any, Any] = module.DECIDER

    @given(st.lists(events_of(module), max_size=8))
    @settings(max_examples=60, deadline=None)
    def check(history: list[Any]) -> None:
        states = [decider.initial()]
        for event in history:
            states.append(decider.evolve(states[-1], event))
        for number, state in enumerate(states):
            assert decider.fold(history[:number]) == state

    check()


@pytest.mark.parametrize("module", AGGREGATES, ids=lambda module: module.__name__)
def test_events_and_states_survive_being_stored(module: ModuleType) -> None:
    """Written as JSON and read back they are equal, without the domain knowing what writes them."""

    @given(st.lists(events_of(module), max_size=4))
    @settings(max_examples=60, deadline=None)
    def check(history: list[Any]) -> None:
        for value in (*history, module.DECIDER.fold(history)):
            assert msgspec.json.decode(msgspec.json.encode(value), type=type(value)) == value

    check()


def test_every_event_has_a_name_of_its_own() -> None:
    """All aggregates register side by side; stored names are lower case with one dot."""
    names = Names()
    for module in AGGREGATES:
        for cls, name in module.EVENTS:
            names.register(cls, name)
            assert name == name.lower()
            assert name.count(".") == 1
    assert len({module.DECIDER.category for module in AGGREGATES}) == len(AGGREGATES)


def test_every_event_is_small_and_frozen() -> None:
    """Events are attrs values that cannot be changed after the fact."""
    for module in AGGREGATES:
        for cls, _ in module.EVENTS:
            assert has(cls)
            assert not hasattr(cls, "__dict__") or "__slots__" in vars(cls)
            frozen_error: Callable[..., None] = cls.__setattr__
            with pytest.raises(AttributeError):
                frozen_error(cls.__new__(cls), fields(cls)[0].name, "changed")
