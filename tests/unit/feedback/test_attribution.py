"""Which place of which slate led to it: from the wire to the labels, and what training reads of them."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec.json import encode
from msgspec.structs import replace

from application.projections.rows import View
from application.projections.slates import SLATES, Shown
from application.serving.recording import SlateRecorder
from domain.slate.slate import ExamplesLabelled, SlateServed, Slot, Versions
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY, ordered, sent, sent_back

#: (position, outcome, label, propensity)
Label = tuple[int, str, float, float | None]
COAT, HAT = Slot(1, 1, 1, "coat", None, 0.5), Slot(2, 1, 2, "hat", None, 1.0)
OURS = SlateServed("ours", "request-1", "home", MONDAY, (COAT, HAT), Versions("policy-1"))
DAY = 24 * 60


@pytest.fixture
def house() -> MemoryHouse:
    """A house that has shown one slate of ours: a coat in the first place, a hat in the second."""
    return shown(MemoryHouse())


def shown(house: MemoryHouse) -> MemoryHouse:
    SlateRecorder(house.log, house.ids, "main")([OURS])
    return house


def did(event: str, minute: float, product: str = "coat", user: str | None = None, **properties: Any) -> bytes:
    who = {"anonymous_id": "cookie-1"} | ({"user_id": user} if user else {})
    return sent(event, minute, properties={"product_id": product} | properties, **who)


def clicked(minute: float, slate: str = "ours", position: int = 1, **changes: Any) -> bytes:
    return did("product_clicked", minute, slate_id=slate, position=position, **changes)


def seen(minute: float, *viewable_ms: int | None, slate: str = "ours") -> bytes:
    """Return a view of the coat, and of the hat where there are two times."""
    items = [
        {"product_id": product, "position": at} | ({} if ms is None else {"viewable_ms": ms})
        for at, (product, ms) in enumerate(zip(("coat", "hat"), viewable_ms, strict=False), 1)
    ]
    return sent("slate_viewed", minute, anonymous_id="cookie-1", properties={"slate_id": slate, "items": items})


def bought(minute: float, **of_line: Any) -> bytes:
    """Return Ada's order of a coat, whose line says this much more."""
    body = json.loads(ordered("o", minute, "coat/m"))
    body["properties"]["items"][0] |= of_line
    return json.dumps(body).encode()


def came_back(minute: float, reason: str | None = None) -> bytes:
    """Return the return of that coat."""
    body = json.loads(sent_back("r", "o", minute, "coat/m", reason or ""))
    if reason is None:
        del body["properties"]["items"][0]["reason"]
    return json.dumps(body).encode()


def live(house: MemoryHouse, *bodies: bytes) -> None:
    """Receive one after the other, each followed by everything behind it, from the system that says such things."""
    for one in bodies:
        source = "oms" if json.loads(one)["event"].startswith(("order_", "return_")) else "web"
        house.receive(source, [one], batch_id=f"batch-{house.intake.head()}")


def labels(house: MemoryHouse, slate: str = "ours") -> Sequence[Label]:
    events = [one for one in house.events(ExamplesLabelled) if one.slate_id == slate]
    return [(one.position, one.outcome, one.label, one.propensity) for event in events for one in event.examples]


CLICK: Label = (1, "click", 0.2, 0.5)
CART: Label = (1, "cart", 0.5, 0.5)
BOUGHT: Label = (1, "purchase", 1.0, 0.5)


@pytest.mark.parametrize("event", ["product_clicked", "product_viewed"])
def test_a_click_labels_its_place(house: MemoryHouse, event: str) -> None:
    """The place that the click or the page names is labelled, with the propensity of our slate."""
    live(house, did(event, 1, slate_id="ours", position=1))
    assert house.events(ExamplesLabelled)[0].labelled_at == MONDAY + timedelta(minutes=1)
    assert labels(house) == [CLICK]


def test_a_click_on_a_place_that_we_did_not_fill_so_labels_nothing(house: MemoryHouse) -> None:
    """Neither another product than we showed there nor a place beyond the last is an example of our slate."""
    live(house, clicked(1, product="scarf"), clicked(2, position=9))
    assert labels(house) == []


def test_a_click_on_a_list_of_the_shop_is_an_example_without_propensity(house: MemoryHouse) -> None:
    """Lists of other systems are learnt from as well, but nobody knows their chances."""
    live(house, clicked(1, slate="theirs"))
    assert labels(house, "theirs") == [(1, "click", 0.2, None)]


@pytest.mark.parametrize(("minute", "expected"), [(7 * DAY, [CLICK, BOUGHT]), (7 * DAY + 1, [CLICK]), (-1, [CLICK])])
def test_an_order_counts_for_a_click_of_the_last_seven_days(
    house: MemoryHouse, minute: float, expected: Sequence[Label]
) -> None:
    """Seven days to the minute after the click it counts, then no more, and never for a click that came later."""
    live(house, clicked(0, user="ada"), bought(minute))
    assert labels(house) == expected


def test_an_order_of_somebody_else_does_not_count(house: MemoryHouse) -> None:
    """Ada's order says nothing of the place that Bob clicked."""
    live(house, clicked(0, user="bob"), bought(10))
    assert labels(house) == [CLICK]


def test_an_order_of_another_product_does_not_count(house: MemoryHouse) -> None:
    """Who clicked the hat and bought a coat did not buy for the hat's place."""
    live(house, clicked(0, position=2, product="hat", user="ada"), bought(10))
    assert labels(house) == [(2, "click", 0.2, 1.0)]


def test_a_login_after_the_click_brings_the_order_home(house: MemoryHouse) -> None:
    """What a session did before its login is of the account, too."""
    live(house, clicked(0), did("product_viewed", 5, "scarf", user="ada"), bought(DAY))
    assert labels(house) == [CLICK, BOUGHT]


def test_the_latest_place_counts(house: MemoryHouse) -> None:
    """Of two places through which a product was touched, the order counts for the later."""
    live(house, clicked(0, slate="theirs", user="ada"), clicked(5, user="ada"), bought(10))
    assert (labels(house, "theirs"), labels(house)) == ([(1, "click", 0.2, None)], [CLICK, BOUGHT])


@pytest.mark.parametrize("user", [None, "ada"])
def test_the_latest_place_counts_although_an_earlier_one_is_told_later(house: MemoryHouse, user: str | None) -> None:
    """Which touch was last is a matter of business time, with a login before it or after it."""
    live(house, clicked(5, user=user), clicked(1, slate="theirs", user=user), did("add_to_cart", 6))
    live(house, did("product_viewed", 7, "scarf", user="ada"), bought(11))
    assert labels(house) == [CLICK, CART, BOUGHT]
    assert labels(house, "theirs") == [(1, "click", 0.2, None)]


def test_a_cart_counts_for_the_place_clicked_before(house: MemoryHouse) -> None:
    """Product pages do not know the slate; the session does, for that product."""
    live(house, clicked(0), did("add_to_cart", 5, "scarf"), did("add_to_cart", 6))
    assert labels(house) == [CLICK, CART]


def test_a_cart_of_another_session_does_not_count(house: MemoryHouse) -> None:
    """The next day it is another visit."""
    live(house, clicked(0), did("add_to_cart", DAY))
    assert labels(house) == [CLICK]


@pytest.mark.parametrize("viewable_ms", [999, 0, None])
def test_what_was_not_on_screen_for_a_second_was_not_seen(house: MemoryHouse, viewable_ms: int | None) -> None:
    """It is no example: nobody decided against it."""
    live(house, seen(1, viewable_ms))
    assert labels(house) == []


def test_what_was_seen_and_left_is_ignored(house: MemoryHouse) -> None:
    """A second on screen without anything else is label 0, of the places that were on screen."""
    live(house, seen(1, 1000, 999))
    assert labels(house) == [(1, "ignored", 0.0, 0.5)]


def test_a_single_impression_counts_as_well(house: MemoryHouse) -> None:
    """A later snapshot of the same place passes the second; the slate knows the product."""
    for minute, ms in ((1, 400), (2, 1200), (3, 5000)):
        properties = {"slate_id": "ours", "position": 2, "viewable_ms": ms}
        live(house, sent("item_impression", minute, anonymous_id="cookie-1", properties=properties))
    assert labels(house) == [(2, "ignored", 0.0, 1.0)]


def test_a_late_impression_does_not_take_the_click_back(house: MemoryHouse) -> None:
    """Impressions are sent in bundles, after the click that ended them."""
    live(house, clicked(1), seen(2, 4000, 4000))
    assert labels(house) == [CLICK, (2, "ignored", 0.0, 1.0)]


@pytest.mark.parametrize(("reason", "label"), [("too-small", 1.0), ("style", -1.0), ("because", -0.2), (None, -0.2)])
def test_a_return_counts_by_its_reason(house: MemoryHouse, reason: str | None, label: float) -> None:
    """Its label is what was routed to taste: too small was wanted, style was not, and no reason is a weak no."""
    live(house, clicked(0, user="ada"), bought(10), came_back(5 * DAY, reason))
    assert labels(house)[-1] == (1, "return", label, 0.5)


def inspected(minute: float, reason: str) -> bytes:
    properties = {"return_id": "r", "order_id": "o", "line": "coat/m", "disposition": "restocked"}
    return sent("return_inspected", minute, properties=properties | {"graded_reason": reason})


def test_a_reason_that_becomes_known_later_counts(house: MemoryHouse) -> None:
    """First it is a return for an unknown reason, then the inspection says that it was the style."""
    live(house, clicked(0, user="ada"), bought(10), came_back(5 * DAY))
    live(house, inspected(6 * DAY, "style"))
    assert labels(house)[-2:] == [(1, "return", -0.2, 0.5), (1, "return", -1.0, 0.5)]


def test_a_reason_known_before_the_order_counts(house: MemoryHouse) -> None:
    """A return that was told before its order waits for it, with its reason."""
    live(house, clicked(0, user="ada"), came_back(5 * DAY, "style"), bought(10))
    assert labels(house) == [CLICK, BOUGHT, (1, "return", -1.0, 0.5)]


def test_a_return_of_what_a_list_of_the_shop_sold_counts(house: MemoryHouse) -> None:
    """The product of the order line is that of the place, where there is no slate of ours to ask."""
    live(house, clicked(0, slate="theirs", user="ada"), bought(10), came_back(90, "style"))
    assert labels(house, "theirs")[-1] == (1, "return", -1.0, None)


def test_an_order_line_may_name_its_place(house: MemoryHouse) -> None:
    """Then it counts for that one, without any click, and so does its return."""
    live(house, clicked(0, slate="theirs", user="ada"), bought(10, slate_id="ours", position=1))
    live(house, came_back(90, "too-small"))
    assert labels(house) == [BOUGHT, (1, "return", 1.0, 0.5)]
    assert labels(house, "theirs") == [(1, "click", 0.2, None)]


#: A shopper before two slates, of which the shop's own is clicked before it is told as seen.
STORY: Sequence[bytes] = (
    *(clicked(4, slate="theirs", position=2, product="hat"), seen(5, 3000, 3000, slate="theirs")),
    *(seen(6, 2000, 500), clicked(7), did("add_to_cart", 8), did("product_viewed", 9, "scarf", user="ada")),
    *(bought(20), came_back(2 * DAY), inspected(3 * DAY, "too-small")),
)


@pytest.mark.parametrize("name", ["attribution", "slates"])
def test_a_rebuild_gives_the_live_rows(house: MemoryHouse, name: str) -> None:
    """Folded again from the log, places and labels are the same, and nothing is announced twice."""
    live(house, *STORY)
    announced, rows = house.log.head(), house.rows(f"{name}#1")
    house.runner.rebuild(house.projections[name])
    assert rows
    assert house.rows(f"{name}#2") == rows
    assert house.log.head() == announced


def slates_of(house: MemoryHouse) -> dict[str, Shown]:
    return dict(View(house.read_models, "slates").all(SLATES))


def test_what_training_reads_does_not_depend_on_batches() -> None:
    """Labels close upon their cause, or many events after it, make the same rows but for the ids of sessions."""
    by_batch = []
    for batch in (1, 3, 1000):
        house, bodies = shown(MemoryHouse(batch=batch)), STORY
        house.door.receive("web", bodies[:6], batch_id="batch-1")
        house.door.receive("oms", bodies[6:], batch_id="batch-2")
        house.canonicaliser.catch_up()
        house.project()
        by_batch.append({at: encode(replace(one, session="")) for at, one in slates_of(house).items()})
    slates = slates_of(house)
    told = [one.outcome for one in slates["ours"].places[1].labels]
    assert told == ["ignored", "click", "cart", "purchase", "return", "return"]
    assert list(slates["theirs"].places) == [1, 2]
    assert by_batch[0] == by_batch[1] == by_batch[2]


def test_of_a_list_of_the_shop_its_own_telling_counts(house: MemoryHouse) -> None:
    """What a list says stood there stands there, and it was shown when the first of all was done with it."""
    live(house, clicked(4, slate="theirs", position=2, product="scarf"), seen(5, 3000, 3000, slate="theirs"))
    theirs = slates_of(house)["theirs"]
    assert [(at, one.product) for at, one in theirs.places.items()] == [(1, "coat"), (2, "hat")]
    assert theirs.at == (MONDAY + timedelta(minutes=4)).timestamp()
