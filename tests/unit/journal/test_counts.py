"""What counts, as the journal tells it from the event on that says so: verdicts, slips, consent, odd orders."""

import pytest

from domain.identity.consent import ConsentChanged
from domain.identity.person import PersonForgotten
from domain.session import facts, session
from domain.traffic.policy import WEIGHTS
from tests.unit.journal.log import COAT, Log, at, envelope, states

COOKIE, PHONE = "anonymous:c", "anonymous:p"
ADA, BEN = "account:ada", "account:ben"
HAT = facts.ProductRef("hat")


def test_a_verdict_is_told_of_all_that_its_visitor_did() -> None:
    """In every session, from the event on that gave it away; a search is behaviour too, nobody else is meant."""
    log = Log()
    log.start("one", COOKIE, 0)
    log.start("two", COOKIE, 60)
    log.start("other", PHONE, 0)
    log.view("one", 1)
    log.fact("two", facts.ProductsSearched(at(61), "coat"))
    log.view("other", 2)
    log.fact("two", facts.AgentObserved(at(62), "crawl"))
    log.view("one", 63)
    assert states(log.versions("e-4")) == [(40, COOKIE, 1.0), (70, COOKIE, 0.0)]
    assert states(log.versions("e-5")) == [(50, COOKIE, 1.0), (70, COOKIE, 0.0)]
    assert states(log.versions("e-6")) == [(60, PHONE, 1.0)]
    assert states(log.versions("e-8")) == [(80, COOKIE, 0.0)]


def test_a_suspect_counts_as_much_as_the_policy_says() -> None:
    """Awake in 20 of 24 hours: a quarter."""
    log = Log()
    for hour in range(20):
        log.start(f"s{hour}", COOKIE, 60 * hour)
        log.view(f"s{hour}", 60 * hour + (hour * 7) % 13, facts.ProductRef(f"p-{hour}"))
    assert {one.counts for one in log.heard().current} == {WEIGHTS["suspect"].behaviour}
    assert log.versions("e-2")[0].counts == 1.0


def test_a_slip_counts_for_nothing_from_the_moment_it_is_known() -> None:
    """Told twice: the second one never counts. Left at once: the look counts until its page reports."""
    log = Log()
    log.start("s", COOKIE, 0)
    log.fact("s", facts.ProductViewed(at(1), COAT, page_view_id="a"))
    log.fact("s", facts.ProductsSearched(at(1.05), "coat"))
    log.fact("s", facts.ProductViewed(at(1.1), COAT, page_view_id="a"))
    log.fact("s", facts.ProductViewed(at(9), HAT, page_view_id="b"))
    log.fact("s", facts.PageEngaged(at(10), "b", 900, 900, 0, 1))
    log.fact("s", facts.PageEngaged(at(11), "b", 3000, 3000, 0, 2))
    assert states(log.versions("e-2")) == [(20, COOKIE, 1.0)]
    assert states(log.versions("e-4")) == [(40, COOKIE, 0.0)]
    assert states(log.versions("e-5")) == [(50, COOKIE, 1.0), (60, COOKIE, 0.0), (70, COOKIE, 1.0)]
    assert states(log.versions("e-3")) == [(30, COOKIE, 1.0)]


def test_a_slip_stays_one_wherever_it_is_moved() -> None:
    """A bridge and a login later it still counts for nothing, and it is found there when it turns out to be none."""
    log = Log()
    log.start("one", COOKIE, 0)
    log.start("two", COOKIE, 40)
    log.fact("two", facts.ProductViewed(at(41), HAT, page_view_id="b"))
    log.fact("two", facts.PageEngaged(at(42), "b", 900, 900, 0, 1))
    log.add("session-two", session.SessionsBridged("one", "two"), 43)
    log.bind("one", ADA, 44)
    assert states(log.versions("e-3"))[2:] == [(50, COOKIE, 0.0), (60, ADA, 0.0)]
    log.fact("two", facts.PageEngaged(at(45), "b", 9000, 9000, 0, 2))
    assert states(log.versions("e-3"))[-1] == (70, ADA, 1.0)


def test_what_is_recorded_after_an_erasure_is_not_taken_for_a_slip() -> None:
    """Of a browser that goes on, touches keep their places among its looks, also after some of them were erased."""
    log = Log()
    log.start("his", COOKIE, 0)
    log.start("hers", COOKIE, 60)
    log.view("his", 61)
    log.view("his", 1)
    log.add("session-his", session.SessionCut("his", "hers", at(60), "account_switch"), 62)
    log.bind("hers", ADA, 60)
    log.add(f"person-{ADA}", PersonForgotten(ADA, (ADA,), at(63), sessions=("hers",), carriers=(COOKIE,)), 63)
    log.view("his", 3, HAT)
    log.view("his", 3.1, HAT)
    assert {one.id: one.counts for one in log.heard().current} == {"e-4": 1.0, "e-8": 1.0, "e-9": 0.0}


@pytest.mark.parametrize("purpose", ["personalisation", "analytics"])
def test_who_takes_back_consent_counts_nowhere_until_it_is_given_again(purpose: str) -> None:
    """By whichever identifier of the person it was said, and also for what comes after it."""
    log = Log()
    log.see(ADA, minute=-9)
    log.see(COOKIE, PHONE)
    log.link(ADA, COOKIE, -1)
    log.start("s", COOKIE, 0)
    log.view("s", 1)
    log.start("other", PHONE, 0)
    log.view("other", 1)
    log.add(f"consent-{ADA}", ConsentChanged(ADA, {purpose: "denied"}, at(2)), 2)
    log.view("s", 3)
    log.add(f"consent-{ADA}", ConsentChanged(ADA, {purpose: "granted"}, at(4)), 4)
    assert states(log.versions("e-6")) == [(60, ADA, 1.0), (90, ADA, 0.0), (110, ADA, 1.0)]
    assert states(log.versions("e-10")) == [(100, ADA, 0.0), (110, ADA, 1.0)]
    assert states(log.versions("e-8")) == [(80, PHONE, 1.0)]


def test_a_no_in_passing_holds_for_whom_the_person_becomes() -> None:
    """A browser that says no takes the account with it once it is linked, and gives it back when it is parted."""
    log = Log()
    log.see(ADA, minute=-9)
    log.see(COOKIE, PHONE)
    log.link(ADA, PHONE, -1)
    log.start("s", PHONE, 0)
    log.view("s", 1)
    log.start("no", COOKIE, 2)
    log.view("no", 2, envelope=envelope(consent={"personalisation": "granted"}, subject={"anonymous": COOKIE}))
    log.view("no", 3, envelope=envelope(consent={"personalisation": "denied"}, subject={"anonymous": COOKIE}))
    log.link(ADA, COOKIE, 4)
    log.unlink(ADA, COOKIE, 5)
    assert states(log.versions("e-8")) == [(80, COOKIE, 1.0), (90, COOKIE, 0.0), (100, ADA, 0.0), (110, COOKIE, 0.0)]
    assert states(log.versions("e-6")) == [(60, ADA, 1.0), (100, ADA, 0.0), (110, ADA, 1.0)]


def test_what_one_event_gives_and_takes_is_not_told() -> None:
    """A robot that says yes to be counted is found out by the same event: nothing is other than it was before."""
    log, who = Log(), {"anonymous": COOKIE}
    log.start("s", COOKIE, 0)
    log.view("s", 1, envelope=envelope(consent={"personalisation": "denied"}, subject=who))
    yes = envelope(consent={"personalisation": "granted"}, subject=who)
    log.fact("s", facts.AgentObserved(at(2), "crawl"), envelope=yes)
    assert states(log.versions()) == [(20, COOKIE, 0.0)]


def test_a_no_that_goes_to_another_person_leaves_the_first_one_counted() -> None:
    """A stronger link takes a browser from one account to another: whose no it was, counts no more; the first does."""
    log = Log()
    log.see(ADA, BEN, minute=-9)
    log.see(COOKIE)
    log.start("s", PHONE, 0)
    log.bind("s", BEN, 0)
    log.view("s", 1)
    log.link(BEN, COOKIE, 2, kind="same_device")
    log.start("no", COOKIE, 3)
    log.view("no", 3, envelope=envelope(consent={"personalisation": "denied"}, subject={"anonymous": COOKIE}))
    log.link(ADA, COOKIE, 4)
    assert states(log.versions("e-6")) == [(60, BEN, 1.0), (90, BEN, 0.0), (100, BEN, 1.0)]
