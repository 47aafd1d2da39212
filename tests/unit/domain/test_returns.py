from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.returns.comment import Said
from domain.returns.reasons import signal_of
from domain.returns.returns import (
    DECIDER,
    BracketFound,
    CommentRead,
    ReturnInspected,
    ReturnLine,
    ReturnReceived,
    ReturnRequested,
    ReturnSignalled,
    find_bracket,
    inspect,
    receive,
    request,
)
from domain.returns.signal import UNKNOWN, Signal, about, fit
from haberdasher.testing.given_when_then import given

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)
LINE = ReturnLine("line-1", 1, reason_code="SIZE_TOO_SMALL")
REQUESTED = ReturnRequested("return-1", "order-1", (LINE,), MONDAY)
TOO_SMALL = ReturnSignalled("return-1", "line-1", (fit("too_small"),), "structured_code", MONDAY)
INSPECTED = ReturnInspected("return-1", "line-1", "not_restocked", FRIDAY, "stained")
STAINED = ReturnSignalled("return-1", "line-1", (about("product_quality", "stain"),), "inspection", FRIDAY)
ASK = partial(request, return_id="return-1", order_id="order-1", lines=(LINE,), requested_at=MONDAY)
LOOK = partial(inspect, return_id="return-1", line="line-1", disposition="not_restocked", inspected_at=FRIDAY)


def test_a_request_says_why() -> None:
    """The reason code of each line becomes a typed signal; the same request again is nothing to do."""
    given(DECIDER).when(ASK).then(REQUESTED, TOO_SMALL)
    given(DECIDER, REQUESTED, TOO_SMALL).when(ASK).then_nothing()


def test_an_inspection_overrules_the_code() -> None:
    """What the inspector found counts before what the shopper chose."""
    given(DECIDER, REQUESTED, TOO_SMALL).when(LOOK, graded_reason="stained").then(INSPECTED, STAINED)


def test_the_code_does_not_overrule_an_inspection_that_came_first() -> None:
    """Out of order, the request is recorded and the signal stays the inspector's."""
    given(DECIDER, INSPECTED, STAINED).when(ASK).then(REQUESTED)


@pytest.mark.parametrize("graded", [None, "looked-fine-to-me"])
def test_an_inspection_that_says_nothing_does_not_silence_the_code(graded: str | None) -> None:
    """Without a known graded reason the shopper's code stands."""
    given(DECIDER, REQUESTED, TOO_SMALL).when(LOOK, graded_reason=graded).then(
        ReturnInspected("return-1", "line-1", "not_restocked", FRIDAY, graded)
    )


def test_goods_may_arrive_unannounced() -> None:
    """Receiving is recorded before any request, once, and dated back by an earlier arrival."""
    received = ReturnReceived("return-1", FRIDAY)
    given(DECIDER).when(receive, return_id="return-1", received_at=FRIDAY).then(received)
    given(DECIDER, received).when(receive, return_id="return-1", received_at=FRIDAY).then_nothing()
    given(DECIDER, received).when(receive, return_id="return-1", received_at=MONDAY).then(
        ReturnReceived("return-1", MONDAY)
    )


def test_a_changed_reason_changes_the_signal() -> None:
    """A newer request replaces the older one; an older one heard later is kept and changes nothing."""
    large = ReturnLine("line-1", 1, reason_code="SIZE_TOO_LARGE")
    newer = ReturnRequested("return-1", "order-1", (large,), FRIDAY)
    too_large = ReturnSignalled("return-1", "line-1", (fit("too_large"),), "structured_code", FRIDAY)
    ask_again = partial(request, return_id="return-1", order_id="order-1", lines=(large,), requested_at=FRIDAY)
    given(DECIDER, REQUESTED, TOO_SMALL).when(ask_again).then(newer, too_large)
    given(DECIDER, newer, too_large).when(ASK).then(REQUESTED)


def test_a_line_without_a_reason_says_nothing() -> None:
    """No code is no signal; the comment or a detector may find one later."""
    line = ReturnLine("line-1", 1)
    given(DECIDER).when(request, return_id="return-1", order_id="order-1", lines=(line,), requested_at=MONDAY).then(
        ReturnRequested("return-1", "order-1", (line,), MONDAY)
    )


def test_a_code_nobody_taught_us_is_unknown() -> None:
    """It is a signal too: somebody should ask."""
    assert signal_of("the-moon-was-full") == (UNKNOWN,)


READ = CommentRead("return-1", "line-1", (Said("fit_large", 0.95),), "reader-1", MONDAY)


def test_a_comment_is_recorded_as_what_it_means() -> None:
    """What was read comes with the request, decides at once, and the same reading again is nothing to do."""
    vague = ReturnLine("line-1", 1, reason_code="unknown")
    asked = partial(ASK, lines=(vague,), comments=[READ])
    requested = ReturnRequested("return-1", "order-1", (vague,), MONDAY)
    large = ReturnSignalled("return-1", "line-1", (fit("too_large", confidence=0.95),), "comment", MONDAY)
    given(DECIDER).when(asked).then(requested, READ, large)
    given(DECIDER, requested, READ, large).when(asked).then_nothing()


def test_a_comment_that_contradicts_the_code_is_marked() -> None:
    """A sure one turns the direction, and says so."""
    turned = ReturnSignalled(
        "return-1", "line-1", (fit("too_large", confidence=0.95),), "structured_code", MONDAY, reason_conflict=True
    )
    given(DECIDER).when(ASK, comments=[READ]).then(REQUESTED, READ, turned)


def test_a_bracket_explains_what_nobody_explained() -> None:
    """Found once it is a signal, found again nothing, and without it the line is unknown again."""
    sizes = Signal("bracket", "size", "too_small")
    look = partial(find_bracket, return_id="return-1", line="line-1", bracket=sizes, found_at=MONDAY)
    found = BracketFound("return-1", "line-1", sizes, MONDAY)
    signalled = ReturnSignalled("return-1", "line-1", (sizes,), "heuristic", MONDAY)
    given(DECIDER).when(look).then(found, signalled)
    given(DECIDER, found, signalled).when(look).then_nothing()
    given(DECIDER, found, signalled).when(look, bracket=None).then(
        BracketFound("return-1", "line-1", None, MONDAY),
        ReturnSignalled("return-1", "line-1", (UNKNOWN,), "heuristic", MONDAY),
    )
    given(DECIDER, REQUESTED, TOO_SMALL).when(look).then(found)


@given_any(st.permutations(["request", "earlier request", "inspection", "comment", "bracket"]))
def test_what_is_believed_does_not_depend_on_the_order_of_facts(heard: list[str]) -> None:
    """Of the same facts heard in any order, the same last word."""
    vague = (ReturnLine("line-1", 1, reason_code="unknown"),)
    decisions = {
        "request": partial(ASK, comments=[]),
        "earlier request": partial(ASK, lines=vague, requested_at=MONDAY - timedelta(days=1)),
        "inspection": partial(LOOK, graded_reason="no-idea"),
        "comment": partial(ASK, lines=vague, requested_at=MONDAY - timedelta(days=2), comments=[READ]),
        "bracket": partial(
            find_bracket,
            return_id="return-1",
            line="line-1",
            bracket=Signal("bracket", "size", "too_small"),
            found_at=MONDAY,
        ),
    }
    state = DECIDER.initial()
    for one in heard:
        state = DECIDER.fold(decisions[one](state), state)
    last = state.signalled["line-1"]
    assert (last.signals, last.reason_conflict) == ((fit("too_large", confidence=0.95),), True)
