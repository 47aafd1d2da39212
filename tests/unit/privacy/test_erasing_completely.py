"""P4, P5 at the seams: killed half-way, ordered in vain, sent in between; under whatever somebody ordered."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import define

from application.intake.deposit import seal_context, sealed_id
from application.intake.reading import Reader
from application.intake.recognition import Recognition, Told
from application.intake.reconciliation import Reconciling
from application.journal.journal import Journal
from application.privacy.belongings import SharedByOthers, belongings_of
from application.privacy.erasing import forgotten_as
from application.privacy.exporting import Exporting
from application.projections.identity import IDENTIFIERS
from application.projections.rows import View
from domain.identity.person import PersonForgotten
from domain.session.facts import ProductViewed
from domain.taxonomy.quarantine import EventQuarantined
from haberdasher.names import stored_names
from ports.vault import Identifier
from tests.support.house import SOURCES
from tests.support.memory_house import NOW, MemoryHouse
from tests.support.shop import MONDAY, ordered, sent, sent_back, viewed

ADA, BOB, TAB = Identifier("account", "ada"), Identifier("email", "bob@example.org"), Identifier("anonymous", "tab")
LATER = (NOW - MONDAY).total_seconds() / 60 + 60
WIRE = {"phone": "phone", "device": "device_id", "anonymous": "anonymous_id", "session": "session_token"}


class Killed(BaseException):
    """The process is gone."""


def opened(house: MemoryHouse) -> list[bytes]:
    """Return every body that still opens."""
    sent_in = [one.arrival for one in house.intake.follow(after=0, limit=1000) if one.arrival.key_id]
    contexts = [seal_context("main", one.source, sealed_id(one)) for one in sent_in]
    bodies = house.keyring.unseal([one.key_id for one in sent_in], [one.sealed for one in sent_in], contexts)
    return [body for body in bodies if body]


@pytest.mark.parametrize("times", [1, 3])
def test_a_kill_before_the_record_loses_no_paper(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed when the vault has forgotten and nothing is recorded: whoever goes on still records what was destroyed."""
    house = MemoryHouse()
    house.receive("oms", [ordered("o-1", 1, "coat/m"), sent_back("r-1", "o-1", 20, "coat/m", "too_small")])
    surrogate, paper = house.surrogate("account", "ada"), house.surrogate("order", "o-1")
    house.erasing.order(surrogate)
    real = house.vault.forget

    def die(surrogates: Sequence[str]) -> None:
        real(surrogates)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(type(house.vault), "forget", lambda _self, surrogates: die(surrogates))
        for _ in range(times):
            with pytest.raises(Killed):
                house.another_canonicaliser().catch_up()
    house.another_canonicaliser().catch_up()
    house.project()
    (forgotten,) = house.events(PersonForgotten)
    assert forgotten.papers == (paper,)
    assert house.rows("canonicaliser").keys() >= {("forgotten", surrogate), ("forgotten", paper)}
    assert [at for at in house.rows("canonicaliser") if at[0] == "papers"] == []


def test_whoever_is_overtaken_destroys_nothing() -> None:
    """Another worker carried the order out meanwhile: this one notices before it touches a key."""
    house = MemoryHouse()
    house.receive("oms", [ordered("o-1", 1, "coat/m")])
    house.erasing.order(house.surrogate("account", "ada"))
    slow, fast, told = house.another_canonicaliser(), house.another_canonicaliser(), list[str]()

    def overtaken(surrogate: str, at: datetime, keep: Any) -> PersonForgotten:
        fast.catch_up()
        keep(["order:none"])
        told.append(surrogate)
        raise AssertionError("it went on")

    slow.carry_out = overtaken
    assert slow.catch_up() == house.intake.head()
    house.project()
    assert told == []
    (forgotten,) = house.events(PersonForgotten)
    assert len(forgotten.papers) == 0


@pytest.mark.parametrize("kind", WIRE)
def test_an_order_goes_with_whatever_it_came_under(kind: str) -> None:
    """Without account, card or address the order is of its strongest identifier: exported, erased, never back."""
    house = MemoryHouse()
    body = {name: value for name, value in json.loads(ordered("o-1", 1, "coat/m")).items() if name != "user_id"}
    house.receive("oms", [json.dumps(body | {WIRE[kind]: "known"}).encode(), of_order("shipment_delivered", 5)])
    exporting = Exporting(
        *("main", house.intake, house.log, house.read_models, house.vault, house.keyring, stored_names(), house.clock)
    )
    document = exporting.export(house.surrogate(kind, "known"))
    assert (list(document["orders"]), list(document["followed"])) == (["o-1"], ["shipment-s-1"])
    assert len(document["received"]) == 2
    paper = house.surrogate("order", "o-1")
    live = house.erase(kind, "known")
    assert (live.orders, live.papers) == (("o-1",), (paper,))
    assert opened(house) == []
    late = house.receive("oms", [sent_back("r-1", "o-1", 20, "coat/m", "too_small")], "late")
    assert [one.reason for one in late] == ["subject_erased"]
    assert not any("o-1" in key for _, key in (*house.rows("purchases#1"), *house.rows("traces#1")))
    before = house.rows("traces#1")
    house.runner.rebuild(house.projections["traces"])
    assert house.rows("traces#2") == before


def of_order(event: str, minute: float) -> bytes:
    return sent(event, minute, properties={"order_id": "o-1", "shipment_id": "s-1"})


def test_an_order_on_a_token_that_was_used_again_is_the_next_ones() -> None:
    """A token stands for its session: what is ordered on it much later is not of who had it first."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat", 0, cookie="ada-1", session_token="7", user_id="ada")])
    bodies = []
    for order_id, minute in (("o-now", 5), ("o-next-month", 60 * 24 * 30)):
        body = json.loads(ordered(order_id, minute, "coat/m"))
        body.pop("user_id")
        bodies.append(json.dumps(body | {"session_token": "7"}).encode())
    house.receive("oms", bodies, "orders")
    assert belongings_of(house.read_models, house.surrogate("account", "ada")).orders == ("o-now",)


def test_what_comes_between_an_order_and_its_carrying_out_is_counted() -> None:
    """Acknowledged under a key that is destroyed before anybody reads it: it waits as erased, and nothing is lost."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat", 1, cookie="c", user_id="ada")])
    house.erasing.order(house.surrogate("account", "ada"))
    house.clock.at = NOW + timedelta(minutes=1)
    (answer,) = house.door.receive("web", [viewed("new", LATER, cookie="c", user_id="ada")], batch_id="between")
    house.canonicaliser.catch_up()
    house.project()
    assert answer.outcome == "accepted"
    assert [one.product.product_id for one in house.events(ProductViewed)] == ["coat"]
    waits = [(one.intake_position, one.reason) for one in house.events(EventQuarantined)]
    assert waits == [(answer.position, "subject_erased")]
    (hour,) = Reconciling(
        *("main", house.intake, house.log, house.read_models, house.vault, house.keyring),
        *(SOURCES, house.ids, Reader()),
    ).hours()
    assert (hour.fates, hour.lost) == ({"stored": 1, "quarantined": 1}, ())
    assert opened(house) == []


@pytest.mark.parametrize("sending", [{"sent_at": "2020-01-01T00:00:00Z"}, {"sent_at": NOW.isoformat()}, {}])
def test_a_clock_that_is_not_trusted_brings_nobody_back(sending: Mapping[str, str]) -> None:
    """Sent by a device whose clock is years off: the time that it says counts for what is erased."""
    house = MemoryHouse()
    recent = NOW - timedelta(hours=4)
    house.receive("live", [looked("coat", recent, {})])
    house.erase("account", "ada")
    house.clock.at = NOW + timedelta(hours=1)
    assert [one.reason for one in house.receive("live", [looked("old", recent, sending)], "late")] == ["subject_erased"]
    assert house.vault.find(ADA) is None


def test_who_comes_back_on_a_device_with_a_wrong_clock_is_taken_in() -> None:
    """What says that it happened after the erasure did: only its sending is years off."""
    house = MemoryHouse()
    house.receive("live", [looked("coat", NOW, {})])
    house.erase("account", "ada")
    house.clock.at = NOW + timedelta(hours=1)
    after = looked("new", NOW + timedelta(minutes=30), {"sent_at": "2020-01-01T00:00:00Z"})
    assert [one.outcome for one in house.receive("live", [after], "back")] == ["accepted"]


def looked(product: str, moment: datetime, sending: Mapping[str, str]) -> bytes:
    changes: dict[str, Any] = {"timestamp": moment.isoformat(), **sending}
    return sent("product_viewed", user_id="ada", properties={"product_id": product}, **changes)


@define
class ErasedMeanwhile:
    """The list of a house in which Ada is erased after it was first asked."""

    asked: int = 0

    def add(self, identifiers: Sequence[Identifier], until: datetime) -> None:
        raise AssertionError((identifiers, until))

    def until(self, identifiers: Sequence[Identifier]) -> Mapping[Identifier, datetime]:
        self.asked += 1
        return {one: NOW for one in identifiers if one == ADA and self.asked > 1}


def test_an_erasure_meanwhile_costs_nobody_else_their_name() -> None:
    """What names Ada and Bob comes late: of what the look-up brought back only hers is forgotten once more."""
    house = MemoryHouse()
    everybody = [ADA, BOB, TAB]
    before = house.vault.surrogates([BOB, TAB])
    _, late = Recognition(house.vault, ErasedMeanwhile()).surrogates([Told(MONDAY, everybody, everybody)])
    assert late == [True]
    assert house.vault.find(ADA) is None
    assert {one: house.vault.find(one) for one in (BOB, TAB)} == before


def test_who_is_back_already_keeps_the_new_name() -> None:
    """Of one batch something is late and something is of after the erasure: the second is of somebody new."""
    house = MemoryHouse()
    told = [Told(MONDAY, [ADA], [ADA]), Told(NOW + timedelta(hours=1), [ADA], [ADA])]
    found, late = Recognition(house.vault, ErasedMeanwhile()).surrogates(told)
    assert late == [True, False]
    assert house.vault.find(ADA) == found[ADA]


def test_an_order_that_came_to_nothing_is_in_nobodys_way() -> None:
    """Bob's login was in the log already: the tablet is left to both. Once it is Ada's alone it can be erased."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat", 0, cookie="tab", user_id="ada")])
    tablet = house.surrogate("anonymous", "tab")
    house.door.receive("web", [viewed("coat", 60, cookie="tab", user_id="bob")], batch_id="bob")
    first = house.erasing.order(tablet)
    house.canonicaliser.catch_up()
    house.project()
    assert forgotten_as(house.read_models, house.log, "main", tablet) is None
    with pytest.raises(SharedByOthers):
        house.erasing.order(tablet)
    house.erase("account", "bob")
    second = house.erasing.order(tablet)
    assert house.erasing.order(tablet) == second > first
    house.canonicaliser.catch_up()
    house.project()
    forgotten = forgotten_as(house.read_models, house.log, "main", tablet)
    assert forgotten is not None
    assert tablet in forgotten.identifiers
    assert View(house.read_models, "identity").one(IDENTIFIERS, tablet) is None


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_products_are_the_same_however_the_log_is_cut(batch: int) -> None:
    """A return of an order of somebody erased counts for no product, in one batch with the erasure or not."""
    house = MemoryHouse(batch=3)
    house.receive("oms", [ordered("o-1", 1, "coat/m", user="ada"), ordered("o-2", 2, "coat/m", user="bob")])
    house.erase("account", "ada")
    house.receive("oms", [sent_back("r-1", "o-1", LATER, "coat/m", "too_small")], "late")
    name = Journal.name
    live = house.rows(f"{name}#1")
    house.runner.batch = batch
    house.runner.rebuild(house.projections[name])
    assert house.rows(f"{name}#2") == live
