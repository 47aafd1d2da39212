"""Where each signal goes, and for how much: the table of the business, row by row."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from attrs import evolve
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.returns.routes import DECIDER, Returned, Routes, SignalRouted, SignalWithdrawn, reroute
from domain.returns.routing import ROUTING, Routed, key_of, route, route_exchange
from domain.returns.signal import ASPECTS, UNKNOWN, Direction, Kind, Signal, about, fit
from haberdasher.testing.given_when_then import given

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WANTED = Routed("taste", "item", 1.0)


def taste(weight: float, what: str = "item") -> Routed:
    return Routed("taste", what, weight)


def sizes(direction: Direction) -> Signal:
    return Signal("bracket", "size", direction)


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ([fit("too_small")], [Routed("size_model", "small", 0.8), WANTED]),
        ([fit("too_large", confidence=0.5)], [Routed("size_model", "large", 0.4), WANTED]),
        ([fit("too_small", "waist", "girth")], [Routed("size_model", "small", 0.8, "waist", "girth"), WANTED]),
        ([fit("unspecified", confidence=0.5)], [Routed("size_model", "unspecified", 0.4), WANTED]),
        ([about("taste", "colour")], [taste(-0.5, "colour"), taste(-1.0)]),
        ([about("taste", "style", 0.8)], [taste(-0.8), taste(-0.4, "style")]),
        ([about("catalog_quality", "description")], [taste(0.0), Routed("catalogue", "description", 1.0)]),
        ([about("product_quality", "pilling")], [taste(0.0), Routed("supplier", "pilling", 1.0)]),
        ([about("fulfilment", "late")], [taste(0.7), Routed("logistics", "late", 1.0)]),
        ([about("changed_mind")], [taste(-0.3)]),
        ([sizes("too_small")], [Routed("size_model", "small", 0.6), WANTED]),
        ([about("bracket", "size")], [WANTED]),
        ([about("bracket", "colour")], [taste(-0.3)]),
        ([about("bracket")], [taste(0.0)]),
        ([about("order_error")], [taste(0.0)]),
        ([about("price")], [taste(0.6)]),
        ([about("abuse", "wardrobing")], [taste(0.0), Routed("review", "wardrobing", 1.0)]),
        ([about("abuse", "switch"), fit("too_small")], [taste(0.0), Routed("review", "switch", 1.0)]),
        ([UNKNOWN], [taste(-0.2)]),
        ([], [taste(-0.2)]),
        (
            [about("taste", "fabric_feel"), about("catalog_quality", "material", 0.3)],
            [taste(-0.5, "fabric_feel"), taste(-1.0), Routed("catalogue", "material", 0.3)],
        ),
        ([fit("too_small"), about("taste", "style", 0.85)], None),
    ],
    ids=lambda one: one[0].kind if isinstance(one, list) and one and isinstance(one[0], Signal) else "",
)
def test_each_signal_goes_where_the_table_says(signals: list[Signal], expected: list[Routed] | None) -> None:
    """Destination, meaning and weight of every row, and of mixtures."""
    routed = route(signals)
    if expected is None:  # both: a misfit, and what did not please; the label is the lesser one
        expected = [Routed("size_model", "small", 0.8), taste(-0.85), taste(-0.425, "style")]
    assert list(routed) == expected


def test_an_exchange_for_another_size_is_the_strongest_observation() -> None:
    """What came back missed in that direction, what came instead fits, and it was wanted."""
    expected = [Routed("size_model", "ok", 1.0, variant_id="coat/l"), Routed("size_model", "small", 1.0), WANTED]
    assert list(route_exchange([about("taste", "style")], "too_small", "coat/l")) == expected
    waist = route_exchange([fit("too_small", "waist", "girth")], "too_small", "coat/l")
    assert Routed("size_model", "small", 1.0, "waist", "girth") in waist
    assert max(ROUTING.size.values()) == ROUTING.size["exchange"]


def test_an_exchange_leaves_the_queues_what_is_theirs() -> None:
    """A wrong size chart is mended although she took another size; and a review is a review."""
    described = route_exchange([about("catalog_quality", "measurement")], "too_small", "coat/l")
    assert Routed("catalogue", "measurement", 1.0) in described
    assert route_exchange([about("abuse", "switch")], "too_small", "coat/l") == route([about("abuse", "switch")])


SIGNALS = st.lists(
    st.builds(about, st.sampled_from(sorted(ASPECTS)), st.none(), st.floats(0.1, 1))
    | st.builds(fit, st.sampled_from(["too_small", "too_large", "unspecified"]), confidence=st.floats(0.1, 1)),
    max_size=4,
)


@for_all(SIGNALS)
def test_one_thing_is_said_once_and_no_louder_than_the_policy_allows(signals: list[Signal]) -> None:
    """Of any signals: no two parts about the same, exactly one label, weights within one."""
    routed = route(signals)
    assert len({key_of(one) for one in routed}) == len(routed)
    assert sum((one.destination, one.what) == ("taste", "item") for one in routed) == 1
    assert all(abs(one.weight) <= 1 for one in routed)


@for_all(SIGNALS, st.randoms(use_true_random=False))
def test_the_order_of_signals_does_not_matter(signals: list[Signal], random: object) -> None:
    """The same signals in any order are the same parts in the same order."""
    shuffled = list(signals)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert route(shuffled) == route(signals)


@pytest.mark.parametrize("kind", Kind.__args__)  # type: ignore[attr-defined]
def test_weights_are_those_of_the_policy(kind: Kind) -> None:
    """Another policy, another label, for every kind: nothing is written anywhere else."""
    other = evolve(ROUTING, version="other", taste=dict.fromkeys(ROUTING.taste, 0.25))
    assert other.label([about(kind)]) == (0.0 if kind in ROUTING.aside else 0.25)


BACK = Returned("r-1", "line-1", "coat", "coat/m", "account:ada")
ROUTE = partial(reroute, order_id="o-1", policy_version="returns-1", routed_at=MONDAY)


def routed(one: Routed) -> SignalRouted:
    return SignalRouted(
        return_id="r-1",
        line="line-1",
        order_id="o-1",
        product_id="coat",
        variant_id="coat/m",
        customer="account:ada",
        destination=one.destination,
        what=one.what,
        weight=one.weight,
        policy_version="returns-1",
        routed_at=MONDAY,
    )


SMALL = Routed("size_model", "small", 0.8)


def test_what_is_wanted_is_routed_once() -> None:
    """The same again, at whatever time, is nothing to do."""
    wanted = [(BACK, [SMALL, WANTED])]
    given(DECIDER).when(ROUTE, wanted=wanted).then(routed(SMALL), routed(WANTED))
    later = partial(ROUTE, routed_at=MONDAY + timedelta(days=1))
    given(DECIDER, routed(SMALL), routed(WANTED)).when(later, wanted=wanted).then_nothing()


def test_a_better_reason_supersedes() -> None:
    """What is said otherwise is routed anew, what is not said any more is withdrawn, the rest stays."""
    pleased_not = taste(-1.0)
    given(DECIDER, routed(SMALL), routed(WANTED)).when(ROUTE, wanted=[(BACK, [pleased_not])]).then(
        SignalWithdrawn(routed(SMALL), MONDAY), routed(pleased_not)
    )
    given(DECIDER, routed(SMALL)).when(ROUTE, wanted=[]).then(SignalWithdrawn(routed(SMALL), MONDAY))


@for_all(
    st.lists(st.lists(st.sampled_from([SMALL, WANTED, taste(-0.2), Routed("supplier", "stain", 1.0)]), max_size=3))
)
def test_what_stands_is_what_was_wanted_last(history: list[list[Routed]]) -> None:
    """After any history, and nothing else."""
    state = Routes()
    for parts in history:
        wanted = list({key_of(one): one for one in parts}.values())
        state = DECIDER.fold(ROUTE(state, wanted=[(BACK, wanted)]), state)
        assert {(one.destination, one.what, one.weight) for one in state.routed.values()} == {
            (one.destination, one.what, one.weight) for one in wanted
        }
