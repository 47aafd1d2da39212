"""P7: who takes back personalisation gets what everybody gets, and the slate says so and is nobody's."""

from domain.slate.slate import SlateServed
from tests.support.counter import ADA, Counter, Linear, product
from tests.support.memory_house import MemoryHouse
from tests.support.shop import sent

NO = sent("consent_changed", 600, user_id="ada", properties={"personalisation": "denied"})
YES = sent("consent_changed", 601, user_id="ada", properties={"personalisation": "granted"})


def seen(counter: Counter) -> tuple[tuple[str, ...], str | None, tuple[str, ...], tuple[str, ...]]:
    slate = counter.ask(who=(ADA,))
    return slate.degraded, slate.person, slate.identifiers, slate.context_products


def test_a_withdrawal_makes_a_stranger_until_it_is_lifted() -> None:
    """From the next answer on: popular items, no features of the person, and no link from the slate to the person."""
    counter = Counter.open(Linear())
    assert seen(counter)[0] == ()
    assert len(seen(counter)[3]) == 3
    counter.house.receive("web", [NO], "no")
    assert seen(counter) == (("not_personalised",), None, (), ())
    slate = counter.ask(who=(ADA,))
    assert (slate.versions.release, slate.versions.ranker) == ("", "")
    assert {slot.propensity for slot in slate.slots} == {1.0}
    stranger = counter.ask()
    assert stranger.degraded == ()
    counter.house.receive("web", [YES], "yes")
    assert seen(counter)[0] == ()
    assert len(seen(counter)[3]) == 3


def _unexplored(slate: SlateServed) -> dict[int, str]:
    return {slot.position: slot.product_id for slot in slate.slots if slot.exploration is None}


def test_a_page_about_a_product_stays_about_it() -> None:
    """What is similar to the product on the page is nobody's taste: it is found as for a stranger."""
    counter = Counter.open(Linear())
    counter.house.receive("web", [NO], "no")
    mine = counter.ask(who=(ADA,), surface="similar", product_id=product(7), k=6)
    strangers = counter.ask(surface="similar", product_id=product(7), k=6)
    assert mine.degraded == ("not_personalised",)
    assert mine.versions.retrieval
    kept = _unexplored(mine), _unexplored(strangers)
    both = kept[0].keys() & kept[1].keys()
    assert len(both) >= 4  # each slate may explore one place
    assert {place: kept[0][place] for place in both} == {place: kept[1][place] for place in both}


def test_a_session_alone_is_not_used_either() -> None:
    """A browser that said no in passing is a stranger when it is known by its session only."""
    counter = Counter.open(Linear())
    house: MemoryHouse = counter.house
    who = {"anonymous_id": "quiet", "consent": {"analytics": "granted", "personalisation": "denied"}}
    house.receive("web", [sent("product_viewed", 5, properties={"product_id": product(3)}, **who)], "quiet")
    rows = house.rows("sessions#1")
    cookie = house.surrogate("anonymous", "quiet")
    (session_id,) = [key for (name, key), row in rows.items() if name == "sessions" and cookie.encode() in row]
    slate = counter.ask(session_id=session_id)
    assert (slate.degraded, slate.session_id, slate.context_products) == (("not_personalised",), None, ())


def test_who_was_erased_is_a_stranger_at_once() -> None:
    """The next answer knows nothing, and does without nothing."""
    counter = Counter.open(Linear())
    counter.house.erase("account", "ada")
    assert seen(counter) == ((), None, (), ())
