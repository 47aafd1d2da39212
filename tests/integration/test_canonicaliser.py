"""From what a shop sends to facts, persons, sessions and purchases."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from application.learning.histories import Histories
from application.projections.purchases import PURCHASES
from application.projections.rows import View
from application.projections.sessions import SESSIONS, Session
from application.serving.customer_features import features_of
from domain.taxonomy.quarantine import EventQuarantined
from haberdasher.bootstrap import App
from ports.vault import Identifier
from tests.support.house import house, person_of, receive
from tests.support.shop import MONDAY, ordered, sent, sent_back, viewed


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = house(tmp_path)
    yield app
    app.close()


def facts(app: App) -> list[Any]:
    return [recorded.event for recorded in app.log.follow(after=0, limit=10_000)]


def sessions(app: App) -> dict[str, Session]:
    return dict(View(app.read_models, "sessions").all(SESSIONS))


def surrogate(app: App, kind: str, value: str) -> str:
    found = app.vault.find(Identifier(kind, value))
    assert found is not None
    return found


def test_a_visit_becomes_one_session_with_its_touches(app: App) -> None:
    """Views within half an hour of each other are one session, in the order in which they happened."""
    receive(app, "web", [viewed("scarf", 10), viewed("coat", 0), viewed("hat", 50)])
    assert [[t.product for t in sorted(s.touches, key=lambda t: t.at)] for s in sessions(app).values()] == [
        ["coat", "scarf"],
        ["hat"],
    ]


def test_a_late_event_bridges_two_sessions(app: App) -> None:
    """What closes the gap makes one session of two, whatever was recorded before."""
    receive(app, "web", [viewed("coat", 0), viewed("hat", 50)])
    receive(app, "web", [viewed("scarf", 25)], "batch-2")
    living = [s for s in sessions(app).values() if not s.absorbed_by]
    assert [sorted(t.product for t in s.touches) for s in living] == [["coat", "hat", "scarf"]]


def test_logging_in_makes_the_whole_session_the_account_s(app: App) -> None:
    """The login is back-dated to the session, and cookie and account are one person from then on."""
    receive(
        app,
        "web",
        [viewed("coat", 0), sent("login", 5, anonymous_id="cookie-1", user_id="ada"), viewed("hat", 6, user_id="ada")],
    )
    account = surrogate(app, "account", "ada")
    assert [s.subject for s in sessions(app).values()] == [account]
    assert person_of(app.read_models, account) == person_of(app.read_models, surrogate(app, "anonymous", "cookie-1"))


def test_a_return_reaches_the_line_it_came_from(app: App) -> None:
    """A purchase and its return are touches of the buyer; the reason is a direction of misfit."""
    receive(app, "oms", [ordered("o-1", 0, "coat/m", "hat/one")])
    receive(app, "oms", [sent_back("r-1", "o-1", 60, "coat/m", "too-small")], "batch-2")
    purchase = View(app.read_models, "purchases").one(PURCHASES, "o-1")
    assert purchase is not None
    assert purchase.subject == surrogate(app, "account", "ada")
    assert [(t.action, t.product, t.fit) for t in purchase.touches] == [
        ("purchase", "coat", ""),
        ("purchase", "hat", ""),
        ("return", "coat", "too_small"),
    ]


def test_a_return_before_its_order_is_kept_and_finds_it_later(app: App) -> None:
    """Facts of the order system are never refused for coming early."""
    receive(app, "oms", [sent_back("r-1", "o-1", 60, "coat/m", "too-large")])
    receive(app, "oms", [ordered("o-1", 0, "coat/m")], "batch-2")
    purchase = View(app.read_models, "purchases").one(PURCHASES, "o-1")
    assert purchase is not None
    assert [t.fit for t in purchase.touches if t.action == "return"] == ["too_large"]


def test_a_second_run_changes_nothing(app: App) -> None:
    """The same events again are duplicates, and no fact is added."""
    batch = [viewed("coat", 0), viewed("hat", 1), b"not json"]
    receive(app, "web", batch)
    before = app.log.head()
    answers = receive(app, "web", batch)
    assert [one.outcome for one in answers] == ["duplicate"] * 3
    assert app.log.head() == before


def test_every_event_is_answered_for_and_the_good_part_is_stored(app: App) -> None:
    """accepted + duplicate + quarantined = received; what was refused is in the log with its reason."""
    live = {"event": "product_viewed", "anonymous_id": "c", "properties": {"product_id": "p"}}
    bodies = [
        json.dumps(live | {"event_id": "good-1"}).encode(),
        b"{broken",
        b"[" * 50_000,
        json.dumps(live | {"event_id": "x", "event": "warp_drive"}).encode(),
        json.dumps(live | {"event_id": "future", "timestamp": "2999-01-01T00:00:00Z"}).encode(),
        json.dumps(
            live | {"event_id": "neg", "properties": {"product_id": "p", "price": -1, "currency": "EUR"}}
        ).encode(),
        b'{"event":"product_viewed","event_id":"nan","anonymous_id":"c","properties":{"product_id":"p","price":NaN}}',
        b'{"event":"product_viewed","event_id":"nul","anonymous_id":"c","properties":{"product_id":"p\\u0000"}}',
        b'{"event":"product_viewed","event_id":"sur","anonymous_id":"c","properties":{"product_id":"\\ud800"}}',
        b'{"event":"product_viewed","event_id":"big","anonymous_id":"c","x":"' + b"a" * 70_000 + b'"}',
        b'{"event":"product_viewed","event_id":"dig","anonymous_id":"c","properties":{"product_id":'
        + b"1" * 5_000
        + b"}}",
        b'{"event":7}',
        json.dumps(live | {"event_id": "nobody", "anonymous_id": "null"}).encode(),
        json.dumps(live | {"event_id": "good-2"}).encode(),
        json.dumps(live | {"event_id": "good-2"}).encode(),
    ]
    answers = receive(app, "live", bodies)
    outcomes = Counter(one.outcome for one in answers)
    assert outcomes == {"accepted": 2, "duplicate": 1, "quarantined": 12}
    assert [one.reason for one in answers if one.outcome == "quarantined"] == [
        "not_json",
        "not_json",
        "unknown_event_name",
        "timestamp_future",
        "value_out_of_range",
        "number_invalid",
        "text_invalid",
        "text_invalid",
        "oversize",
        "number_invalid",
        "missing_required",
        "missing_required",
    ]
    stored = [one.reason for one in facts(app) if isinstance(one, EventQuarantined)]
    assert sorted(stored) == sorted(one.reason for one in answers if one.outcome == "quarantined")


def test_another_body_under_a_known_id_is_kept_aside(app: App) -> None:
    """The first body stays; the second waits in the quarantine, once, with its bytes."""
    first = viewed("coat", 0)
    other = first.replace(b"coat", b"hat")
    receive(app, "web", [first])
    answers = receive(app, "web", [other, other], "batch-2")
    assert [(one.outcome, one.reason) for one in answers] == [
        ("quarantined", "duplicate_conflict"),
        ("duplicate", ""),
    ]
    assert [one.product.product_id for one in facts(app) if hasattr(one, "product")] == ["coat"]


def test_events_of_a_source_nobody_declared_wait_in_the_quarantine(app: App) -> None:
    """An unknown source loses nothing and reaches no model."""
    answers = receive(app, "stranger", [viewed("coat", 0)])
    assert [one.reason for one in answers] == ["source_not_registered"]
    assert sessions(app) == {}


def test_no_identifier_is_stored_in_clear(app: App, tmp_path: Path) -> None:
    """Neither log nor read models hold what a person is called; only the vault does, sealed."""
    receive(app, "web", [viewed("coat", 0, cookie="MARKER-cookie", user_id="MARKER-user", email="MARKER@example.org")])
    app.close()
    for file in tmp_path.rglob("*.db*"):
        assert b"MARKER" not in file.read_bytes(), file
        assert b"marker@example" not in file.read_bytes(), file


def test_histories_put_a_purchase_behind_the_session_that_led_to_it(app: App) -> None:
    """A training row ends with what was bought in it."""
    receive(app, "web", [viewed("coat", 0, user_id="ada"), viewed("hat", 1, user_id="ada")])
    receive(app, "oms", [ordered("o-1", 30, "coat/m")], "batch-2")
    rows = Histories.read(app.read_models).rows
    assert [[(t.action, t.product) for t in row.touches] for row in rows] == [
        [("view", "coat"), ("view", "hat"), ("purchase", "coat")],
    ]


def test_two_workers_taking_turns_remember_nothing_stale(tmp_path: Path) -> None:
    """A worker that was overtaken reads again what the other one wrote: the second visit stays one session."""
    one, other = house(tmp_path), house(tmp_path)
    for minute, worker in ((0, one), (60, other), (65, one)):
        receive(worker, "web", [viewed(f"p-{minute}", minute)], f"batch-{minute}")
        worker.canonicaliser.close_idle(MONDAY + timedelta(minutes=40))
    touched = sorted(len(session.touches) for session in sessions(one).values())
    one.close()
    other.close()
    assert touched == [1, 2]


def test_a_customer_s_features_are_those_of_the_person(app: App) -> None:
    """Whatever identifier is asked for, the features are those of everything the person did, bought and sent back."""
    receive(app, "web", [viewed("coat", 0), viewed("hat", 100, cookie="cookie-2", user_id="ada")])
    receive(app, "web", [sent("login", 101, anonymous_id="cookie-1", user_id="ada")], "batch-2")
    receive(app, "oms", [ordered("o-1", 30, "coat/m"), sent_back("r-1", "o-1", 60, "coat/m", "too-small")], "batch-3")
    at = (MONDAY + timedelta(days=2)).timestamp()
    asked = [surrogate(app, "account", "ada"), surrogate(app, "anonymous", "cookie-1")]
    values = [features_of(app.read_models, one, at=at) for one in asked]
    assert values[0] == values[1]
    assert values[0]["views_7d"] == 2
    assert values[0]["paid_price"] == 4000
    style, fit = values[0]["style_products"], values[0]["fit_returns"]
    assert not isinstance(style, float)
    assert not isinstance(fit, float)
    assert (set(style), set(fit)) == ({"coat", "hat"}, {"too_small"})
    with pytest.raises(KeyError, match="nobody"):
        features_of(app.read_models, "nobody", at=at)
