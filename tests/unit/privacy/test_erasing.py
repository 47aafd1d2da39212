"""P4, P5, P6: whoever is erased is gone, stays gone, and comes back as somebody new; nobody else notices."""

from typing import Any

import pytest

from application.intake.canonicaliser import Canonicaliser
from application.intake.reading import Reader
from application.intake.releasing import Releasing
from application.privacy.belongings import SharedByOthers
from application.projections.identity import IDENTIFIERS, PERSONS
from application.projections.quarantine import waiting
from application.projections.rows import View
from application.serving.customer_features import touches_of
from domain.identity.person import PersonForgotten
from domain.taxonomy.quarantine import EventQuarantined
from ports.vault import Identifier
from tests.support.house import SOURCES
from tests.support.memory_house import NOW, MemoryHouse
from tests.support.shop import MONDAY, ordered, sent, sent_back, viewed

ADA = (Identifier("account", "ada"), Identifier("email", "ada@example.org"), Identifier("anonymous", "ada-1"))
LATER = (NOW - MONDAY).total_seconds() / 60 + 60


def season(house: MemoryHouse) -> None:
    """Ada, by account, address and two browsers, and Bob beside her: visits, orders, a return, a slate, a refusal."""
    house.receive(
        "web",
        [
            viewed("coat", 1, cookie="ada-1"),
            viewed("coat", 2, cookie="ada-1", user_id="ada", email="ada@example.org"),
            viewed("scarf", 500, cookie="ada-2", user_id="ada"),
            viewed("scarf", 520, cookie="ada-2"),
            viewed("hat", 3, cookie="bob-1", user_id="bob", email="bob@example.org"),
            sent("warp", 4, anonymous_id="ada-1"),
            sent(
                "slate_viewed", 5, anonymous_id="ada-1", properties={"slate_id": "s-1", "items": [{"product_id": "x"}]}
            ),
            sent(
                "slate_viewed", 6, anonymous_id="bob-1", properties={"slate_id": "s-2", "items": [{"product_id": "x"}]}
            ),
        ],
        "season-web",
    )
    house.receive(
        "oms",
        [
            ordered("o-ada", 10, "coat/m", user="ada"),
            ordered("o-bob", 11, "hat/m", user="bob"),
            sent_back("r-ada", "o-ada", 20, "coat/m", "too_small"),
            sent_back("r-bob", "o-bob", 21, "hat/m", "too_small"),
        ],
        "season-oms",
    )


def all_rows(house: MemoryHouse) -> dict[tuple[str, str, str], bytes]:
    return {(model, name, key): row for (model, name), rows in house.store.rows.items() for key, row in rows.items()}


def naming(house: MemoryHouse, forgotten: PersonForgotten) -> list[tuple[str, str, str]]:
    """Return the rows of a person that are left, but for the lists of those of whom nothing may be known."""
    names, keys = [*forgotten.identifiers, *forgotten.sessions], {*forgotten.orders, *forgotten.claims}
    return [
        at
        for at, row in all_rows(house).items()
        if at[1].rpartition(".")[2] != "forgotten"
        and (at[2] in keys or any(name in at[2] or name.encode() in row for name in names))
    ]


def rebuilt(house: MemoryHouse) -> dict[tuple[str, str, str], bytes]:
    for projection in house.projections.values():
        house.runner.rebuild(projection)
    return {(at[0].partition("#")[0], *at[1:]): row for at, row in all_rows(house).items()}


def test_a_person_is_gone_from_vault_keys_and_every_read_model() -> None:
    """All identifiers of the person, whichever was named; of the others every row is what it was."""
    house, without = MemoryHouse(), MemoryHouse()
    season(house)
    bob = house.surrogate("account", "bob")
    before = {at: row for at, row in all_rows(house).items() if bob in at[2] or bob.encode() in row}
    forgotten = house.erase("anonymous", "ada-2")
    assert [house.vault.find(one) for one in (*ADA, Identifier("anonymous", "ada-2"))] == [None] * 4
    assert len(forgotten.identifiers) == 4
    assert (len(forgotten.sessions), forgotten.orders, forgotten.claims) == (2, ("o-ada",), ("r-ada/coat/m",))
    assert naming(house, forgotten) == []
    assert {at: row for at, row in all_rows(house).items() if bob in at[2] or bob.encode() in row} == before
    assert [one.product for one in touches_of(house.read_models, bob)] == ["hat", "hat", "hat"]
    season(without)
    assert len(all_rows(house)) < len(all_rows(without))


def test_no_body_of_the_person_opens_and_the_chain_holds() -> None:
    """What was sealed for Ada cannot be opened any more, what was for Bob can, and the digests still verify."""
    house = MemoryHouse()
    season(house)
    records = house.intake.follow(after=0, limit=100)
    keys = {one.arrival.key_id.partition("+")[0] for one in records}
    forgotten = house.erase("account", "ada")
    gone = keys & {*forgotten.identifiers, *forgotten.papers}
    assert len(gone) >= 3
    for one in records:
        arrival = one.arrival
        (body,) = house.keyring.unseal(
            [arrival.key_id], [arrival.sealed], [f"main\0{arrival.source}\0{arrival.source_event_id}".encode()]
        )
        assert (body is None) == (arrival.key_id.partition("+")[0] in gone)
    assert house.intake.verify() is None


def test_a_rebuild_brings_nothing_back() -> None:
    """P4: every read model, folded from the log anew, is the live one."""
    house = MemoryHouse()
    season(house)
    forgotten = house.erase("account", "ada")
    live = {(at[0].partition("#")[0], *at[1:]): row for at, row in all_rows(house).items()}
    assert rebuilt(house) == live
    assert naming(house, forgotten) == []


def test_late_events_are_counted_and_kept_without_anything_of_them() -> None:
    """P4: what had happened before the erasure comes after it: refused with its reason, its bytes are not stored."""
    house = MemoryHouse()
    season(house)
    house.erase("account", "ada")
    head = house.intake.head()
    late = [
        viewed("late", 600, cookie="ada-1"),
        sent("identify", 601, anonymous_id="new", email="ada@example.org"),
        sent("warp", 602, user_id="ada"),
    ]
    answers = house.receive("web", late, "late")
    (order,) = house.receive("oms", [ordered("o-late", 603, "coat/m", user="ada")], "late")
    assert [(one.outcome, one.reason) for one in (*answers, order)] == [("quarantined", "subject_erased")] * 4
    for one in house.intake.follow(after=head, limit=10):
        arrival = one.arrival
        assert arrival.key_id.startswith("epoch:")
        context = f"main\0{arrival.source}\0{arrival.source_event_id}".encode()
        assert list(house.keyring.unseal([arrival.key_id], [arrival.sealed], [context])) == [b""]
    assert [house.vault.find(one) for one in (*ADA, Identifier("anonymous", "new"))] == [None] * 4
    assert [one.position for one in waiting(house.read_models, reason="subject_erased")] == [
        one.position for one in (*answers, order)
    ]
    again = house.receive("web", late, "late")
    assert [one.outcome for one in again] == ["duplicate"] * 3


def test_letting_out_what_came_late_brings_nothing_back() -> None:
    """An operator's release finds nothing to release: it waits on."""
    house = MemoryHouse()
    season(house)
    waits = [one.intake_position for one in house.events(EventQuarantined)]
    house.erase("account", "ada")
    (answer,) = house.receive("web", [viewed("late", 600, cookie="ada-1")], "late")
    releasing = Releasing("main", house.intake, house.keyring, SOURCES, Reader(), house.clock)
    before = house.events(EventQuarantined)
    orders = releasing.release([*waits, answer.position, house.intake.head() - 1])
    house.canonicaliser.catch_up()
    house.project()
    assert len(orders) == len(waits) + 2
    assert house.events(EventQuarantined) == before


def test_who_comes_back_is_new() -> None:
    """Events from after the erasure make a person of its own, and link it to nothing that was."""
    house = MemoryHouse()
    season(house)
    old = {one: house.surrogate(one.kind, one.value) for one in ADA}
    house.erase("account", "ada")
    (answer,) = house.receive("web", [viewed("boots", LATER, cookie="ada-1", user_id="ada")], "again")
    assert answer.outcome == "accepted"
    new = house.surrogate("account", "ada")
    assert new not in old.values()
    assert [one.product for one in touches_of(house.read_models, new)] == ["boots"]
    identity = View(house.read_models, "identity")
    row = identity.one(IDENTIFIERS, new)
    assert row is not None
    assert row.person is not None
    members = identity.one(PERSONS, row.person) or ()
    assert set(members) == {new, house.surrogate("anonymous", "ada-1")}
    (late,) = house.receive("web", [viewed("late", 600, cookie="ada-1")], "late")
    assert late.reason == "subject_erased"


def test_nobody_is_merged_with_the_forgotten() -> None:
    """Re-merge: Bob logs in on what was Ada's browser, and on her old order a return is told: Ada stays gone."""
    house = MemoryHouse()
    season(house)
    forgotten = house.erase("account", "ada")
    house.receive("web", [viewed("boots", LATER, cookie="ada-1", user_id="bob")], "bob")
    house.receive(
        "oms",
        [
            sent_back("r-late", "o-ada", LATER + 1, "coat/m", "too_small"),
            sent(
                "order_updated",
                LATER + 2,
                properties={"order_id": "o-ada", "items": [], "total": "0", "currency": "EUR"},
            ),
            sent("order_cancelled", LATER + 3, properties={"order_id": "o-ada"}),
        ],
        "of-the-shop",
    )
    identity = View(house.read_models, "identity")
    bob = identity.one(IDENTIFIERS, house.surrogate("account", "bob"))
    assert bob is not None
    assert bob.person is not None
    members = identity.one(PERSONS, bob.person) or ()
    assert not set(members) & set(forgotten.identifiers)
    named = [at for at in naming(house, forgotten) if any(one in str(at) for one in forgotten.identifiers)]
    assert named == []
    for at, row in all_rows(house).items():
        if at[1].rpartition(".")[2] != "forgotten":
            assert not any(one.encode() in row for one in forgotten.identifiers), at


def test_a_shared_device_stays_with_the_others() -> None:
    """Two log in on one tablet: erasing one leaves the tablet, what happened on it unnamed, and the other's visits."""
    house = MemoryHouse()
    house.receive(
        "web",
        [
            viewed("coat", 1, cookie="tablet", user_id="ada"),
            viewed("hat", 100, cookie="tablet", user_id="bob"),
            viewed("sock", 200, cookie="tablet"),
        ],
    )
    with pytest.raises(SharedByOthers):
        house.erasing.order(house.surrogate("anonymous", "tablet"))
    forgotten = house.erase("account", "ada")
    assert forgotten.identifiers == (forgotten.person,) or len(forgotten.identifiers) == 1
    assert len(forgotten.sessions) == 1
    bob, tablet = house.surrogate("account", "bob"), house.surrogate("anonymous", "tablet")
    assert "hat" in [one.product for one in touches_of(house.read_models, bob)]
    assert "sock" in [one.product for one in touches_of(house.read_models, tablet)]
    assert naming(house, forgotten) == []
    live = {(at[0].partition("#")[0], *at[1:]): row for at, row in all_rows(house).items()}
    assert rebuilt(house) == live
    house.receive("web", [viewed("glove", 2, cookie="tablet"), viewed("glove", 101, cookie="tablet")], "late")
    assert naming(house, forgotten) == []
    assert len(house.erase("account", "bob").identifiers) == 2


def test_erasing_twice_is_erasing_once() -> None:
    """The same order again, or one for another identifier of the person, does nothing more."""
    house = MemoryHouse()
    season(house)
    account, cookie = house.surrogate("account", "ada"), house.surrogate("anonymous", "ada-1")
    first = house.erasing.order(account)
    assert house.erasing.order(account) == first
    assert house.erasing.order(cookie) == first + 1
    house.canonicaliser.catch_up()
    house.project()
    assert len(house.events(PersonForgotten)) == 1
    with pytest.raises(LookupError, match="was erased"):
        house.erasing.order(account)


def test_what_was_still_to_be_read_is_forgotten_too() -> None:
    """Bodies before the order in the intake log that link another browser: it is of the person, and goes as well."""
    house = MemoryHouse()
    season(house)
    house.door.receive("web", [viewed("boots", 700, cookie="ada-9", user_id="ada")], batch_id="in-flight")
    forgotten = house.erase("account", "ada")
    assert house.vault.find(Identifier("anonymous", "ada-9")) is None
    assert len(forgotten.identifiers) == 5
    assert naming(house, forgotten) == []


def test_an_identifier_that_was_only_ever_refused_can_be_erased() -> None:
    """The vault knows it from a body that waits: value and body go."""
    house = MemoryHouse()
    house.receive("web", [sent("warp", 1, email="eve@example.org")])
    forgotten = house.erase("email", "eve@example.org")
    assert forgotten.identifiers == (forgotten.person,)
    assert house.vault.find(Identifier("email", "eve@example.org")) is None


class Killed(BaseException):
    """The process is gone."""


def dying(target: Any, name: str, patch: pytest.MonkeyPatch, *, after: bool) -> None:
    """Have the process end before or after a step, whenever it is taken."""
    real = getattr(target, name)

    def end(_self: Any, *args: Any, **kwargs: Any) -> Any:
        if after:
            real(*args, **kwargs)
        raise Killed

    patch.setattr(type(target), name, end)


STEPS = [("suppression", "add"), ("vault", "forget"), ("keyring", "destroy"), ("log", "commit"), ("runner", "catch_up")]


@pytest.mark.parametrize(("part", "name"), STEPS)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("times", [1, 12])
def test_a_kill_at_any_step_is_made_good(
    *, part: str, name: str, after: bool, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before and after each step, once and more often than poison may kill: the next worker ends where it should."""
    house, undisturbed = MemoryHouse(), MemoryHouse()
    for one in (house, undisturbed):
        season(one)
    expected = undisturbed.erase("account", "ada")
    surrogate = house.surrogate("account", "ada")
    house.erasing.order(surrogate)
    killed = 0
    for _ in range(times):
        with monkeypatch.context() as patch:
            dying(getattr(house, part), name, patch, after=after)
            worker: Canonicaliser = house.another_canonicaliser()
            try:
                worker.catch_up()
            except Killed:
                killed += 1
    house.another_canonicaliser().catch_up()
    house.project()
    assert killed >= 1
    (forgotten,) = house.events(PersonForgotten)
    assert len(forgotten.identifiers) == len(expected.identifiers)
    assert (forgotten.orders, forgotten.claims) == (expected.orders, expected.claims)
    assert [house.vault.find(one) for one in ADA] == [None] * 3
    assert house.suppression.until(list(ADA)) == dict.fromkeys(ADA, forgotten.forgotten_at)
    assert naming(house, forgotten) == []
    assert house.receive("web", [viewed("late", 600, cookie="ada-1")], "late")[0].reason == "subject_erased"
