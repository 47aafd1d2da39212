from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from domain.identity import identifier, link
from domain.identity.identifier import (
    IdentifierBlocked,
    IdentifierKindFixed,
    IdentifierObserved,
    IdentifierUnblocked,
    IdentifierUnknown,
)
from domain.identity.link import IdentityLinked, IdentityLinkRetracted, LinkToItself, LinkUnknown, link_id
from haberdasher.testing.given_when_then import given

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)
SUNDAY = MONDAY + timedelta(days=6)
OBSERVED = IdentifierObserved("email:1", "email", FRIDAY)
BLOCKED = IdentifierBlocked("email:1", "a shared mailbox", SUNDAY)
LINKED = IdentityLinked("account:1", "anonymous:1", "login", FRIDAY, "event-1")
RETRACTED = IdentityLinkRetracted("account:1", "anonymous:1", "login", "wrong person", SUNDAY)
CONNECT = partial(link.connect, a="anonymous:1", b="account:1", kind="login")


def test_an_identifier_is_observed_once() -> None:
    """Later sights are nothing to do; an earlier one dates the first sight back."""
    seen = given(identifier.DECIDER, OBSERVED)
    given(identifier.DECIDER).when(identifier.observe, "email:1", "email", FRIDAY).then(OBSERVED)
    seen.when(identifier.observe, "email:1", "email", SUNDAY).then_nothing()
    seen.when(identifier.observe, "email:1", "email", MONDAY).then(IdentifierObserved("email:1", "email", MONDAY))
    seen.when(identifier.observe, "email:1", "phone", SUNDAY).then_raises(IdentifierKindFixed)


def test_an_identifier_is_blocked_and_unblocked_by_hand() -> None:
    """Each counts once; an unknown identifier cannot be blocked."""
    given(identifier.DECIDER, OBSERVED).when(identifier.block, "a shared mailbox", SUNDAY).then(BLOCKED)
    given(identifier.DECIDER, OBSERVED, BLOCKED).when(identifier.block, "again", SUNDAY).then_nothing()
    given(identifier.DECIDER, OBSERVED, BLOCKED).when(identifier.unblock, "a mistake", SUNDAY).then(
        IdentifierUnblocked("email:1", "a mistake", SUNDAY)
    )
    given(identifier.DECIDER, OBSERVED).when(identifier.unblock, "a mistake", SUNDAY).then_nothing()
    given(identifier.DECIDER).when(identifier.block, "who?", SUNDAY).then_raises(IdentifierUnknown)


def test_a_link_is_named_by_its_pair_and_kind() -> None:
    """Both directions are one link; another kind or tenant is another one."""
    one, other = UUID(int=1), UUID(int=2)
    assert link_id(one, "a", "b", "login") == link_id(one, "b", "a", "login")
    assert (
        len({link_id(one, "a", "b", "login"), link_id(one, "a", "b", "order"), link_id(other, "a", "b", "login")}) == 3
    )


def test_the_same_evidence_twice_is_one_link() -> None:
    """Later evidence is nothing to do, earlier evidence dates the link back, from either side."""
    linked = given(link.DECIDER, LINKED)
    given(link.DECIDER).when(CONNECT, occurred_at=FRIDAY, evidence="event-1").then(LINKED)
    linked.when(CONNECT, occurred_at=SUNDAY, evidence="event-2").then_nothing()
    linked.when(CONNECT, occurred_at=MONDAY, evidence="event-0").then(
        IdentityLinked("account:1", "anonymous:1", "login", MONDAY, "event-0")
    )


def test_a_retraction_stands_against_all_earlier_evidence() -> None:
    """Only something that happened after it links again."""
    retracted = given(link.DECIDER, LINKED, RETRACTED)
    after = SUNDAY + timedelta(days=1)
    retracted.when(CONNECT, occurred_at=MONDAY, evidence="event-0").then_nothing()
    retracted.when(CONNECT, occurred_at=SUNDAY, evidence="event-3").then_nothing()
    retracted.when(CONNECT, occurred_at=after, evidence="event-4").then(
        IdentityLinked("account:1", "anonymous:1", "login", after, "event-4")
    )


def test_only_an_active_link_is_retracted() -> None:
    """Retracting twice is nothing to do; a link never made cannot be retracted; nobody is linked to himself."""
    given(link.DECIDER, LINKED).when(link.retract, "wrong person", SUNDAY).then(RETRACTED)
    given(link.DECIDER, LINKED, RETRACTED).when(link.retract, "again", SUNDAY).then_nothing()
    given(link.DECIDER).when(link.retract, "which?", SUNDAY).then_raises(LinkUnknown)
    given(link.DECIDER).when(
        link.connect, a="account:1", b="account:1", kind="login", occurred_at=MONDAY, evidence="event-1"
    ).then_raises(LinkToItself)
