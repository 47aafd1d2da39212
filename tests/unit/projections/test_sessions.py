"""Sessions end, go on and fall apart, and are stored once whatever fails."""

from datetime import timedelta
from typing import Any

import pytest

from application.projections.rows import View
from application.projections.sessions import SESSIONS, Session
from domain.session.session import SessionEnded
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY, sent, viewed


def living(house: MemoryHouse) -> dict[str, Session]:
    found = View(house.read_models, "sessions").all(SESSIONS)
    return {key: one for key, one in found if not one.absorbed_by}


@pytest.fixture
def house() -> MemoryHouse:
    return MemoryHouse()


def test_a_session_that_lost_its_login_to_a_cut_is_the_visitor_s_again(house: MemoryHouse) -> None:
    """A logout that comes late parts the login from what was done before it."""
    house.receive("web", [viewed("coat", 0, cookie="c"), viewed("hat", 20, cookie="c", user_id="ada")])
    house.receive("web", [sent("logged_out", 10, anonymous_id="c")], "late")
    ada, cookie = house.surrogate("account", "ada"), house.surrogate("anonymous", "c")
    assert {one.touches[0].product: one.subject for one in living(house).values()} == {"coat": cookie, "hat": ada}


def test_what_nothing_can_follow_is_ended_once_and_again_when_it_went_on(house: MemoryHouse) -> None:
    """An idle session ends at its last fact; a late fact that lengthens it ends it anew, at the later time."""
    house.receive("web", [viewed("coat", 0)])
    now = MONDAY + timedelta(hours=2)
    assert [house.canonicaliser.close_idle(now), house.canonicaliser.close_idle(now)] == [1, 0]
    house.receive("web", [viewed("hat", 20)], "late")
    assert [house.canonicaliser.close_idle(now), house.canonicaliser.close_idle(now)] == [1, 0]
    house.project()
    assert [one.ended for one in living(house).values()] == ["timeout"]
    assert [one.ended_at for one in house.events(SessionEnded)] == [MONDAY, MONDAY + timedelta(minutes=20)]


def test_what_may_still_go_on_is_not_ended(house: MemoryHouse) -> None:
    """Half an hour after the last fact the next one would still belong to the session."""
    house.receive("web", [viewed("coat", 0)])
    assert house.canonicaliser.close_idle(MONDAY + timedelta(minutes=30)) == 0


def test_a_commit_that_failed_may_be_tried_again(house: MemoryHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a failed commit was stored or not, the batch is then in the log exactly once."""
    house.door.receive("web", [viewed("coat", 0), viewed("hat", 1)], batch_id="b")
    commit = house.log.commit

    def lost(given: Any) -> Any:
        raise TimeoutError("busy")

    def answer_lost(given: Any) -> Any:
        commit(given)
        raise TimeoutError("connection lost")

    for fault in (lost, lost, answer_lost):
        monkeypatch.setattr(type(house.log), "commit", lambda _, given, fault=fault: fault(given))
        with pytest.raises(TimeoutError):
            house.canonicaliser.catch_up()
        monkeypatch.undo()
    house.canonicaliser.catch_up()
    house.project()
    assert [sorted(t.product for t in one.touches) for one in living(house).values()] == [["coat", "hat"]]
