"""P8: an export says everything about one person and nothing about anybody else, by a ledger kept beside the house."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest
from attrs import define, field

from application.privacy.belongings import SharedByOthers
from application.privacy.exporting import FORMAT, Exporting
from domain.identity import suggestion
from haberdasher.names import stored_names
from ports.event_log import Append, Commit, Fact, Metadata
from tests.support.memory_house import NOW, MemoryHouse
from tests.support.shop import ordered, sent, sent_back, viewed

NAMES = [f"shopper-{number}" for number in range(6)]
TABLET = "store-tablet"


@define
class Ledger:
    """What was sent, by whom it is of: bodies by event id, products looked at, orders and returns."""

    bodies: dict[str, dict[str, str]] = field(factory=lambda: {name: {} for name in (*NAMES, "")})
    looks: dict[str, Counter[str]] = field(factory=lambda: {name: Counter() for name in (*NAMES, "")})
    orders: dict[str, set[str]] = field(factory=lambda: {name: set() for name in (*NAMES, "")})

    def write(self, name: str, body: bytes, look: str = "") -> bytes:
        self.bodies[name][json.loads(body)["event_id"]] = body.decode()
        if look:
            self.looks[name][look] += 1
        return body


def season(house: MemoryHouse, ledger: Ledger) -> None:
    """Random visits in own browsers and at a tablet that all use, with orders, returns, wishes and nonsense between."""
    dice = Random(11)
    web: list[bytes] = []
    shop: list[bytes] = []
    for number in range(240):
        name = NAMES[dice.randrange(len(NAMES))]
        minute, product, kind = number * 40, f"p-{number}", dice.randrange(8)
        if kind < 3:
            body = viewed(product, minute, cookie=f"{name}-browser", user_id=name, email=f"{name}@example.org")
            web.append(ledger.write(name, body, product))
        elif kind == 3:
            web.append(ledger.write(name, viewed(product, minute, cookie=f"{name}-browser"), product))
        elif kind == 4:
            web.append(ledger.write(name, viewed(product, minute, cookie=TABLET, user_id=name), product))
        elif kind == 5:
            web.append(ledger.write("", viewed(product, minute, cookie=TABLET)))
        elif kind == 6:
            web.append(ledger.write(name, sent("warp", minute, user_id=name, note=f"said by {name}")))
        else:
            order_id = f"o-{number}-{name}"
            ledger.orders[name].add(order_id)
            shop.append(ledger.write(name, ordered(order_id, minute, f"{product}/m", user=name)))
            shop.append(ledger.write(name, sent_back(f"r-{number}", order_id, minute + 9, f"{product}/m", "too_small")))
    no = {"properties": {"ads": "denied"}}
    web += [ledger.write(name, sent("consent_changed", 9_700, user_id=name, **no)) for name in NAMES]
    house.receive("web", web, "web")
    house.receive("oms", shop, "oms")


@pytest.fixture(scope="module")
def told() -> tuple[MemoryHouse, Ledger]:
    house, ledger = MemoryHouse(batch=50), Ledger()
    season(house, ledger)
    return house, ledger


def exported(house: MemoryHouse, kind: str, value: str) -> Mapping[str, Any]:
    exporting = Exporting(
        *("main", house.intake, house.log, house.read_models, house.vault, house.keyring, stored_names(), house.clock)
    )
    document: Mapping[str, Any] = json.loads(json.dumps(exporting.export(house.surrogate(kind, value))))
    return document


def facts(streams: Mapping[str, Sequence[Mapping[str, Any]]], event: str) -> list[Mapping[str, Any]]:
    return [one["data"] for told in streams.values() for one in told if one["event"] == event]


@pytest.mark.parametrize("name", NAMES)
def test_an_export_is_what_the_ledger_says(told: tuple[MemoryHouse, Ledger], name: str) -> None:
    """Every body as it was sent, every look, order, return and decision; of the others not one word."""
    house, ledger = told
    document = exported(house, "email", f"{name}@example.org")
    assert document["format"] == FORMAT
    assert {one["event_id"]: one["body"] for one in document["received"]} == ledger.bodies[name]
    looks = facts(document["sessions"], "session.product_viewed")
    assert Counter(one["product"]["product_id"] for one in looks) == ledger.looks[name]
    assert set(document["orders"]) == ledger.orders[name]
    assert len(facts(document["followed"], "return.requested")) == len(ledger.orders[name])
    assert facts({"": document["consents"]["facts"]}, "consent.changed")[0]["answers"] == {"ads": "denied"}
    assert document["consents"]["withdrawn"] == ["ads"]
    waits = [one["event_id"] for one in document["received"] if one["waits"]]
    assert waits == [one for one, body in ledger.bodies[name].items() if '"warp"' in body]
    values = {one["value"]: one["shared"] for one in document["identifiers"]}
    own = {name, f"{name}-browser", f"{name}@example.org"}
    assert {value for value, shared in values.items() if not shared} == own
    assert set(values) <= {*own, TABLET}
    text = json.dumps(document)
    for other in NAMES:
        if other != name:
            assert other not in text
            assert house.surrogate("account", other) not in text
    assert not any(event_id in text for event_id in (f'"{one}"' for one in ledger.bodies[""]))
    assert document["features"]["views_7d"] >= 0


def test_everybody_together_is_what_was_sent(told: tuple[MemoryHouse, Ledger]) -> None:
    """No event is in two exports, and only what nobody logged in for is in none."""
    house, ledger = told
    counted = Counter(one["event_id"] for name in NAMES for one in exported(house, "account", name)["received"])
    assert set(counted.values()) == {1}
    assert set(counted) == {one for name in NAMES for one in ledger.bodies[name]}


def test_what_several_use_says_nothing_about_one_of_them(told: tuple[MemoryHouse, Ledger]) -> None:
    """Asked for by the tablet, nobody's data are handed out."""
    with pytest.raises(SharedByOthers):
        exported(told[0], "anonymous", TABLET)


def test_whom_somebody_may_be_one_with_is_not_said() -> None:
    """Suggestions and rejected links are shown with one end only."""
    house = MemoryHouse()
    house.receive("web", [viewed("a", 1, cookie="c", user_id="ada"), viewed("b", 2, cookie="d", user_id="bob")])
    ada, bob = house.surrogate("account", "ada"), house.surrogate("account", "bob")
    a, b = sorted((ada, bob))
    made = suggestion.LinkSuggested(a, b, 0.93, ("surname", "born"), "m-1", NOW)
    house.log.commit(Commit([Append("main/suggestion-x", 0, [Fact(made, Metadata("1", NOW, NOW))])]))
    house.receive("web", [viewed("c", 9, cookie="c", user_id="bob")], "shared now")
    document = exported(house, "account", "ada")
    (one,) = document["suggestions"]
    assert {one["data"]["a"], one["data"]["b"]} == {ada, None}
    assert bob not in json.dumps(document)
    assert one["data"]["evidence"] == ["surname", "born"]
    assert all(len([end for end in each["between"] if end]) >= 1 for each in document["links"])


def test_who_was_erased_cannot_be_exported() -> None:
    """The document is not empty but refused: nobody is known by that any more."""
    house = MemoryHouse()
    house.receive("web", [viewed("a", 1, cookie="c")])
    exporting = Exporting(
        *("main", house.intake, house.log, house.read_models, house.vault, house.keyring, stored_names(), house.clock)
    )
    forgotten = house.erase("anonymous", "c")
    with pytest.raises(LookupError, match="was erased"):
        exporting.export(forgotten.person)
