"""Whatever comes in is answered for, and the answer is what is written down."""

import copy
import json
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.session.facts import FACTS
from domain.taxonomy.aliases import SERVER_ONLY
from domain.taxonomy.quarantine import EventQuarantined
from domain.taxonomy.refusal import Reason
from domain.taxonomy.source import Declaration
from domain.taxonomy.vocabulary import Vocabulary
from tests.support.memory_house import MemoryHouse

TIMES = [
    *("2026-11-24T11:00:00Z", "2026-11-24T11:10:00Z", "2026-11-24T13:00:00Z", "2026-11-01T00:00:00", "1999-01-01"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-11-24T11:00:00+14:00", "yesterday", 5, None),
]
GOOD: list[dict[str, Any]] = [
    {"event": "product_viewed", "properties": {"product_id": "p", "price": "9.90", "currency": "EUR"}},
    {"event": "add_to_cart", "properties": {"sku": "p/m", "item_id": "p", "quantity": 2, "position": 1}},
    {"event": "page_ping", "properties": {"page_view_id": "v", "engaged_ms": 10, "max_scroll_pct": "30"}},
    {"event": "search", "properties": {"query": "red dress", "result_count": 3}},
    {"event": "begin_checkout", "properties": {"items": [{"variant_id": "p/m", "quantity": 1}]}},
    {"event": "purchase", "properties": {"transaction_id": "o", "value": 3, "currency": "EUR"}},
    {"event": "logout"},
    {"event": "login", "user_id": "ada"},
    {"event": "refund", "properties": {"order_id": "o", "amount": 1, "currency": "EUR"}},
    {
        "event": "order_created",
        "properties": {
            "order_id": "o",
            "items": [{"variant_id": "p/m", "quantity": 1, "unit_price": 3}],
            "total": 3,
            "currency": "EUR",
        },
    },
    {
        "event": "return_requested",
        "properties": {"return_id": "r", "order_id": "o", "items": [{"sku": "p/m", "quantity": 1}]},
    },
]
ENVELOPE = {"event_id": "e", "anonymous_id": "c", "timestamp": "2026-11-24T11:00:00Z", "context": {"ip": "10.0.0.7"}}


class Raw(str):
    """JSON that no encoder would write."""

    __slots__ = ()


odd_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(TIMES),
    st.sampled_from(["", "null", "\x00", "a@b.example", "9" * 40, "x" * 300, -1, 0, 1e308, [], {}, [{}], {"a": [1]}]),
    st.sampled_from([10**30, -(10**30), "1e400000"]),
    st.sampled_from(
        ["NaN", "-Infinity", "1e400000", "1e99999999999999999999", '"\\ud800"', '"\\u0000"', "9" * 5000]
    ).map(Raw),
    st.sampled_from([2, 50, 70, 500, 960, 2000]).map(lambda depth: Raw("[" * depth + "]" * depth)),
)
paths = st.sampled_from(
    [
        *[("event",), ("event_id",), ("timestamp",), ("sent_at",), ("anonymous_id",), ("user_id",), ("email",)],
        *[("channel",), ("session_id",), ("consent",), ("context",), ("context", "ip"), ("context", "geo")],
        *[("context", "device_type"), ("context", "gclid"), ("properties",), ("properties", "unknown")],
        *[("properties", name) for name in ("product_id", "price", "currency", "quantity", "items", "order_id")],
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good event in which some fields were removed or hold what they should not."""
    event = copy.deepcopy(draw(st.sampled_from(GOOD))) | copy.deepcopy(ENVELOPE)
    event["event_id"] = draw(st.sampled_from(["e-1", "e-2", "e-3", "e-4", None]))
    event["timestamp"] = draw(st.sampled_from(TIMES[:3]))
    for path in draw(st.lists(paths, max_size=3)):
        inner = event
        for step in path[:-1]:
            inner = inner.setdefault(step, {})
            if not isinstance(inner, dict):
                break
        else:
            if draw(st.booleans()):
                inner[path[-1]] = draw(odd_values)
            else:
                inner.pop(path[-1], None)
    return written(event).encode("utf-8", "surrogatepass")


def written(value: Any) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=isinstance(value, str) and "\x00" in value)


bodies = st.one_of(st.binary(max_size=40), st.text(max_size=20).map(str.encode), mutated(), mutated(), mutated())
batches = st.tuples(st.sampled_from(["live", "web", "oms", "nobody"]), st.lists(bodies, max_size=6))


@settings(max_examples=250, deadline=None)
@given(st.lists(batches, max_size=3))
def test_everything_received_is_answered_for_and_written_down_once(arriving: list[tuple[str, list[bytes]]]) -> None:
    """accepted + duplicate + quarantined = received; reasons agree; a resent batch changes nothing."""
    house = MemoryHouse()
    answers = []
    for number, (source, batch) in enumerate(arriving):
        told = house.door.receive(source, batch, batch_id=f"batch-{number}")
        assert len(told) == len(batch)
        answers += [(source, body, one) for body, one in zip(batch, told, strict=True)]
    house.canonicaliser.catch_up()

    aside = {one.intake_position: one.reason for one in house.events(EventQuarantined)}
    decided = {one.position: one.reason for _, _, one in answers if one.outcome == "quarantined"}
    late = {position: reason for position, reason in aside.items() if reason == Reason.HANDLER_FAILED}
    assert {position: reason for position, reason in aside.items() if position not in late} == decided
    assert not late, "the aggregates take whatever the taxonomy took"

    behaviour = [
        position
        for source, body, one in answers
        if one.outcome == "accepted"
        for position in [one.position]
        if is_fact_of_a_session(source, body)
    ]
    facts = [
        one
        for one in house.log.follow(after=0, limit=10_000)
        if isinstance(one.event, tuple(c for c, _ in FACTS)) and one.metadata.envelope
    ]
    assert Counter(one.metadata.intake_position for one in facts) == Counter(behaviour)

    log, intake = house.log.head(), house.intake.head()
    for number, (source, batch) in enumerate(arriving):
        again = house.door.receive(source, batch, batch_id=f"batch-{number}")
        assert {one.outcome for one in again} <= {"duplicate"}
    house.canonicaliser.catch_up()
    assert (house.log.head(), house.intake.head()) == (log, intake)


def is_fact_of_a_session(source: str, body: bytes) -> bool:
    declared = Declaration(name=source, authority="server" if source == "oms" else "client")
    sent = json.loads(body)
    name = Vocabulary().meaning(sent["event"], declared, {}).canonical
    if name == "identity_asserted":  # where there is a browser or app, there is a session
        return any(sent.get(field) is not None for field in ("anonymous_id", "device_id", "session_token"))
    return name not in SERVER_ONLY
