"""What goes round: stock that is gone is not served, what was served is on record, clicks come back as examples."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from domain.slate.slate import ExamplesLabelled, SlateServed
from tests.support.http import PRODUCTS, Served, full, inventory, publish, served

SHOPPERS = [f"cookie-{n}" for n in range(6)]


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("http")) as found:
        yield found


def products(answer: dict[str, object]) -> set[str]:
    items = answer["items"]
    assert isinstance(items, list)
    return {one["product_id"] for one in items}


@pytest.mark.parametrize("released", [False, True])
def test_what_is_sold_out_is_never_served_afterwards(server: Served, released: bool) -> None:
    """After the answer to a count no slate has what it set to nought, on any rung; refilled, it comes back."""
    if released:
        publish(server.app, "release-1")
        server.app.live.round()
    dice = random.Random(7)
    for turn in range(25):
        gone = set(dice.sample(range(PRODUCTS), dice.randint(1, PRODUCTS - 1)))
        levels = {one: 0 if int(one.split("/")[0][2:]) in gone else 3 for one in full()}
        assert server.stock(levels).status_code == 202
        left = {f"p-{n}" for n in range(PRODUCTS) if n not in gone}
        for surface, subject in (("home", None), ("similar", f"p-{dice.randrange(PRODUCTS)}")):
            who = {"anonymous_id": SHOPPERS[turn % len(SHOPPERS)]}
            answer = server.ask(surface=surface, subject=subject, k=PRODUCTS, customer=who).json()
            assert products(answer) <= left
            assert surface == "similar" or products(answer) == left
            assert ("no_release" in answer["degraded"]) is not released


def test_a_size_that_is_gone_is_not_offered(server: Served) -> None:
    """A product in stock is shown with the sizes and the variant that there are."""
    levels = {one: int(one.endswith("/navy/l")) for one in full()}
    assert server.stock(levels).status_code == 202
    for one in server.ask(k=PRODUCTS).json()["items"]:
        assert (one["sizes_in_stock"], one["variant_id"]) == (["l"], f"{one['product_id']}/navy/l")


def test_stock_that_was_said_in_threads_is_all_known(server: Served) -> None:
    """Counts that come at once do not undo each other: after the last answer everything is gone."""
    halves = [{one: 0 for one in full() if int(one.split("/")[0][2:]) % 4 == part} for part in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(server.stock, halves))
    assert {one.status_code for one in answers} == {202}
    assert server.ask().json()["items"] == []


def test_every_slate_that_was_answered_is_on_record(server: Served) -> None:
    """As many threads as may ask, and each answer is in the log with its products in their places."""
    with ThreadPoolExecutor(8) as pool:
        answers = [one.json() for one in pool.map(lambda n: server.ask(k=1 + n % 12), range(80))]
    log = server.app.log.follow(after=0, limit=1_000_000)
    recorded = {one.event.slate_id: one.event for one in log if isinstance(one.event, SlateServed)}
    assert len({one["slate_id"] for one in answers}) == 80
    for answer in answers:
        slots = recorded[answer["slate_id"]].slots
        assert [one.product_id for one in slots] == [one["product_id"] for one in answer["items"]]


def test_a_click_comes_back_as_a_labelled_example(server: Served) -> None:
    """A click that names slate and place labels it, with the propensity it was shown with; views label the others."""
    publish(server.app, "release-1")
    server.app.live.round()
    answer = server.ask(customer={"anonymous_id": "cookie-1"}, k=8).json()
    clicked = answer["items"][2]
    seen = [
        {"product_id": one["product_id"], "position": one["position"], "viewable_ms": 2000} for one in answer["items"]
    ]
    from_place = {"slate_id": answer["slate_id"], "position": 3, "product_id": clicked["product_id"]}
    events = [
        {
            "event": "slate_viewed",
            "anonymous_id": "cookie-1",
            "properties": {"slate_id": answer["slate_id"], "items": seen},
        },
        {"event": "product_clicked", "anonymous_id": "cookie-1", "properties": from_place},
    ]
    taken = server.post("/v1/events", events).json()
    assert taken["accepted"] == 2
    assert server.app.live.wait_for(taken["position"], timeout=10)
    log = server.app.log.follow(after=0, limit=1_000_000)
    labelled = [one.event for one in log if isinstance(one.event, ExamplesLabelled)]
    assert {one.slate_id for one in labelled} == {answer["slate_id"]}
    (example,) = [one for event in labelled for one in event.examples if one.outcome == "click"]
    assert (example.position, example.product_id) == (3, clicked["product_id"])
    assert example.propensity == clicked["propensity"]
    labels = server.client.get(f"/v1/slates/{answer['slate_id']}").json()["labels"]
    assert [one["outcome"] for one in labels] == ["ignored"] * 2 + ["click"] + ["ignored"] * 5


def test_a_release_is_taken_over_while_requests_go_on(server: Served) -> None:
    """Two releases are published under load: no request fails, and each is answered by one of them as a whole."""
    first = publish(server.app, "release-1")
    server.app.live.round()
    done = Event()

    def ask_until_done(n: int) -> list[tuple[int, str]]:
        answers = []
        while not done.is_set():
            answer = server.ask(k=4, customer={"anonymous_id": SHOPPERS[n]})
            answers.append((answer.status_code, answer.json()["versions"]["release"]))
        return answers

    with ThreadPoolExecutor(6) as pool:
        running = [pool.submit(ask_until_done, n) for n in range(6)]
        published = [publish(server.app, f"release-{n}") for n in (2, 3)]
        server.post("/v1/events", {"event": "logged_out", "anonymous_id": "cookie-1"})
        server.app.live.round()
        for _ in range(30):
            server.ask()
        done.set()
        answers = [one for future in running for one in future.result()]
    assert {status for status, _ in answers} == {200}
    known = {one.release_id for one in (first, *published)}
    assert {release for _, release in answers} <= known
    assert server.ask().json()["versions"]["release"] == published[-1].release_id
    assert server.client.get("/health/ready").json()["release"] == published[-1].release_id
    assert not server.app.failures.counts


def test_a_list_of_levels_is_one_answer(server: Served) -> None:
    """The answer to a count is that of events: one for each product."""
    answer = server.client.put("/v1/inventory", json=inventory(full())).json()
    assert (answer["accepted"], len(answer["events"])) == (PRODUCTS, PRODUCTS)
