"""Profiles are read from sealed messages in memory; suggestions are facts of their own and resolve nothing."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from application.projections.identity import IDENTIFIERS
from domain.identity.suggestion import LinkSuggested
from haberdasher.cli.identity_suggest import suggest
from haberdasher.testing.linkage import SAME, TOLD_TWICE, TOWN
from ports.linkage import Profile
from tests.support.house import house, receive
from tests.support.linkage import needs_splink
from tests.support.memory_house import MemoryHouse
from tests.support.shop import sent
from tests.support.suggesting import ToldLinkage, identified, profiles_of, suggesting, suggestion

ADA = {"firstName": "Ada", "lastName": "Lovelace", "birthday": "1985-12-10", "address": {"city": "Londinium"}}


def test_a_profile_is_what_a_customer_told_last() -> None:
    """By the surrogate of the account; what is told later, in its own time, holds, and what is not told again stays."""
    shop = MemoryHouse()
    shop.receive("web", [identified("ada", 9, lastName="King"), identified("ada", 0, **ADA)])
    expected = Profile(shop.surrogate("account", "ada"), "Ada", "King", "1985-12-10", "Londinium")
    assert profiles_of(shop).read() == [expected]


def test_who_told_nothing_or_is_nobody_has_no_profile() -> None:
    """A cookie alone, an account without traits, traits that are no text, and what waits in the quarantine."""
    shop = MemoryHouse()
    bodies = [
        sent("product_viewed", 0, anonymous_id="c", properties={"product_id": "coat"}, traits=ADA),
        sent("login", 0, anonymous_id="c", user_id="grace"),
        identified("alan", 1, firstName=7, address="London"),
        sent("warp_drive", 2, user_id="grace", traits=ADA),
    ]
    answers = shop.receive("web", bodies)
    assert [one.outcome for one in answers] == ["accepted", "accepted", "accepted", "quarantined"]
    assert profiles_of(shop).read() == []


def test_who_was_erased_tells_nothing() -> None:
    """The key of the account is destroyed, and with it everything that was told."""
    shop = MemoryHouse()
    shop.receive("web", [identified("ada", 0, **ADA), identified("grace", 1, lastName="Hopper")])
    shop.keyring.destroy([shop.surrogate("account", "ada")])
    assert [one.surname for one in profiles_of(shop).read()] == ["Hopper"]


def test_an_address_that_was_told_as_identifier_is_compared() -> None:
    """E-mail and telephone of the message itself are part of the profile."""
    shop = MemoryHouse()
    body = sent("login", 0, user_id="ada", email="Ada@Example.org", phone="0201", traits={"lastName": "Lovelace"})
    shop.receive("web", [body])
    (profile,) = profiles_of(shop).read()
    assert (profile.email, profile.phone, profile.surname) == ("ada@example.org", "0201", "Lovelace")


def test_one_person_is_not_suggested_to_be_one() -> None:
    """A card and an account that are linked are one person; of two persons only the likeliest pair is told."""
    shop = MemoryHouse()
    bodies = [
        sent("login", 0, loyalty_id="card", traits=ADA),
        sent("login", 1, loyalty_id="card", user_id="ada", traits=ADA),
        identified("grace", 2, **ADA),
    ]
    shop.receive("web", bodies)
    ada, card, grace = (shop.surrogate(*one) for one in (("account", "ada"), ("loyalty", "card"), ("account", "grace")))
    linkage = ToldLinkage([suggestion(ada, card), suggestion(ada, grace, 0.98), suggestion(card, grace, 0.97)])
    (only,) = suggesting(shop, linkage).proposals(0.9)
    assert {one.key for one in linkage.asked} == {ada, card, grace}
    assert ({only.a, only.b}, only.probability) == ({ada, grace}, 0.98)
    first_seen_first = {ada: card, grace: min(grace, shop.surrogate("anonymous", "cookie-grace"))}
    assert set(only.persons) == set(first_seen_first.values())


def test_a_suggestion_is_recorded_once_and_changes_nobody() -> None:
    """One fact, by names of fields; persons and what is derived of them stay as they are.

    Only `traces` follows suggestions, so that an erasure finds what was said of a person.
    """
    shop = MemoryHouse()
    shop.receive("web", [identified("ada", 0, **ADA), identified("grace", 1, **ADA)])
    first, second = sorted((shop.surrogate("account", "ada"), shop.surrogate("account", "grace")))
    derived = shop.projections.keys() - {"traces"}
    before = {name: shop.rows(f"{name}#1") for name in derived}
    service = suggesting(shop, ToldLinkage([suggestion(first, second, 0.972, ("first_name", "city"))]))
    found = service.proposals(0.95)
    assert (service.record(found), service.record(service.proposals(0.95))) == (1, 0)
    shop.project()
    told = LinkSuggested(first, second, 0.972, ("first_name", "city"), "told-1", shop.clock.at)
    assert shop.events(LinkSuggested) == [told]
    assert {name: shop.rows(f"{name}#1") for name in derived} == before
    assert (IDENTIFIERS.name, first) in before["identity"]


def test_nothing_that_was_told_is_stored_in_the_clear() -> None:
    """Neither the events nor the rows hold a word of the profiles that were read."""
    shop = MemoryHouse()
    shop.receive("web", [identified("ada", 0, **ADA), identified("grace", 1, **ADA)])
    ends = shop.surrogate("account", "ada"), shop.surrogate("account", "grace")
    service = suggesting(shop, ToldLinkage([suggestion(*ends)]))
    service.record(service.proposals(0.95))
    shop.project()
    stored = repr(shop.events()) + repr(shop.store.rows)
    assert not [word for word in ("Ada", "Lovelace", "Londinium", "1985") if word in stored]


def _told(one: Profile) -> bytes:
    traits = {
        "firstName": one.first_name,
        "lastName": one.surname,
        "birthday": one.born,
        "address": {"city": one.city, "postalCode": one.postcode, "street": one.street},
        "email": one.email,
        "phone": one.phone,
    }
    message = {"type": "identify", "userId": f"user-{one.key}", "messageId": f"m-{one.key}", "traits": traits}
    return json.dumps(message | {"timestamp": "2026-03-02T09:00:00Z"}).encode()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose tracker is Segment's, and some of whose customers have two accounts."""
    home = tmp_path_factory.mktemp("shop")
    app = house(home)
    answers = receive(app, "segment_archive", [_told(one) for one in (*TOWN, *TOLD_TWICE)])
    assert {one.outcome for one in answers} == {"accepted"}
    app.close()
    return home


def run(home: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(suggest, options, env={"HABERDASHER_HOME": str(home)})
    return done.exit_code, done.stdout


def test_the_command_names_persons_and_evidence_only(home: Path) -> None:
    """Surrogates, probability and field names, as a table and as JSON; recorded once, however often it is asked."""
    needs_splink()
    code, printed = run(home, "--json", "--record")
    assert code == 0
    document = json.loads(printed)
    found = document["suggestions"]
    assert len(found) >= 0.9 * len(SAME)
    assert document["recorded"] == len(found)
    assert all(one["a"].startswith("account:") and one["probability"] >= 0.95 for one in found)
    assert not [one for one in (*TOWN, *TOLD_TWICE) if f"user-{one.key}" in printed or one.email in printed]
    code, printed = run(home, "--record")
    assert code == 0
    for word in ("May be one person", found[0]["persons"][0], "first_name, surname"):
        assert word in printed
    assert not [one.surname for one in TOWN if one.surname in printed]
    assert json.loads(run(home, "--json", "--record")[1])["recorded"] == 0


def test_a_shop_of_strangers_has_no_suggestions(tmp_path: Path) -> None:
    """It is said in words, and is no failure."""
    needs_splink()
    house(tmp_path).close()
    code, printed = run(tmp_path)
    assert code == 0
    assert "no suggestions" in printed


def test_without_the_extra_the_command_says_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 and the remedy, no trace."""
    for name in ("adapters.linkage.estimating", "adapters.linkage.comparing"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "splink", None)
    done = CliRunner().invoke(suggest, [], env={"HABERDASHER_HOME": str(home)})
    assert done.exit_code == 1
    assert "haberdasher[linkage]" in done.stderr


@pytest.mark.parametrize("bound", ["0", "1.2", "likely"])
def test_a_bound_that_is_no_probability_is_a_usage_error(tmp_path: Path, bound: str) -> None:
    """Exit code 2, by the option's name."""
    done = CliRunner().invoke(suggest, ["--at-least", bound], env={"HABERDASHER_HOME": str(tmp_path)})
    assert done.exit_code == 2
    assert "--at-least" in done.stderr
