"""P7: what somebody takes back holds for the whole person, in reading, in learning, and in what is stored."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from application.learning.histories import Histories
from application.learning.shown_places import slates_of
from application.projections.consents import asked_to_be_erased, refusing, withdrawn
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from domain.identity import consent as consents
from domain.session.facts import ProductViewed
from domain.taxonomy.quarantine import EventQuarantined
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY, ordered, sent, viewed


def decided(minute: float, answer: str, purpose: str = "personalisation", **who: str) -> bytes:
    return sent("consent_changed", minute, properties={purpose: answer}, **who)


def passing(product: str, minute: float, answer: str, cookie: str = "c-1") -> bytes:
    return viewed(product, minute, cookie=cookie, consent={"analytics": "granted", "personalisation": answer})


ADA = {"user_id": "ada", "anonymous_id": "c-1"}


@pytest.mark.parametrize(
    ("bodies", "refused"),
    [
        ([], False),
        ([decided(5, "denied", user_id="ada")], True),
        ([decided(5, "granted", user_id="ada")], False),
        ([decided(5, "denied", anonymous_id="c-1"), decided(6, "granted", user_id="ada")], False),
        ([decided(6, "denied", anonymous_id="c-1"), decided(5, "granted", user_id="ada")], True),
        ([decided(5, "denied", user_id="ada"), passing("x", 6, "granted")], True),
        ([passing("x", 5, "denied")], True),
        ([passing("x", 5, "denied"), passing("x", 6, "granted")], False),
        ([passing("x", 5, "denied"), passing("x", 7, "granted"), passing("x", 6, "denied")], False),
        ([passing("x", 6, "granted"), passing("x", 5, "denied")], True),
        ([decided(5, "granted", user_id="ada"), passing("x", 6, "denied")], True),
        ([decided(6, "granted", user_id="ada"), passing("x", 5, "denied")], False),
        ([decided(5, "denied", "analytics", user_id="ada")], False),
        ([decided(5, "unknown", user_id="ada")], False),
    ],
)
def test_the_latest_answer_of_the_person_counts(bodies: Sequence[bytes], refused: bool) -> None:
    """Under whichever identifier; a decision is lifted by a decision only, a browser's no by its next yes."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat", 1, cookie="c-1", user_id="ada"), *bodies])
    members = [house.surrogate("account", "ada"), house.surrogate("anonymous", "c-1")]
    assert ("personalisation" in withdrawn(house.read_models, members)) is refused
    assert (set(members) <= refusing(house.read_models, ["personalisation"])) is refused


def test_whoever_takes_it_back_is_in_no_training() -> None:
    """Neither sessions nor orders nor slates of the person, whoever was asked; of others everything; and back again."""
    house = MemoryHouse()
    slate = {"slate_id": "s-1", "surface": "home", "items": [{"product_id": "coat", "viewable_ms": 2000}]}
    house.receive(
        "web",
        [
            viewed("coat", 1, cookie="c-1", user_id="ada"),
            viewed("coat", 200, cookie="c-2", user_id="ada"),
            sent("slate_viewed", 201, anonymous_id="c-2", properties=slate),
            viewed("hat", 2, cookie="bob", user_id="bob"),
            sent("slate_viewed", 3, anonymous_id="bob", properties=slate | {"slate_id": "s-2"}),
        ],
    )
    house.receive("oms", [ordered("o-1", 500, "coat/m"), ordered("o-2", 500, "hat/m", user="bob")])
    before = Histories.read(house.read_models)
    assert len(before.rows) == 3
    assert len(slates_of(house.read_models, before)) == 2
    house.receive("web", [decided(600, "denied", anonymous_id="c-2")], "no")
    after = Histories.read(house.read_models)
    bob = house.surrogate("account", "bob")
    assert {after.person(row.subject) for row in after.rows} == {after.person(bob)}
    assert len(after.rows) == 1
    assert [one.slate_id for one in slates_of(house.read_models, after)] == ["s-2"]
    assert not after.of(house.surrogate("account", "ada"))
    house.receive("web", [decided(601, "granted", user_id="ada")], "yes")
    assert len(Histories.read(house.read_models).rows) == 3


def test_analytics_taken_back_keeps_out_of_learning_what_there_is() -> None:
    """What comes is refused, what was stored is not learned from."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat", 1, cookie="c-1"), decided(2, "denied", "analytics", anonymous_id="c-1")])
    (answer,) = house.receive("web", [viewed("hat", 3, cookie="c-1")], "more")
    assert answer.outcome == "accepted"  # the door asks nobody; the canonicaliser knows
    assert len(house.events(ProductViewed)) == 1
    assert Histories.read(house.read_models).rows == []


def test_no_place_without_a_grant() -> None:
    """P7: unknown and denied store no place; a grant in the event does, unless it was taken back."""
    house = MemoryHouse()
    place = {"geo": {"latitude": 48.1, "longitude": 11.5, "country": "DE"}}
    house.receive(
        "web",
        [
            viewed("a", 1, cookie="c-1", context=place),
            viewed("b", 2, cookie="c-1", context=place, consent={"geo": "denied"}),
            viewed("c", 3, cookie="c-1", context=place, consent={"geo": "granted"}),
            decided(4, "denied", "geo", anonymous_id="c-1"),
            viewed("d", 5, cookie="c-1", context=place, consent={"geo": "granted"}),
        ],
    )
    recorded = [one for one in house.log.follow(after=0, limit=1000) if isinstance(one.event, ProductViewed)]
    stored = {
        one.event.product.product_id: one.metadata.envelope.context.get("geo")
        for one in recorded
        if one.metadata.envelope
    }
    assert {product: geo.get("country") for product, geo in stored.items() if geo} == {"c": "DE"}
    assert set(stored) == {"a", "b", "c", "d"}


def test_wishes_to_be_forgotten_are_listed_until_it_is_done() -> None:
    """Oldest first, under every identifier that they came with."""
    house = MemoryHouse()
    house.receive(
        "web",
        [
            viewed("coat", 1, cookie="c-1", user_id="ada"),
            viewed("hat", 1, cookie="bob"),
            sent("erasure_requested", 9, anonymous_id="bob"),
            sent("erasure_requested", 7, user_id="ada"),
        ],
    )
    ada, bob = house.surrogate("account", "ada"), house.surrogate("anonymous", "bob")
    asked = asked_to_be_erased(house.read_models)
    assert asked == [(ada, MONDAY + timedelta(minutes=7)), (bob, MONDAY + timedelta(minutes=9))]
    house.erase("account", "ada")
    assert [one for one, _ in asked_to_be_erased(house.read_models)] == [bob]
    sessions = [row for _, row in View(house.read_models, "sessions").all(SESSIONS)]
    assert [touch.product for row in sessions for touch in row.touches] == ["hat"]


def test_what_was_taken_back_under_one_identifier_holds_for_the_person() -> None:
    """P7: a browser that is hers sends `granted` in passing: no place of it is stored, and no behaviour."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat", 1, cookie="c1", user_id="ada")], "before")
    denied = sent("consent_changed", 5, user_id="ada", properties={"geo": "denied"})
    house.receive("web", [denied], "denied")
    place = {"geo": {"latitude": 52.52, "longitude": 13.40}}
    consent = {"geo": "granted", "analytics": "granted"}
    house.receive("web", [viewed("hat", 10, cookie="c1", context=place, consent=consent)], "after")
    (seen,) = [
        one.metadata.envelope
        for one in house.log.follow(after=0, limit=100)
        if isinstance(one.event, ProductViewed) and one.event.product.product_id == "hat"
    ]
    assert seen is not None
    assert ("geo" in seen.context, "geo_stripped" in seen.marks) == (False, True)
    house.receive("web", [sent("consent_changed", 20, user_id="ada", properties={"analytics": "denied"})], "all")
    answer = house.receive("web", [viewed("boots", 30, cookie="c1", consent=consent)], "refused")
    assert answer[0].outcome == "accepted"
    (aside,) = house.events(EventQuarantined)
    assert aside.reason == "consent_required"


def test_of_two_answers_in_one_instant_the_no_counts() -> None:
    """Whichever came in first, for the worker that stores and for the read model alike."""
    answers = [
        sent("consent_changed", 5, user_id="ada", properties={"analytics": said}) for said in ("denied", "granted")
    ]
    for order in (answers, answers[::-1]):
        house = MemoryHouse()
        house.receive("web", order, "both")
        ada = house.surrogate("account", "ada")
        state = house.canonicaliser._pending.state(consents.DECIDER, ada)
        assert state.withdrawn == withdrawn(house.read_models, [ada]) == {"analytics"}
