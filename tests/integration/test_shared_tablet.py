"""A tablet in the living room: everybody keeps what they did under their own account, and nobody gets the rest."""

import json

from adapters.event_log import MemoryReadModels
from application.identity.attribution import owner_of
from application.learning.histories import Histories
from application.privacy.exporting import Exporting
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from application.serving.context import context_of
from application.serving.customer_features import touches_of
from domain.identity.attribution import anonymous_person
from domain.identity.link import IdentityLinked
from haberdasher.names import stored_names
from ports.vault import Identifier
from tests.support.memory_house import NOW, MemoryHouse
from tests.support.shop import MONDAY, sent, viewed

TABLET = "living-room"


def _house() -> MemoryHouse:
    """Ada and Ben use one tablet; each looks at things logged in, and somebody looks at things logged out."""
    house = MemoryHouse()
    house.receive(
        "web",
        [
            viewed("coat", 0, cookie=TABLET),
            sent("login", 2, anonymous_id=TABLET, user_id="ada"),
            viewed("dress", 3, cookie=TABLET),
            sent("logout", 4, anonymous_id=TABLET),
            viewed("hat", 60, cookie=TABLET),
            sent("login", 61, anonymous_id=TABLET, user_id="ben"),
            viewed("boots", 62, cookie=TABLET),
            sent("logout", 63, anonymous_id=TABLET),
            viewed("scarf", 200, cookie=TABLET),
            viewed("gloves", 300, cookie="adas-phone", user_id="ada"),
        ],
    )
    return house


def _seen(house: MemoryHouse, kind: str, value: str) -> set[str]:
    return {touch.product for touch in touches_of(house.read_models, house.surrogate(kind, value))}


def test_each_has_what_was_done_in_their_sessions() -> None:
    """A login is dated back to the beginning of its session; what nobody logged in for is the tablet's own."""
    house = _house()
    assert _seen(house, "account", "ada") == {"coat", "dress", "gloves"}
    assert _seen(house, "account", "ben") == {"hat", "boots"}
    assert _seen(house, "anonymous", TABLET) == {"scarf"}
    assert _seen(house, "anonymous", "adas-phone") == {"coat", "dress", "gloves"}


def test_every_event_is_of_exactly_one_person() -> None:
    """In training too: the histories of all persons together hold every touch once."""
    house = _house()
    histories = Histories.read(house.read_models)
    persons = {person: sorted(one.product for one in touches) for person, touches in histories.people() if person}
    tablet = house.surrogate("anonymous", TABLET)
    assert persons[anonymous_person(tablet)] == ["scarf"]
    assert sorted(product for products in persons.values() for product in products) == sorted(
        ["coat", "dress", "hat", "boots", "scarf", "gloves"]
    )
    assert len(persons) == 3


def test_on_the_tablet_it_is_who_logged_in_within_this_session() -> None:
    """The list is hers only while she is logged in; without a login it is the tablet's."""
    house, at = _house(), NOW.timestamp()
    sessions = {product: _session_with(house.read_models, product) for product in ("dress", "boots", "scarf")}
    tablet = [Identifier("anonymous", TABLET)]

    def seen(session_id: str | None) -> set[str]:
        context = context_of(house.read_models, house.vault, tablet, session_id, at)
        return {touch.product for touch in context.touches}

    assert seen(sessions["dress"]) == {"coat", "dress", "gloves"}
    assert seen(sessions["boots"]) == {"hat", "boots"}
    assert seen(sessions["scarf"]) == seen(None) == {"scarf"}


def test_a_tablet_that_one_person_uses_is_hers() -> None:
    """Not shared: what happened before any login is hers as well."""
    house = MemoryHouse()
    house.receive(
        "web", [viewed("coat", 0), viewed("hat", 100), sent("login", 200, anonymous_id="cookie-1", user_id="ada")]
    )
    assert _seen(house, "account", "ada") == {"coat", "hat"}


def _session_with(read_models: MemoryReadModels, product: str) -> str:
    found = [
        key for key, row in View(read_models, "sessions").all(SESSIONS) if product in {t.product for t in row.touches}
    ]
    return found[0]


def test_a_session_token_joins_what_was_seen_in_its_session_and_nothing_after_it() -> None:
    """The device and the login of one session are one person's; the same token a day later joins nobody."""
    house = MemoryHouse()
    token = {"session_token": "t-1"}
    house.receive(
        "web",
        [
            sent("product_viewed", 0, device_id="phone", properties={"product_id": "coat"}, **token),
            sent("product_viewed", 5, properties={"product_id": "hat"}, **token),
            sent("login", 10, user_id="ada", **token),
            sent("login", 24 * 60, user_id="ben", **token),
            sent("product_viewed", 24 * 60 + 1, device_id="bens-phone", properties={"product_id": "boots"}, **token),
        ],
    )
    assert _seen(house, "account", "ada") == {"coat", "hat"}
    identity = View(house.read_models, "identity")
    persons = {
        name: owner_of(identity, house.surrogate(kind, name))
        for kind, name in (("account", "ada"), ("device", "phone"), ("account", "ben"), ("device", "bens-phone"))
    }
    assert persons["ada"] == persons["phone"] != persons["ben"]
    assert persons["ben"] != persons["bens-phone"]
    late = [one for one in house.events(IdentityLinked) if one.occurred_at > MONDAY.replace(day=3)]
    assert {one.kind for one in late} == {"same_session"}


def test_whoever_gets_the_token_next_is_somebody_else() -> None:
    """A week later, without a login and with another's: neither features, training, the list nor an export mix them."""
    house, week = MemoryHouse(), 7 * 24 * 60
    token = {"session_token": "t-1"}

    def looked(product: str, minute: float, **who: str) -> bytes:
        return sent("product_viewed", minute, properties={"product_id": product}, **token, **who)

    house.receive(
        "web",
        [
            looked("coat", 0, user_id="ada"),
            looked("hat", 1),
            looked("secret", week),
            looked("boots", week + 60, user_id="bob"),
            looked("scarf", week + 120),
        ],
    )
    assert _seen(house, "account", "ada") == {"coat", "hat"}
    assert _seen(house, "account", "bob") == {"boots"}
    context = context_of(house.read_models, house.vault, [Identifier("session", "t-1")], None, NOW.timestamp())
    assert [touch.product for touch in context.touches] == []
    histories = Histories.read(house.read_models)
    ada = histories.person(house.surrogate("account", "ada"))
    assert {touch.product for touch in histories.of(ada)} == {"coat", "hat"}
    read, sealed = (house.log, house.read_models), (house.vault, house.keyring)
    exporting = Exporting("main", house.intake, *read, *sealed, stored_names(), house.clock)
    told = json.dumps(exporting.export(house.surrogate("account", "ada")))
    assert all(one in told for one in ("coat", "hat"))
    assert not any(one in told for one in ("secret", "boots", "scarf"))
