"""From the wire to what each destination is told: comments, brackets, exchanges, queues, and labels that mature."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from application.intake.reading import Reader
from application.intake.transactions import HANDLERS, reading_comments
from application.projections.purchases import PURCHASES
from application.projections.rows import View
from application.returns.queues import lines_of, queue
from application.returns.routing import Routing
from domain.returns.comment import Said
from domain.returns.maturity import LabelMatured, LineLabel
from domain.returns.returns import BracketFound, CommentRead, ReturnSignalled
from domain.returns.routes import SignalRouted, SignalWithdrawn
from domain.returns.signal import Signal, fit
from ports.comments import Finding
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY, ordered, sent, sent_back

DAY = 24 * 60
#: (destination, what, weight)
Told = tuple[str, str, float]


class Words:
    """Reads comments word for word: a comment that begins with `fit_` is a label and a probability."""

    version = "words-1"

    def __init__(self) -> None:
        self.heard: list[str] = []

    def read(self, comments: Sequence[str]) -> Sequence[Sequence[Finding]]:
        self.heard += comments
        return [[Finding(one.split()[0], float(one.split()[1]))] if one.startswith("fit_") else [] for one in comments]


@pytest.fixture
def house() -> MemoryHouse:
    return MemoryHouse()


def told(house: MemoryHouse, return_id: str = "r") -> set[Told]:
    """Return what stands: what was routed last, without what was withdrawn."""
    standing: dict[Any, SignalRouted] = {}
    for event in house.events(SignalRouted, SignalWithdrawn):
        if isinstance(event, SignalRouted):
            standing[event.order_id, event.key] = event
        else:
            del standing[event.withdrawn.order_id, event.withdrawn.key]
    return {(one.destination, one.what, one.weight) for one in standing.values() if one.return_id == return_id}


def listed(product: str, *sizes: str, colours: Sequence[str] = ("red",), minute: float = -60) -> bytes:
    """Return a listing whose variants are called product/size, or product/size/colour after the first colour."""
    colourways = [
        {
            "colourway_id": f"{product}-{colour}",
            "variants": [
                {"variant_id": f"{product}/{size}" + (f"/{colour}" if number else ""), "size": size} for size in sizes
            ],
        }
        for number, colour in enumerate(colours)
    ]
    properties = {"product_id": product, "title": product, "category": "coats", "colourways": colourways}
    return sent("product_listed", minute, properties=properties)


def exchanged(minute: float, to: str, **more: Any) -> bytes:
    properties = {"exchange_id": "x", "order_id": "o", "from_variant_id": "coat/m", "to_variant_id": to, **more}
    return sent("exchange_created", minute, properties=properties)


def commented(reason: str | None, comment: Any) -> bytes:
    body = json.loads(sent_back("r", "o", 60, "coat/m", reason or "x"))
    item = body["properties"]["items"][0]
    item["comment"] = comment
    if reason is None:
        del item["reason"]
    return json.dumps(body).encode()


def reading(house: MemoryHouse) -> Words:
    words = Words()
    house.canonicaliser.reader = Reader(handlers=reading_comments(HANDLERS, words))
    return words


def test_a_misfit_goes_to_the_size_model_and_leaves_the_taste(house: MemoryHouse) -> None:
    """With whose it is, of what, and by which policy."""
    house.receive("oms", [ordered("o", 0, "coat/m"), sent_back("r", "o", 60, "coat/m", "too-small")])
    assert told(house) == {("size_model", "small", 0.8), ("taste", "item", 1.0)}
    routed = house.events(SignalRouted)[0]
    assert (routed.order_id, routed.line, routed.product_id, routed.variant_id) == ("o", "coat/m", "coat", "coat/m")
    assert (routed.customer, routed.policy_version) == (house.surrogate("account", "ada"), "returns-1")


def test_a_return_that_nobody_bought_says_nothing_yet(house: MemoryHouse) -> None:
    """It waits for its order, and is routed when that is known; one piece too many says nothing."""
    house.receive("oms", [sent_back("r", "o", 60, "coat/m", "style")], "batch-1")
    assert told(house) == set()
    house.receive("oms", [ordered("o", 0, "coat/m"), sent_back("s", "o", 61, "coat/m", "style")], "batch-2")
    assert ("taste", "item", -1.0) in told(house)
    assert told(house, "s") == set()
    assert [one.unallocated for one in lines_of(house.read_models, "s")] == ["excess"]


def test_a_better_reason_supersedes(house: MemoryHouse) -> None:
    """First nobody knows why, then the inspection does: what was said before is withdrawn or replaced."""
    house.receive("oms", [ordered("o", 0, "coat/m"), sent_back("r", "o", 60, "coat/m", "unknown")], "batch-1")
    assert told(house) == {("taste", "item", -0.2)}
    properties = {"return_id": "r", "order_id": "o", "line": "coat/m", "disposition": "restocked"}
    graded = properties | {"graded_reason": "stained"}
    house.receive("oms", [sent("return_inspected", 90, properties=graded)], "batch-2")
    assert told(house) == {("taste", "item", 0.0), ("supplier", "stain", 1.0)}


def test_a_comment_is_read_where_it_is_open_and_only_its_meaning_is_kept(house: MemoryHouse) -> None:
    """Labels, probabilities and the reader's version are stored; the words are in no event and no row."""
    words = reading(house)
    house.receive("oms", [ordered("o", 0, "coat/m"), commented("unknown", "fit_large 0.93")])
    assert words.heard == ["fit_large 0.93"]
    (read,) = house.events(CommentRead)
    assert (read.said, read.reader) == ((Said("fit_large", 0.93),), "words-1")
    assert told(house) == {("size_model", "large", 0.8 * 0.93), ("taste", "item", 1.0)}
    (signalled,) = house.events(ReturnSignalled)
    assert (signalled.signals, signalled.source) == ((fit("too_large", confidence=0.93),), "comment")
    stored = [str(event) for event in house.events()] + [str(rows) for rows in house.store.rows.values()]
    assert not [one for one in stored if "fit_large 0.93" in one]


def test_a_comment_of_addresses_is_read_without_them(house: MemoryHouse) -> None:
    """The reader hears neither e-mail addresses nor telephone numbers."""
    words = reading(house)
    house.receive("oms", [ordered("o", 0, "coat/m"), commented("unknown", "write to ada@example.org, 0151 23456789")])
    assert words.heard == ["write to [removed] [removed]"]


@pytest.mark.parametrize("comment", ["", "   ", None, 7, ["too small"], {"text": "x"}, "long " * 9000])
def test_no_return_waits_for_its_comment(house: MemoryHouse, comment: Any) -> None:
    """Whatever stands there, the return is taken, with a reader and without."""
    words = reading(house)
    house.receive("oms", [ordered("o", 0, "coat/m"), commented("too-small", comment)])
    assert ("taste", "item", 1.0) in told(house)
    assert all(0 < len(one) <= 2000 for one in words.heard)


def test_without_a_reader_nothing_is_read(house: MemoryHouse) -> None:
    """A house without one takes the same return, and the code alone speaks."""
    house.receive("oms", [ordered("o", 0, "coat/m"), commented("unknown", "fit_large 0.93")])
    assert house.events(CommentRead) == []
    assert told(house) == {("taste", "item", -0.2)}


def test_two_sizes_of_which_one_is_kept_are_a_bracket(house: MemoryHouse) -> None:
    """What came back without a reason was too small beside the one that was kept."""
    house.receive("oms", [ordered("o", 0, "coat/m", "coat/l"), sent_back("r", "o", 60, "coat/m", "unknown")])
    assert house.events(BracketFound)[-1].bracket == Signal("bracket", "size", "too_small")
    assert told(house) == {("size_model", "small", 0.6), ("taste", "item", 1.0)}


def test_the_listing_tells_a_bracket_of_colours(house: MemoryHouse) -> None:
    """Also if it is known only after the return."""
    bought = [ordered("o", 0, "coat/m", "coat/m/blue"), sent_back("r", "o", 60, "coat/m", "ordered-multiple")]
    house.receive("oms", bought, "batch-1")
    assert told(house) == {("taste", "item", 0.0)}
    house.receive("oms", [listed("coat", "m", colours=("red", "blue"))], "batch-2")
    assert told(house) == {("taste", "item", -0.3)}


def test_a_second_order_within_three_days_makes_the_bracket(house: MemoryHouse) -> None:
    """Of the same customer; somebody else's order, and one long after, do not."""
    later = [ordered("late", 4 * DAY, "coat/l"), ordered("bob", 60, "coat/l", user="bob")]
    house.receive("oms", [ordered("o", 0, "coat/m"), *later, sent_back("r", "o", DAY, "coat/m", "unknown")], "batch-1")
    assert told(house) == {("taste", "item", -0.2)}
    house.receive("oms", [ordered("o-2", 2 * DAY, "coat/l")], "batch-2")
    assert told(house) == {("size_model", "small", 0.6), ("taste", "item", 1.0)}


def test_when_the_other_size_comes_back_too_nobody_knows_the_direction(house: MemoryHouse) -> None:
    """With nothing kept there is nothing to compare with, and the direction is taken back."""
    house.receive("oms", [ordered("o", 0, "coat/m", "coat/l"), sent_back("r", "o", 60, "coat/m", "unknown")], "batch-1")
    house.receive("oms", [sent_back("s", "o", 90, "coat/l", "style")], "batch-2")
    assert told(house) == {("size_model", "unspecified", 0.6), ("taste", "item", 1.0)}


@pytest.mark.parametrize("early", [True, False])
def test_an_exchange_for_another_size_is_a_gold_label(house: MemoryHouse, early: bool) -> None:
    """With the return, before it or after it: from-size misfit with its direction, to-size fits, taste stays."""
    back = sent_back("r", "o", 60, "coat/m", "style")
    swapped = exchanged(61, "coat/l", return_id="r")
    bodies = [listed("coat", "m", "l"), ordered("o", 0, "coat/m"), *((swapped, back) if early else (back, swapped))]
    house.receive("oms", bodies)
    assert told(house) == {("size_model", "small", 1.0), ("size_model", "ok", 1.0), ("taste", "item", 1.0)}
    assert {one.variant_id for one in house.events(SignalRouted) if one.what == "ok"} == {"coat/l"}


def test_an_exchange_of_which_no_return_tells_speaks_for_itself(house: MemoryHouse) -> None:
    """It is routed under its own id."""
    house.receive("oms", [listed("coat", "s", "m"), ordered("o", 0, "coat/m"), exchanged(61, "coat/s")])
    assert told(house, "x") == {("size_model", "large", 1.0), ("size_model", "ok", 1.0), ("taste", "item", 1.0)}


def test_an_exchange_for_another_colour_says_nothing_of_size(house: MemoryHouse) -> None:
    """Then the return says what its reason says."""
    bodies = [listed("coat", "m", colours=("red", "blue")), ordered("o", 0, "coat/m"), exchanged(61, "coat/m/blue")]
    house.receive("oms", [*bodies, sent_back("r", "o", 60, "coat/m", "color")])
    assert told(house) == {("taste", "item", -1.0), ("taste", "colour", -0.5)}


def test_a_catalogue_queue_flags_what_is_described_wrongly_so_much_oftener(house: MemoryHouse) -> None:
    """Five signals or more, and more than nine chances in ten that the rate is above twice that of the category."""
    orders = [ordered(f"o-{n}", n, f"{'coat' if n < 8 else 'hat'}/m", user=f"u-{n}") for n in range(60)]
    backs = [sent_back(f"r-{n}", f"o-{n}", 100 + n, "coat/m", "not-as-described") for n in range(5)]
    backs += [sent_back("r-9", "o-9", 200, "hat/m", "not-as-described")]
    house.receive("oms", [listed("coat", "m"), listed("hat", "m"), *orders, *backs])
    found = queue(house.read_models, "catalogue")
    assert [(one.product_id, one.signals, one.bought, one.flagged) for one in found.suspects] == [
        ("coat", 5, 8, True),
        ("hat", 1, 52, False),
    ]
    assert found.suspects[0].usual == pytest.approx(6 / 60)
    assert len(found.routed) == 6


def test_an_article_that_runs_small_has_its_size_chart_looked_at(house: MemoryHouse) -> None:
    """Observations of one direction, so much oftener than in the category, are a finding of the catalogue."""
    orders = [ordered(f"o-{n}", n, f"{'coat' if n < 8 else 'hat'}/m", user=f"u-{n}") for n in range(60)]
    backs = [sent_back(f"r-{n}", f"o-{n}", 100 + n, "coat/m", "too-small") for n in range(5)]
    house.receive("oms", [listed("coat", "m"), listed("hat", "m"), *orders, *backs])
    (suspect,) = queue(house.read_models, "catalogue").suspects
    assert (suspect.finding, suspect.product_id, suspect.flagged) == ("size chart: runs small", "coat", True)


def test_what_may_be_abuse_is_for_humans_only(house: MemoryHouse) -> None:
    """No size, no taste, no queue but the review."""
    house.receive("oms", [ordered("o", 0, "coat/m"), sent_back("r", "o", 60, "coat/m", "SWITCHEROO")])
    assert told(house) == {("review", "switch", 1.0), ("taste", "item", 0.0)}
    assert [one.return_id for one in queue(house.read_models, "review").routed] == ["r"]


def test_a_label_matures_when_window_and_transit_are_over(house: MemoryHouse) -> None:
    """By the log's own clock: 45 days after the order, at the first fact of an order of a later day."""
    house.receive("oms", [ordered("o", 0, "coat/m", "hat/m"), sent_back("r", "o", 60, "coat/m", "style")], "batch-1")
    house.receive("oms", [ordered("o-2", 45 * DAY, "coat/m")], "batch-2")
    assert house.events(LabelMatured) == []
    house.receive("oms", [ordered("o-3", 46 * DAY, "coat/m")], "batch-3")
    (matured,) = house.events(LabelMatured)
    labels = (LineLabel("coat/m", "coat", "coat/m", -1.0), LineLabel("hat/m", "hat", "hat/m", 1.0))
    assert (matured.labels, matured.matured_at) == (labels, MONDAY + timedelta(days=45))
    row = View(house.read_models, "purchases").one(PURCHASES, "o")
    assert row is not None
    assert {(one.product, one.action, one.taste) for one in row.touches} == {
        *(("coat", "purchase", -1.0), ("hat", "purchase", 1.0), ("coat", "return", -1.0)),
    }


def test_a_return_after_that_matures_the_label_anew(house: MemoryHouse) -> None:
    """The latest word on a label counts."""
    house.receive("oms", [ordered("o", 0, "coat/m"), ordered("o-3", 46 * DAY, "hat/m")], "batch-1")
    house.receive("oms", [sent_back("r", "o", 47 * DAY, "coat/m", "changed-my-mind")], "batch-2")
    assert [one.labels[0].label for one in house.events(LabelMatured)] == [1.0, -0.3]


def test_an_order_of_the_end_of_the_calendar_never_matures(house: MemoryHouse) -> None:
    """There is no time 45 days after it; other orders are not kept from maturing."""
    body = json.loads(ordered("o", 0, "coat/m")) | {"timestamp": "9999-12-20T00:00:00Z"}
    house.receive("oms", [json.dumps(body).encode(), ordered("o-2", 0, "hat/m")])
    assert {one.order_id for one in house.events(LabelMatured)} == {"o-2"}


STORY = [
    *(listed("coat", "m", "l"), ordered("o", 0, "coat/m", "coat/l"), sent_back("r", "o", 60, "coat/m", "unknown")),
    *(sent_back("s", "o", 90, "coat/l", "too-big"), ordered("o-2", 46 * DAY, "coat/m"), exchanged(120, "coat/l")),
    sent_back("r", "o", 50 * DAY, "coat/m", "style"),
]


@pytest.mark.parametrize("name", [Routing.name, "signals", "purchases"])
def test_a_rebuild_gives_the_live_rows(house: MemoryHouse, name: str) -> None:
    """Folded again from the log, the rows are the same, and nothing is announced twice."""
    for number, body in enumerate(STORY):
        house.receive("oms", [body], f"batch-{number}")
    announced, rows = house.log.head(), house.rows(f"{name}#1")
    house.runner.rebuild(house.projections[name])
    assert rows
    assert house.rows(f"{name}#2") == rows
    assert house.log.head() == announced
