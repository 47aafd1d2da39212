"""What the journal makes of sessions: first versions, and those that come of bridges, cuts, logins and persons."""

from collections.abc import Sequence

import pytest
from attrs import evolve

from domain import order
from domain.identity.person import PersonForgotten
from domain.session import facts, session
from domain.values import Bill, LineItem, Money
from tests.unit.journal.log import Log, at, envelope, states
from tests.unit.journal.stories import fold

COOKIE, PHONE = "anonymous:c", "anonymous:p"
ADA, BEN = "account:ada", "account:ben"


def test_a_fact_is_told_as_it_was_said_and_known() -> None:
    """Of a look: product, place in the log, when it was known, whose, and the circumstances of its own event."""
    log = Log()
    log.start("s", COOKIE, 0)
    context = {"device_type": "desktop", "season": "spring", "weather": {"temp_dc": 121, "precip_tenth_mm": 4}}
    log.view("s", 3, known=63, envelope=envelope(context))
    (one,) = log.versions()
    assert (one.id, one.position, one.action, one.product, one.brand) == ("e-2", 20, "view", "coat", "acme")
    assert (one.at, one.known) == (at(3).timestamp(), at(63).timestamp())
    assert (one.customer, one.visitor, one.account, one.session) == (COOKIE, COOKIE, "", "s")
    assert (one.device, one.season, one.weather, one.counts) == ("desktop", "spring", "mild-wet", 1.0)


def test_searches_and_statements_are_told_without_a_product() -> None:
    """What was searched for, and a preference as kind=value, on the device of the session."""
    log = Log()
    log.start("s", COOKIE, 0)
    log.fact("s", facts.ProductsSearched(at(1), "red coat"))
    log.fact("s", facts.StatedPreferenceRecorded(at(2), "size", "m"))
    log.fact("s", facts.LoggedOut(at(3)))
    search, stated = log.versions()
    assert (search.action, search.query, search.product, search.device) == ("search", "red coat", "", "mobile")
    assert (stated.action, stated.stated, stated.product) == ("state", "size=m", "")


def test_a_login_makes_a_new_version_of_what_came_before_it() -> None:
    """The whole session is the account's from then on; until then it was the browser's. Again it is none."""
    log = Log()
    log.see(COOKIE, ADA)
    log.start("s", COOKIE, 0)
    log.view("s", 1)
    log.bind("s", ADA, 5)
    log.bind("s", ADA, 4)
    assert states(log.versions("e-4")) == [(40, COOKIE, 1.0), (50, ADA, 1.0)]
    last = log.versions("e-4")[-1]
    assert (last.account, last.at, last.known) == (ADA, at(1).timestamp(), at(5).timestamp())


def test_a_bridge_and_a_cut_move_what_they_concern() -> None:
    """What is moved names its new session, goes on from there, and is of whose that session is."""
    log = Log()
    log.start("one", COOKIE, 0)
    log.start("two", COOKIE, 40)
    log.start("three", COOKIE, 60)
    log.view("one", 1)
    log.view("two", 41)
    log.view("two", 50)
    log.bind("one", ADA, 2)
    log.add("session-two", session.SessionsBridged("one", "two"), 45)
    log.add("session-one", session.SessionCut("one", "three", at(50), "account_switch"), 60)
    log.bind("three", BEN, 60)
    where = [(one.position, one.session, one.customer) for one in log.versions("e-6")]
    assert where == [(60, "two", COOKIE), (80, "one", ADA), (90, "three", COOKIE), (100, "three", BEN)]
    assert [(one.position, one.session) for one in log.versions("e-5")] == [(50, "two"), (80, "one")]
    assert states(log.versions("e-4")) == [(40, COOKIE, 1.0), (70, ADA, 1.0)]


def test_a_cut_before_the_login_leaves_what_stays_to_nobody() -> None:
    """Where the login itself is cut away, the rest is the browser's again."""
    log = Log()
    log.start("one", COOKIE, 0)
    log.start("two", COOKIE, 30)
    log.view("one", 1)
    log.bind("one", ADA, 40)
    log.add("session-one", session.SessionCut("one", "two", at(30), "cap"), 41)
    assert states(log.versions("e-3")) == [(30, COOKIE, 1.0), (40, ADA, 1.0), (50, COOKIE, 1.0)]


def test_a_merge_and_its_split_are_told_of_those_who_moved() -> None:
    """Linked, the browser's touches are the account's; unlinked, its own again; the account's own never change."""
    log = Log()
    log.see(ADA, minute=-9)
    log.see(COOKIE, PHONE)
    log.start("a", PHONE, 0)
    log.bind("a", ADA, 0)
    log.view("a", 1)
    log.start("s", COOKIE, 0)
    log.view("s", 2)
    log.link(ADA, COOKIE, 3)
    log.unlink(ADA, COOKIE, 4)
    assert states(log.versions("e-8")) == [(80, COOKIE, 1.0), (90, ADA, 1.0), (100, COOKIE, 1.0)]
    assert states(log.versions("e-6")) == [(60, ADA, 1.0)]


def test_on_a_shared_device_what_nobody_logged_in_for_is_its_own() -> None:
    """From the second account's login on; before that it was the first one's."""
    log = Log()
    log.see(ADA, BEN, minute=-9)
    log.see(COOKIE)
    log.start("s", COOKIE, 0)
    log.view("s", 1)
    log.link(ADA, COOKIE, 2)
    log.link(BEN, COOKIE, 3)
    assert states(log.versions("e-5")) == [(50, COOKIE, 1.0), (60, ADA, 1.0), (70, f"{COOKIE}#unattributed", 1.0)]


def test_a_token_stands_for_its_session_only() -> None:
    """What began on it later is nobody's, also where its first sight turns out to have been earlier only afterwards."""
    token, log = "session:t", Log()
    log.see(token, minute=0)
    log.start("s", token, 60)
    log.view("s", 61)
    log.see(token, minute=-12 * 60)
    assert states(log.versions("e-3")) == [(30, token, 1.0), (40, f"{token}#unattributed", 1.0)]


def test_a_version_is_not_known_before_what_it_was_made_of() -> None:
    """A cause that was known earlier than the touch itself does not make the touch known then."""
    log = Log()
    log.start("s", COOKIE, 0)
    log.view("s", 1, known=90)
    log.bind("s", ADA, 2, known=3)
    assert [one.known for one in log.versions()] == [at(90).timestamp()] * 2


def test_a_session_that_never_began_is_said_aloud() -> None:
    """A log that does not start at its beginning is an error that names the session, as in the other read models."""
    log = Log()
    log.view("s", 1)
    with pytest.raises(LookupError, match="session s has no row"):
        log.heard()


def test_a_clock_that_is_wrong_is_told_as_intake_marked_it() -> None:
    """An hour off, marked and set right at intake: a version like any other, at the time that intake settled on."""
    log = Log()
    log.start("s", COOKIE, 0)
    wrong = evolve(envelope(), client_occurred_at=at(61), clock_skew_ms=3_600_000, marks=("clock_untrusted",))
    log.view("s", 1, envelope=wrong)
    assert [(one.at, one.counts) for one in log.versions()] == [(at(1).timestamp(), 1.0)]


def test_whoever_is_forgotten_leaves_the_others_theirs() -> None:
    """Listeners get every id that goes; what had moved to another's session stays, and that browser goes on."""
    log = Log()
    log.start("hers", COOKIE, 0)
    log.start("his", COOKIE, 60)
    log.bind("hers", ADA, 0)
    log.view("hers", 1)
    log.view("hers", 70)
    log.view("his", 62)
    log.add("session-hers", session.SessionCut("hers", "his", at(60), "account_switch"), 71)
    log.bind("his", BEN, 62)
    gone = PersonForgotten(ADA, (ADA,), at(80), sessions=("hers",), carriers=(COOKIE,))
    log.add(f"person-{ADA}", gone, 80)
    log.bind("his", BEN, 61)
    log.view("his", 63)
    heard = log.heard()
    (forgotten,) = heard.forgotten
    assert forgotten.observations == {"e-4"}
    assert (forgotten.person, forgotten.sessions) == (ADA, ("hers",))
    assert forgotten.customers == {ADA, f"{ADA}#unattributed"}
    assert {(one.id, one.customer, one.session) for one in heard.current} == {
        ("e-5", BEN, "his"),
        ("e-6", BEN, "his"),
        ("e-11", BEN, "his"),
    }
    assert {where[1] for where in _naming(log, (ADA,))} == {"identity.forgotten"}


def test_forgotten_comes_before_what_follows_it() -> None:
    """A batch is told in parts: what came before, then who is forgotten with what the rest of the batch said."""
    log = Log()
    log.start("hers", COOKIE, 0)
    log.start("other", PHONE, 0)
    log.view("hers", 1)
    log.add(f"person-{COOKIE}", PersonForgotten(COOKIE, (COOKIE,), at(2), sessions=("hers",)), 2)
    log.view("other", 3)
    heard = log.heard()
    assert heard.calls == [(9, 30), (39, 50)]
    assert [one.id for one in heard.versions] == ["e-5"]


def test_nothing_is_kept_of_whoever_is_forgotten() -> None:
    """Neither their sessions and orders, nor what they wanted, nor evidence of what they are, names them any more."""
    log = Log()
    log.see(ADA, COOKIE)
    log.link(ADA, COOKIE, 0)
    log.start("hers", COOKIE, 0)
    log.bind("hers", ADA, 0)
    no = envelope(consent={"personalisation": "denied"}, subject={"anonymous": COOKIE})
    log.fact("hers", facts.AgentObserved(at(1), "crawl"), envelope=no)
    log.view("hers", 2)
    log.view("hers", 2.1)
    line = LineItem("coat", "coat/m", "coat", 2, Money(4000, "EUR"), tax_included=True)
    placed = order.OrderPlaced("her-order", Bill((line,), Money(8000, "EUR")), "web", at(3), 0, account=ADA)
    log.add("order-her-order", placed, 3)
    names = (ADA, COOKIE, "hers", "her-order")
    held = {where[1] for where in _naming(log, names)}
    assert {"visits", "sales", "purchases.purchases", "clicks.looked", "traffic.marked", "robotic"} <= held
    gone = PersonForgotten(ADA, (ADA, COOKIE), at(4), sessions=("hers",), orders=("her-order",))
    log.add(f"person-{ADA}", gone, 4)
    assert {where[1] for where in _naming(log, names)} == {"identity.forgotten"}


def _naming(log: Log, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the collections that hold one of the names, in a key or a row."""
    _, store = fold(log.events, [3])
    return [
        where
        for where, rows in store.rows.items()
        for key, row in rows.items()
        if any(name in key or name.encode() in row for name in names)
    ]
