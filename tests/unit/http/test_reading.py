"""Bodies are cut and decoded without loss, and what is wrong with them is named."""

import json

import pytest
from attrs import field, frozen

from adapters.http.errors import Problem
from adapters.http.reading import MOST_EVENTS, decoded, events_of, text


@frozen(kw_only=True)
class Inner:
    n: int


@frozen(kw_only=True)
class Outer:
    name: str
    inner: list[Inner] = field(factory=list)


EXACT = b'{ "event":"x",  "price": 19.990000000000000001, "big": 123456789012345678901234567890, "u":"\\u00e9" }'


@pytest.mark.parametrize("body", [b"[%s]" % EXACT, b'{"events": [%s]}' % EXACT, b' {"z":1,"events":[%s] } ' % EXACT])
def test_an_event_in_a_list_keeps_its_bytes(body: bytes) -> None:
    """Digits, spaces and escapes of an event arrive at the door as they were sent."""
    assert events_of(body) == ([EXACT], False)


def test_an_event_by_itself_keeps_its_bytes() -> None:
    """An object that names an event is one event, also if it has a field called events."""
    assert events_of(EXACT) == ((EXACT,), True)
    both = b'{"event":"x","events":[]}'
    assert events_of(both) == ((both,), True)


@pytest.mark.parametrize("body", [b"", b"  ", b"12", b'"x"', b"null", b"{", b"[1,", b'{"a":}', b"[" * 90_000, b"[]x"])
def test_what_is_no_json_is_a_bad_request(body: bytes) -> None:
    """Neither an object nor a list, cut off, or nested without end: 400, and the body is the field."""
    with pytest.raises(Problem) as refused:
        events_of(body)
    assert (refused.value.status, refused.value.field) == (400, "(body)")
    assert refused.value.hint


@pytest.mark.parametrize(
    "body", [b"[]", b'{"events":[]}', b'{"events":3}', json.dumps([1] * (MOST_EVENTS + 1)).encode()]
)
def test_too_few_or_too_many_events_are_named(body: bytes) -> None:
    """A batch holds 1 to 1000 events, or the field that says otherwise is named."""
    with pytest.raises(Problem) as refused:
        events_of(body)
    assert (refused.value.status, refused.value.field) == (422, "events")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"{}", "name"),
        (b'{"name":1}', "name"),
        (b'{"name":"x","inner":3}', "inner"),
        (b'{"name":"x","inner":[{"n":"1"}]}', "inner[0].n"),
        (b'{"name":"x","inner":[{}]}', "inner[0].n"),
        (b"[]", "(body)"),
    ],
)
def test_a_wrong_type_names_its_field(body: bytes, named: str) -> None:
    """The path of what does not fit is said as a client would write it."""
    with pytest.raises(Problem) as refused:
        decoded(body, Outer)
    assert (refused.value.status, refused.value.field.replace("[...]", "[0]")) == (422, named)


def test_the_place_in_a_larger_body_is_named_too() -> None:
    """A part that is decoded by itself says where it stood."""
    with pytest.raises(Problem) as refused:
        decoded(b'{"n":"x"}', Inner, "levels[3]")
    assert refused.value.field == "levels[3].n"
    with pytest.raises(Problem) as refused:
        decoded(b"7", Inner, "levels[3]")
    assert refused.value.field == "levels[3]"


@pytest.mark.parametrize("value", ["", "a\x00b", "a\nb", "x" * 129])
def test_a_text_that_no_log_line_can_hold_is_refused(value: str) -> None:
    """Empty, too long, or with control characters: the field is named, the value not repeated."""
    with pytest.raises(Problem) as refused:
        text(value, "session_id")
    assert refused.value.field == "session_id"
    assert value == "" or value not in refused.value.hint
