from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from domain.identity.attribution import anonymous_person, attribute
from domain.identity.person import DECIDER, PersonAbsorbed, PersonMergedInto, reorganise, settle
from domain.identity.policy import DEFAULT_POLICY
from domain.identity.resolver import Link, Node, Partition, resolve
from haberdasher.testing.given_when_then import given

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
TENANT = UUID(int=7)


def node(surrogate: str, day: int = 0) -> Node:
    return Node(surrogate, surrogate.partition(":")[0], NEW_YEAR + timedelta(days=day))


def link(a: str, b: str, kind: str = "login", day: int = 0) -> Link:
    return Link(f"{a}-{b}-{kind}", a, b, kind, NEW_YEAR + timedelta(days=day))


def persons(*links: Link, blocks: frozenset[str] = frozenset()) -> Partition:
    names = sorted({name for found in links for name in (found.a, found.b)})
    return resolve([node(name, day) for day, name in enumerate(names)], links, blocks)


def test_an_identifier_without_links_is_a_person() -> None:
    """Everybody is somebody."""
    assert resolve([node("anonymous:1")], []).person_of == {"anonymous:1": "anonymous:1"}


def test_a_stronger_later_link_displaces_a_weaker_earlier_one() -> None:
    """The cookie bought as a guest of one account, then logged in to another: the login counts."""
    guest = link("account:1", "anonymous:1", "guest_checkout", day=0)
    login = link("account:2", "anonymous:1", "login", day=9)
    found = persons(guest, login)
    assert found.rejected == ((guest, "limit"),)
    assert found.person_of["anonymous:1"] == found.person_of["account:2"] != found.person_of["account:1"]


def test_two_accounts_within_a_month_share_a_device() -> None:
    """Later than a month apart, the device has changed hands."""
    assert persons(link("account:1", "device:1"), link("account:2", "device:1", day=30)).shared == {"device:1"}
    assert persons(link("account:1", "device:1"), link("account:2", "device:1", day=31)).shared == frozenset()


def test_churning_identifiers_are_limited_within_their_window() -> None:
    """Six e-mail addresses in one year are one too many, over two years they are not."""
    fast = [link("account:1", f"email:{number}", "email_click", day=number) for number in range(6)]
    slow = [link("account:1", f"email:{number}", "email_click", day=150 * number) for number in range(6)]
    assert persons(*fast).rejected == ((fast[5], "limit"),)
    assert persons(*slow).rejected == ()


def test_an_identifier_that_is_still_used_counts_in_the_window() -> None:
    """A link inside a person joins nothing new, but it shows that its address was in use then."""
    old = link("account:1", "email:0", "order", day=0)
    again = link("account:1", "email:0", "email_click", day=400)
    later = [link("account:1", f"email:{number}", "email_click", day=400 + number) for number in range(1, 6)]
    assert persons(old, *later).rejected == ()
    assert persons(old, again, *later).rejected == ((later[4], "limit"),)


def test_a_value_that_everybody_uses_joins_nobody() -> None:
    """An e-mail with more than fifty neighbours is blocked by its links alone; an account never is."""
    cookies = [f"anonymous:{number}" for number in range(51)]
    found = persons(*(link("email:1", cookie, "email_click") for cookie in cookies))
    assert found.blocked == {"email:1"}
    assert len(found.members) == 51
    assert persons(*(link("account:1", cookie) for cookie in cookies)).blocked == frozenset()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (link("account:1", "kiosk:1"), "kind_of_identifier"),
        (link("account:1", "anonymous:1", "looks_alike"), "kind_of_link"),
    ],
)
def test_only_deterministic_evidence_joins(bad: Link, reason: str) -> None:
    """Store tablets and mere similarity are rejected with their reason."""
    found = persons(bad)
    assert found.rejected == ((bad, reason),)
    assert len(found.members) == 2


def test_a_link_to_an_unknown_identifier_is_rejected() -> None:
    """It is not guessed what it was."""
    dangling = link("account:1", "anonymous:1")
    assert resolve([node("account:1")], [dangling]).rejected == ((dangling, "identifier_unknown"),)


@pytest.mark.parametrize(
    "value",
    [
        *("", "  ", "null", "None", "undefined", "NaN", "anonymous", "GUEST", "test", "unknown", "-1", "0", "000"),
        *("---", "00000000-0000-0000-0000-000000000000", "[object Object]"),
    ],
)
def test_values_of_nobody_are_blocked(value: str) -> None:
    """What tracking sends when it has nothing to send identifies nobody."""
    assert DEFAULT_POLICY.is_blocked_value(value)


@pytest.mark.parametrize("value", ["10", "anna@example.org", "tester", "0x1", "cf3a-0000"])
def test_values_of_somebody_are_not_blocked(value: str) -> None:
    """Only the whole value counts."""
    assert not DEFAULT_POLICY.is_blocked_value(value)


def test_events_on_a_shared_device_go_to_whoever_was_logged_in() -> None:
    """The event's account, then the session's; without either nobody in particular."""
    found = persons(link("account:1", "device:1"), link("account:2", "device:1", day=3))
    two = found.person_of["account:2"]
    assert attribute(found, "device:1", account="account:2", session_account="account:1") == two
    assert attribute(found, "device:1", account=None, session_account="account:2") == two
    assert attribute(found, "device:1", account=None, session_account=None) == anonymous_person("device:1")


def test_events_on_ones_own_device_are_ones_own() -> None:
    """Browsing before the login is attributed afterwards."""
    found = persons(link("account:1", "device:1"))
    assert attribute(found, "device:1", account=None, session_account=None) == found.person_of["account:1"]


announce = partial(reorganise, cause="link-1", tenant=TENANT, policy_version="1", decided_at=NEW_YEAR)


def test_a_merge_is_told_to_both_persons() -> None:
    """The survivor hears all it answers for, the other one where it went, under one id."""
    news = announce({"a": "a", "b": "b"}, {"a": "a", "b": "a"})
    [absorbed], [merged] = news["a"], news["b"]
    assert isinstance(absorbed, PersonAbsorbed)
    assert isinstance(merged, PersonMergedInto)
    assert absorbed.merge_id == merged.merge_id
    assert absorbed.all_absorbed == ("b",)
    assert news == announce({"a": "a", "b": "b"}, {"a": "a", "b": "a"})


def test_what_was_split_can_be_merged_again() -> None:
    """A merge is told once, a second one after a split is told again."""
    apart, together = {"a": "a", "b": "b"}, {"a": "a", "b": "a"}
    merge, split = announce(apart, together)["a"], announce(together, apart)["a"]
    given(DECIDER, *merge).when(settle, merge).then_nothing()
    given(DECIDER, *merge).when(settle, split).then(*split)
    given(DECIDER, *merge, *split).when(settle, merge).then(*merge)
