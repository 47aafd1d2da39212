"""What is stored beside a fact: how it was read, under which consent, and where it happened."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.identity.consent import ConsentChanged, ErasureRequested
from domain.session.facts import AgentObserved, ProductViewed
from domain.taxonomy.quarantine import EventQuarantined
from haberdasher.bootstrap import App, bootstrap
from haberdasher.settings import Settings
from ports.event_log import Recorded
from ports.weather import Place
from tests.support.house import SOURCES, receive
from tests.support.shop import sent, viewed

PARIS = {"latitude": 48.8566, "longitude": 2.3522, "country": "FR"}
GRANTED = {"geo": "granted"}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = bootstrap(Settings(home=tmp_path, sources=SOURCES, stores={"sydney": Place(-33.9, 151.2)}))
    yield app
    app.close()


def recorded(app: App, *kinds: type) -> list[Recorded]:
    return [one for one in app.log.follow(after=0, limit=10_000) if isinstance(one.event, kinds)]


def contexts(app: App) -> list[Any]:
    return [one.metadata.envelope.context for one in recorded(app, ProductViewed) if one.metadata.envelope]


def test_only_what_an_arrival_became_has_its_envelope(app: App) -> None:
    """The fact carries it with surrogates; the session that it started, links and identifiers do not."""
    receive(app, "web", [viewed("coat", user_id="ada", session_id="s-1", channel="app_ios")])
    (fact,) = recorded(app, ProductViewed)
    envelope = fact.metadata.envelope
    assert envelope is not None
    assert (envelope.source, envelope.source_event_name, envelope.channel) == ("web", "product_viewed", "app_ios")
    assert envelope.session_hint == "s-1"
    assert set(envelope.subject) == {"anonymous", "account"}
    assert "ada" not in str(envelope.subject.values())
    others = [one for one in recorded(app, object) if one.position != fact.position]
    assert others
    assert all(one.metadata.envelope is None for one in others)


def test_a_place_is_kept_under_a_grant_and_nowhere_else(app: App) -> None:
    """Coordinates are in no stored byte; a grant leaves a cell and a country, and weather from us."""
    receive(
        app, "web", [viewed("coat", context={"geo": PARIS}, consent=GRANTED), viewed("hat", context={"geo": PARIS})]
    )
    granted, silent = contexts(app)
    assert granted["geo"] == {"country": "FR", "geohash": "u09t"}
    assert granted["weather"]["provider"] == "climatology"
    assert silent == {}
    states = [row[0] for row in app.log._engine.raw_connection().cursor().execute("SELECT state FROM events")]  # type: ignore[attr-defined]
    assert not any(b"48.8" in state for state in states)


def test_a_withdrawal_wins_over_what_later_events_say(app: App) -> None:
    """`granted` in passing does not lift it; the shopper's own decision does, whatever came in first."""

    def decided(answer: str, minute: float) -> bytes:
        return sent("consent_changed", minute, anonymous_id="cookie-1", properties={"geo": answer})

    place: dict[str, Any] = {"context": {"geo": PARIS}, "consent": GRANTED}
    receive(app, "web", [decided("denied", 1), viewed("coat", 2, **place)], "1")
    receive(app, "web", [decided("granted", 5), viewed("hat", 6, **place)], "2")
    receive(app, "web", [decided("denied", 3), viewed("scarf", 7, **place)], "3")
    assert ["geo" in context for context in contexts(app)] == [False, True, True]
    marks = [one.metadata.envelope.marks for one in recorded(app, ProductViewed) if one.metadata.envelope]
    assert marks == [("geo_stripped",), (), ()]
    assert len(recorded(app, ConsentChanged)) == 3


def test_who_withdrew_from_analytics_is_not_followed(app: App) -> None:
    """Later behaviour waits with its reason; orders are still facts."""
    no = sent("consent_changed", 1, anonymous_id="cookie-1", properties={"analytics": "denied"})
    receive(app, "web", [no, viewed("coat", 2)])
    assert recorded(app, ProductViewed) == []
    assert [one.event.reason for one in recorded(app, EventQuarantined)] == ["consent_required"]


def test_a_wish_to_be_forgotten_is_on_record(app: App) -> None:
    """Once, however often it is said."""
    wish: dict[str, Any] = {"anonymous_id": "cookie-1", "user_id": "ada"}
    receive(app, "web", [sent("erasure_requested", 1, **wish), sent("erasure_requested", 2, **wish)])
    assert len(recorded(app, ErasureRequested)) == 2  # one for each identifier


def test_the_weather_of_a_store_is_its_own(app: App) -> None:
    """In March it is warmer in Sydney than at the shopper's home."""
    home: dict[str, Any] = {"context": {"geo": PARIS}, "consent": GRANTED}
    receive(app, "web", [viewed("coat", **home), viewed("hat", 1, store_id="sydney", channel="in_store", **home)])
    paris, sydney = (context["weather"]["temp_dc"] for context in contexts(app))
    assert sydney > paris + 50


def test_a_program_is_noted_when_it_changes(app: App) -> None:
    """The user agent stands in the session once per change, as evidence, and in no envelope."""
    agents = ["Mozilla/5.0 A", "Mozilla/5.0 A", "bot/1.0", "bot/1.0"]
    bodies = [viewed("coat", minute, context={"user_agent": agent}) for minute, agent in enumerate(agents)]
    receive(app, "web", [*bodies, viewed("hat", 5, context={"user_agent": "bot/1.0", "webdriver": True})])
    receive(app, "web", [viewed("scarf", 6, context={"user_agent": "bot/1.0", "webdriver": True})], "2")
    seen = [(one.event.user_agent, one.event.automated) for one in recorded(app, AgentObserved)]
    assert seen == [("Mozilla/5.0 A", False), ("bot/1.0", False), ("bot/1.0", True)]
    assert "Mozilla" not in json.dumps(contexts(app))
