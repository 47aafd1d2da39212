"""The house at work behind a server: what came in is soon known, and releases are taken over or refused."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from adapters.artifacts import FolderReleases
from application.index_gate import RecallTooLow
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from application.serving.live import Live
from application.serving.shelf import Shelf
from application.serving.stack import Makers
from application.work import Work
from ports.artifacts import ReleaseRefused
from tests.support.counter import Linear, counted, draft, listed, makers, product
from tests.support.memory_house import MemoryHouse
from tests.support.shop import viewed


@pytest.fixture
def house() -> MemoryHouse:
    house = MemoryHouse()
    house.door.receive("oms", [body for n in range(6) for body in (listed(n), counted(n, 2))], batch_id="stock")
    return house


@pytest.fixture
def told() -> list[tuple[str, Exception]]:
    """What went wrong."""
    return []


@pytest.fixture
def live(house: MemoryHouse, tmp_path: Path, told: list[tuple[str, Exception]]) -> Iterator[Live]:
    """A server's house that looks for releases in every round, not started yet."""
    live = Live(
        work=Work(house.canonicaliser, house.runner, tuple(house.projections.values()), house.clock),
        shelf=Shelf(house.log, house.read_models),
        releases=FolderReleases(tmp_path / "releases", b"s" * 32),
        make=makers(),
        read_models=house.read_models,
        clock=house.clock,
        failed=lambda what, error: told.append((what, error)),
        every=0.01,
        look_for_releases=0.0,
    )
    yield live
    live.close()


def publish(live: Live, fingerprint: str, second: int, ranker: Linear | None = None) -> str:
    one = draft(fingerprint, ranker)
    return live.releases.publish(evolve(one, created_at=one.created_at.replace(second=second))).release_id


def tamper(live: Live, release_id: str) -> None:
    """Change one byte of the largest array."""
    assert isinstance(live.releases, FolderReleases)
    file = max((live.releases.root / release_id).glob("*.npy"), key=lambda path: path.stat().st_size)
    file.chmod(0o600)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def test_nothing_is_served_before_the_first_round(live: Live) -> None:
    """There would be nothing to serve."""
    with pytest.raises(RuntimeError, match="start"):
        live.serving()


def test_a_round_brings_everything_up_to_date(live: Live, house: MemoryHouse) -> None:
    """What waited at the door is canonicalised, projected, on the shelf, and served."""
    assert live.work.waiting() == 12
    live.round()
    assert live.work.waiting() == 0
    assert sorted(live.serving().vocabulary) == [product(n) for n in range(6)]
    assert live.serving().available.all()
    house.door.receive("oms", [counted(2, 0, -500)], batch_id="sold")
    live.round()
    assert list(live.serving().available) == [True, True, False, True, True, True]


def test_without_a_release_new_listings_are_served(live: Live, house: MemoryHouse) -> None:
    """Popularity knows a product as soon as it is listed."""
    live.round()
    house.door.receive("oms", [listed(9), counted(9, 1)], batch_id="more")
    live.round()
    assert live.serving().release_id == ""
    assert product(9) in live.serving().vocabulary
    assert live.serving().available[live.serving().numbers[product(9)]]


def test_a_newer_release_is_taken_over(live: Live) -> None:
    """From none to the first to the second, each with what is its own."""
    live.round()
    assert live.serving().retrieval is None
    first = publish(live, "f-1", 1)
    live.round()
    assert (live.serving().release_id, live.serving().ranker) == (first, None)
    second = publish(live, "f-2", 2, Linear())
    live.round()
    assert live.serving().release_id == second
    assert live.serving().ranker is not None


def test_of_a_release_only_what_is_in_stock_is_available(live: Live) -> None:
    """Its vocabulary has products that this shop does not list."""
    publish(live, "f-1", 1)
    live.round()
    stack = live.serving()
    assert {stack.vocabulary[n] for n in stack.available.nonzero()[0].tolist()} == {product(n) for n in range(6)}


def test_a_release_is_looked_for_now_and_then(live: Live) -> None:
    """Between two looks the folder is left alone."""
    live.look_for_releases = 3600.0
    live.round()
    publish(live, "f-1", 1)
    live.round()
    assert live.serving().release_id == ""


def test_a_release_that_was_altered_is_refused_and_the_old_one_serves_on(
    live: Live, told: list[tuple[str, Exception]]
) -> None:
    """It is reported, once, and a good one that follows is taken over."""
    first = publish(live, "f-1", 1)
    live.round()
    tamper(live, publish(live, "f-2", 2))
    live.round()
    live.round()
    assert live.serving().release_id == first
    assert [(what, type(error)) for what, error in told] == [("release", ReleaseRefused)]
    third = publish(live, "f-3", 3)
    live.round()
    assert live.serving().release_id == third


def test_if_the_newest_was_altered_the_one_before_it_is_opened(live: Live, told: list[tuple[str, Exception]]) -> None:
    """A server that starts with a broken release starts with the last good one."""
    first = publish(live, "f-1", 1)
    tamper(live, publish(live, "f-2", 2))
    live.round()
    assert live.serving().release_id == first
    assert [what for what, _ in told] == ["release"]


def test_if_no_release_can_be_opened_the_popular_is_served(live: Live, told: list[tuple[str, Exception]]) -> None:
    """A shop with one broken release has an answer all the same."""
    tamper(live, publish(live, "f-1", 1))
    live.round()
    assert live.serving().release_id == ""
    assert len(told) == 1


@pytest.mark.parametrize("error", [ValueError("of another shape"), RecallTooLow("0.2")])
def test_a_release_that_does_not_fit_is_refused(
    live: Live, told: list[tuple[str, Exception]], error: Exception
) -> None:
    """Whatever part cannot be made, the release is passed over and named as the reason."""

    def fail(_: str) -> Linear:
        raise error

    first = publish(live, "f-1", 1)
    live.round()
    live.make = Makers(live.make.model, fail, live.make.index)
    publish(live, "f-2", 2, Linear())
    live.round()
    assert live.serving().release_id == first
    assert told == [("release", error)]


def test_a_ranker_of_other_features_is_refused(live: Live, told: list[tuple[str, Exception]]) -> None:
    """Scores of features that this server computes otherwise would be nonsense."""
    one = draft("f-1", Linear())
    live.releases.publish(evolve(one, documents={**one.documents, "ranking_features": ["retrieval"]}))
    live.round()
    assert live.serving().release_id == ""
    assert "other features" in str(told[0][1])


def test_rounds_of_several_threads_do_not_disturb_each_other(live: Live, house: MemoryHouse) -> None:
    """Every event is projected once, and nothing fails."""
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                bodies = [viewed(product(number), minute=turn, cookie=f"cookie-{number}")]
                house.door.receive("web", bodies, batch_id=f"{number}-{turn}")
                live.round()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is told
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert live.work.waiting() == 0
    sessions = [row for _, row in View(house.read_models, "sessions").all(SESSIONS)]
    assert sorted(len(row.touches) for row in sessions) == [5, 5, 5, 5]


def test_what_was_written_is_known_after_the_wait(live: Live, house: MemoryHouse) -> None:
    """The position that the door answers with is what is waited for."""
    live.start()
    assert live.running
    answers = house.door.receive("web", [viewed(product(1))], batch_id="web")
    position = house.intake.head()
    assert answers
    assert live.wait_for(position, timeout=30.0)
    assert View(house.read_models, "sessions").count(SESSIONS) == 1


def test_a_wait_for_what_never_comes_ends(live: Live, house: MemoryHouse) -> None:
    """It says that it was not in time."""
    live.start()
    assert not live.wait_for(house.intake.head() + 1, timeout=0.05)


def test_a_round_that_fails_is_told_and_tried_again(
    live: Live, house: MemoryHouse, told: list[tuple[str, Exception]]
) -> None:
    """The thread lives on, and what came in meanwhile is known once the trouble is over."""
    live.start()
    good, trouble, asked = live.releases, ConnectionError("the folder is away"), threading.Event()

    class Away:
        def list(self) -> None:
            asked.set()
            raise trouble

    live.releases = Away()  # type: ignore[assignment]  # only what is asked first
    house.door.receive("web", [viewed(product(1))], batch_id="web")
    assert asked.wait(30.0)
    assert not live.wait_for(house.intake.head(), timeout=0.05)
    live.releases = good
    assert live.wait_for(house.intake.head(), timeout=30.0)
    assert ("round", trouble) in told
    assert live.running


def test_a_closed_house_works_no_more(live: Live) -> None:
    """Closing ends the thread, and closing again is nothing to do."""
    live.start()
    live.close()
    live.close()
    assert not live.running
