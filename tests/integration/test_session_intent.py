"""What a session is after, the whole way from the door: bridged, cut, reported on late, in any order of arrival."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from application.features.intent import Intent
from application.projections.rows import View
from application.projections.sessions import BY_SUBJECT, ENGAGED, SESSIONS
from application.serving.session_intent import intent_of_session
from haberdasher.cli import cli
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY, sent

AT = (MONDAY + timedelta(days=1)).timestamp()


def body(event: str, minute: float, **properties: Any) -> bytes:
    return sent(event, minute, anonymous_id="cookie-1", properties=properties)


def story() -> Sequence[bytes]:
    """Two sessions, an hour apart; in the second the tab of the first wakes up and reports."""
    money = {"unit_price": "80.00", "list_price": "100.00", "currency": "EUR", "category_id": "coats"}
    return [
        body("page_viewed", 0, page_view_id="home", page_type="home"),
        body("product_viewed", 1, product_id="coat", page_view_id="p1", **money),
        body("page_engaged", 2, page_view_id="p1", engaged_ms=4000, visible_ms=5000, max_scroll_pct=40),
        body("products_searched", 20, query_text="wool coat"),
        body("product_added_to_cart", 25, product_id="coat", size_label="M", quantity=2, **money),
        body("page_engaged", 90, page_view_id="p1", engaged_ms=9000, visible_ms=99000, max_scroll_pct=80),
        body("product_viewed", 91, product_id="hat", page_view_id="p2", **money),
        body("page_engaged", 92, page_view_id="p2", engaged_ms=700, visible_ms=700, max_scroll_pct=5),
    ]


def intents(house: MemoryHouse) -> list[Intent]:
    """Return the intent of every session that has anything to read, in order of time."""
    rows = [
        (min(one.at for one in row.touches), key)
        for key, row in View(house.read_models, "sessions").all(SESSIONS)
        if row.touches
    ]
    found = [intent_of_session(house.read_models, key, at=AT) for _, key in sorted(rows)]
    return [one for one in found if one is not None]


def test_a_tab_that_wakes_up_tells_of_its_own_page() -> None:
    """Its report lands in the second session, and its figures count in the first."""
    house = MemoryHouse()
    house.receive("web", story())
    first, second = intents(house)
    assert (first.max_dwell_ms, first.median_scroll_pct, first.stage) == (9000, 80, "decide")
    assert (second.max_dwell_ms, second.median_scroll_pct) == (700, 5)
    assert (first.cart_value_minor, first.searches, first.inferred_size) == (160_00, 1, "M")
    assert (first.marked_down_share, second.n_products) == (1.0, 1)


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(range(len(story()))), size=st.integers(1, 4))
def test_the_order_of_arrival_does_not_matter(order: Sequence[int], size: int) -> None:
    """Late facts, early reports: what is read in the end is the same."""
    house, bodies = MemoryHouse(), story()
    for start in range(0, len(order), size):
        house.receive("web", [bodies[n] for n in order[start : start + size]], str(start))
    expected = MemoryHouse()
    expected.receive("web", bodies)
    assert intents(house) == intents(expected)


def test_a_late_fact_that_bridges_two_sessions_makes_one_intent_of_them() -> None:
    """Products, dwell and time are of the whole, as if it had been one from the start."""
    house = MemoryHouse()
    house.receive("web", story())
    house.receive("web", [body("product_viewed", 54, product_id="scarf")], "late")
    house.receive("web", [body("product_viewed", 80, product_id="gloves")], "later")
    (one,) = intents(house)
    assert (one.n_products, one.max_dwell_ms, one.elapsed_s) == (4, 9000, AT - MONDAY.timestamp())


def test_a_cut_divides_the_steps_too() -> None:
    """A logout that arrives late ends the first session before the cart was filled."""
    house = MemoryHouse()
    house.receive("web", story()[:5])
    house.receive("web", [body("logout", 21)], "late")
    first, second = intents(house)
    assert (first.searches, first.cart_adds) == (1, 0)
    assert (second.searches, second.cart_adds, second.cart_value_minor) == (0, 1, 160_00)


def test_nothing_of_it_is_left_of_a_forgotten_session() -> None:
    """Touches, steps and what was told of its pages go with the session."""
    house = MemoryHouse()
    house.receive("web", story())
    assert View(house.read_models, "sessions").count(ENGAGED) == 2
    house.erase("anonymous", "cookie-1")
    house.project()
    view = View(house.read_models, "sessions")
    assert (view.count(SESSIONS), view.count(ENGAGED), view.count(BY_SUBJECT)) == (0, 0, 0)


def test_the_command_shows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`features intent SESSION`: a table, JSON, and a clear word for a session that is not there."""
    monkeypatch.setenv("HABERDASHER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HABERDASHER_CONFIG", raising=False)
    events = tmp_path / "events.jsonl"
    events.write_bytes(b"\n".join(story()))
    run = CliRunner().invoke
    assert run(cli, ["ingest", "jsonl", str(events)]).exit_code == 0
    assert run(cli, ["project"]).exit_code == 0
    missing = run(cli, ["features", "intent", "nobody"])
    assert missing.exit_code != 0
    session_id = missing.output.partition("there are ")[2].partition(",")[0].strip()
    shown = run(cli, ["features", "intent", session_id])
    assert (shown.exit_code, "stage" in shown.output) == (0, True)
    assert '"stage"' in run(cli, ["features", "intent", session_id, "--json"]).output
