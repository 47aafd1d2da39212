"""The ranker is trained on what it will be given, and on nothing that nobody could know."""

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from application.features.catalogue_table import CatalogueTable, catalogue_table
from application.features.fold import as_of
from application.features.ranking import (
    CUSTOMER_FOLD,
    PRODUCT_FOLD,
    RANKING_FEATURES,
    Dynamics,
    profile_of,
    ranking_features,
)
from application.features.steps import State
from application.features.touch import Touch
from application.learning.dataset import Dataset, build
from application.learning.histories import Histories, Row
from application.learning.timeline import Timeline
from application.serving.stack import Stack
from domain.catalogue.product import Colourway, Product, ProductListed
from domain.values import Money
from haberdasher.testing.recommender import quiet
from tests.support.observed import observed

NOW = 1_800_000_000.0
DAY = 86_400.0
PEOPLE = ("ada", "bo", "")
PRODUCTS = ("coat", "hat", "scarf", "unlisted")
AFFINITIES = ("category_share", "brand_share", "colour_share", "taste_match", "seen", "history")


def listed(name: str, category: str, brand: str, colour: str, price: int, **attributes: str) -> Product:
    listing = ProductListed(
        product_id=name,
        title=name,
        listed_at=datetime(2026, 1, 1, tzinfo=UTC),
        colourways=(Colourway(f"{name}-1", (), colour=colour),),
        category_id=category,
        brand_id=brand,
        unit_price=Money(price, "EUR"),
        list_price=Money(price + 1000, "EUR"),
        attributes=attributes,
    )
    return Product(listing=listing)


CATALOGUE = {
    "coat": listed("coat", "outer", "north", "red", 9000, pattern="plain"),
    "hat": listed("hat", "head", "north", "blue", 2000, pattern="striped"),
    "scarf": listed("scarf", "head", "south", "red", 3000, pattern="plain"),
    "never": listed("never", "outer", "south", "green", 5000),
}


@st.composite
def touches(draw: st.DrawFn) -> Touch:
    """Whole days, so that touches, their being known, and the moments of asking often fall together."""
    at = NOW + draw(st.integers(0, 20)) * DAY
    return Touch(
        at=at,
        known=at + draw(st.sampled_from([0, 0, 0, 1, 6])) * DAY,
        action=draw(st.sampled_from(["view", "click", "wishlist", "cart", "purchase", "return"])),
        product=draw(st.sampled_from(PRODUCTS)),
        category=draw(st.sampled_from(["", "outer", "head", "strange"])),
        brand=draw(st.sampled_from(["", "north", "south"])),
        colour=draw(st.sampled_from(["", "red", "blue"])),
        price=draw(st.integers(0, 9000)),
    )


Told = list[tuple[str, Touch]]
TOLD: st.SearchStrategy[Told] = st.lists(st.tuples(st.sampled_from(PEOPLE), touches()), max_size=25)


def world(told: Told) -> tuple[Histories, Dataset]:
    """Lay out who touched what; "" is a guest, whose touches are in a row and in nobody's history."""
    by_person: dict[str, list[Touch]] = {}
    for person, touch in told:
        by_person.setdefault(person, []).append(touch)
    first = Touch(NOW - 1000 * DAY, NOW - 1000 * DAY, "view", "coat")
    rows = [Row("first", "nobody", [first])]
    rows += [Row(f"row-{person}", person, [*every]) for person, every in by_person.items()]
    people = {person: every for person, every in by_person.items() if person} | {"nobody": [first]}
    histories = observed(Histories(rows=rows, by_person=people))
    return histories, build(histories, quiet, CATALOGUE)


def usable(touch: Touch, at: float) -> bool:
    return touch.at < at and touch.known <= at


def served(
    histories: Histories, data: Dataset, person: str, at: float, items: NDArray[np.int64], *, subject: int | None
) -> NDArray[np.float32]:
    """What the server gives that knows what is known at `at`."""
    values = []
    for product in data.vocabulary:
        state: State = {}
        for _, every in histories.people():
            for touch in every:
                if touch.product == product and usable(touch, at):
                    PRODUCT_FOLD.add(state, touch)
        found = PRODUCT_FOLD.read(state, at)
        values.append({name: value for name, value in found.items() if isinstance(value, float)})
    n = len(data.vocabulary)
    stack = Stack(
        vocabulary=data.vocabulary,
        retrieval=None,
        ranker=None,
        table=data.table,
        popular=np.arange(n),
        dynamics=Dynamics.of(values),
        available=np.ones(n, np.bool_),
    )
    profile = stack.profile(histories.of(person) if person else (), at)
    return stack.features(profile, items, _retrieval(items), subject)


def _retrieval(items: NDArray[np.int64]) -> NDArray[np.float32]:
    return (items * 0.5 - 1).astype(np.float32)


def trained(timeline: Timeline, person: str, at: float, n: int, subject: int | None = None) -> NDArray[np.float32]:
    timeline.advance(at)
    items = np.arange(n)
    return timeline.features(person, at, items, _retrieval(items), subject)


@settings(max_examples=60, deadline=None)
@given(
    TOLD,
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(PEOPLE), st.sampled_from([None, 0])), min_size=1, max_size=5
    ),
)
@example([("ada", Touch(NOW, NOW + DAY, "view", "hat", price=500))], [(1, "ada", None)])
@example([("ada", Touch(NOW, NOW, "view", "hat", price=500))], [(0, "ada", None)])
def test_training_sees_what_serving_sees(told: Told, moments: list[tuple[int, str, int | None]]) -> None:
    """At any moments, one after the other, the walk over history gives the features that the server would give."""
    histories, data = world(told)
    timeline = Timeline.of(histories.observations, data)
    for day, person, subject in sorted(moments, key=lambda one: one[0]):
        at = NOW + day * DAY
        items = np.arange(len(data.vocabulary))
        expected = served(histories, data, person, at, items, subject=subject)
        np.testing.assert_allclose(trained(timeline, person, at, len(items), subject), expected, rtol=1e-5, atol=1e-5)


BASE: Told = [
    ("ada", Touch(NOW, NOW, "view", "coat", category="outer", price=9000)),
    ("bo", Touch(NOW + DAY, NOW + DAY, "purchase", "hat", category="head", price=2000)),
]


@pytest.mark.parametrize(
    ("happened", "known", "counts"),
    [(-DAY, DAY, False), (0, 0, False), (DAY, DAY, False), (-DAY, 1, False), (-DAY, 0, True), (-DAY, -1, True)],
    ids=["known later", "this very moment", "happens later", "known a second later", "known just now", "known before"],
)
def test_a_touch_counts_after_it_happened_and_from_when_it_is_known(
    happened: float, known: float, counts: bool
) -> None:
    """What happens at the moment itself is not seen, what becomes known at it is; in training as in serving."""
    at = NOW + 5 * DAY
    planted = Touch(at + happened, at + known, "cart", "hat", category="head", brand="south", price=100)
    rows = []
    for told in (BASE, [*BASE, ("ada", planted)]):
        histories, data = world(told)
        items = np.arange(len(data.vocabulary))
        rows.append(trained(Timeline.of(histories.observations, data), "ada", at, len(items)))
        np.testing.assert_allclose(
            rows[-1], served(histories, data, "ada", at, items, subject=None), rtol=1e-5, atol=1e-5
        )
    assert np.array_equal(rows[0], rows[1]) != counts


def test_what_was_seen_last_is_last_in_time() -> None:
    """A view that is heard of late takes its place in the order of happening, as in the server."""
    told = [
        ("ada", Touch(NOW, NOW + 3 * DAY, "view", "hat")),
        ("ada", Touch(NOW + DAY, NOW + DAY, "view", "coat")),
        ("ada", Touch(NOW + 2 * DAY, NOW + 2 * DAY, "return", "scarf")),
    ]
    histories, data = world(told)
    timeline = Timeline.of(histories.observations, data)
    timeline.advance(NOW + 2.5 * DAY)
    assert timeline.seen("ada", 5) == ["coat"]
    timeline.advance(NOW + 4 * DAY)
    assert (timeline.seen("ada", 5), timeline.seen("ada", 1), timeline.seen("bo", 5)) == (["hat", "coat"], ["coat"], [])


def test_position_is_no_feature() -> None:
    """Nothing tells the ranker where an item stood."""
    assert len(set(RANKING_FEATURES)) == len(RANKING_FEATURES)
    assert not [
        name for name in RANKING_FEATURES if any(word in name for word in ("position", "slot", "rank", "place"))
    ]


def column(features: NDArray[np.float32], name: str) -> list[float]:
    found: list[float] = features[:, RANKING_FEATURES.index(name)].tolist()
    return found


def test_a_stranger_has_no_affinities() -> None:
    """Of whom nothing is known every share, match and weight is 0, and no price is far from theirs."""
    histories, data = world(BASE)
    features = trained(Timeline.of(histories.observations, data), "stranger", NOW + 9 * DAY, len(data.vocabulary))
    for name in (*AFFINITIES, "price_gap"):
        assert not any(column(features, name)), name
    known = trained(Timeline.of(histories.observations, data), "ada", NOW + 9 * DAY, len(data.vocabulary))
    assert all(any(column(known, name)) for name in ("category_share", "taste_match", "seen", "history", "price_gap"))


def test_only_a_subject_can_be_matched() -> None:
    """Without a subject the subject features are 0; with one, it is most like itself."""
    histories, data = world(BASE)
    timeline, coat = Timeline.of(histories.observations, data), data.numbers()["coat"]
    without = trained(timeline, "ada", NOW + 9 * DAY, len(data.vocabulary))
    assert not any(column(without, "subject_match"))
    assert not any(column(without, "subject_category"))
    about = trained(timeline, "ada", NOW + 9 * DAY, len(data.vocabulary), coat)
    assert column(about, "subject_match")[coat] == pytest.approx(1, abs=1e-5) == max(column(about, "subject_match"))
    categories = {product: column(about, "subject_category")[n] for product, n in data.numbers().items()}
    assert categories == {"coat": 1, "never": 1, "hat": 0, "scarf": 0}


@pytest.mark.parametrize("products", [{}, {"coat": CATALOGUE["coat"]}, {"coat": Product()}])
def test_what_is_not_listed_has_finite_features(products: dict[str, Product]) -> None:
    """Neither an empty catalogue nor a product without a listing, as item or as subject, breaks a feature."""
    table = catalogue_table(PRODUCTS, products)
    nothing = Dynamics.of([{}] * len(PRODUCTS))
    numbers = {product: number for number, product in enumerate(PRODUCTS)}
    for history in ([], [touch for _, touch in BASE]):
        profile = profile_of(as_of(history, CUSTOMER_FOLD, at=NOW + 9 * DAY), table, numbers)
        for subject in (None, numbers["coat"], numbers["unlisted"]):
            items = np.arange(len(PRODUCTS))
            features = ranking_features(profile, table, nothing, items, _retrieval(items), subject=subject)
            assert features.shape == (len(PRODUCTS), len(RANKING_FEATURES))
            assert np.isfinite(features).all()
    assert catalogue_table((), {}).content.shape == (0, 0)


def test_content_has_length_one_or_nothing() -> None:
    """Every listed product is a direction, every other the origin."""
    content = catalogue_table((*CATALOGUE, "unlisted"), CATALOGUE).content
    assert np.linalg.norm(content, axis=1).tolist() == pytest.approx([1, 1, 1, 1, 0], abs=1e-6)


def test_the_order_of_the_vocabulary_changes_no_row() -> None:
    """The same listings in another order give each product the same numbers."""

    def of(product: str, table: CatalogueTable, order: list[str]) -> list[float]:
        row = order.index(product)
        parts = [[table.category[row], table.brand[row], table.colour[row], table.price[row], table.list_price[row]]]
        return [float(value) for part in (*parts, table.content[row]) for value in part]

    forth, back = [*CATALOGUE], [*reversed(CATALOGUE)]
    one, other = catalogue_table(forth, CATALOGUE), catalogue_table(back, dict(reversed(CATALOGUE.items())))
    assert (one.categories, one.brands, one.colours) == (other.categories, other.brands, other.colours)
    for product in CATALOGUE:
        assert of(product, one, forth) == pytest.approx(of(product, other, back), abs=1e-6)


def test_every_facet_separates_products() -> None:
    """Two products alike but for one facet are less alike than two that are equal; a shared one brings them nearer."""
    plain = listed("a", "outer", "north", "red", 9000, pattern="plain", sleeve="long")
    others = [
        listed("b", "outer", "north", "red", 9000, pattern="plain", sleeve="long"),
        listed("c", "outer", "north", "red", 9000, pattern="plain", sleeve="short"),
        listed("d", "outer", "north", "blue", 9000, pattern="plain", sleeve="short"),
        listed("e", "outer", "south", "blue", 9000, pattern="plain", sleeve="short"),
        listed("f", "head", "south", "blue", 9000, pattern="plain", sleeve="short"),
        listed("g", "head", "south", "blue", 9000, pattern="striped", sleeve="short"),
    ]
    products = {str(n): one for n, one in enumerate([plain, *others])}
    content = catalogue_table([*products], products).content
    alike = (content[1:] @ content[0]).tolist()
    assert alike[0] == pytest.approx(1, abs=1e-6)
    assert all(nearer > further for nearer, further in pairwise(alike))


def test_a_second_colour_is_seen() -> None:
    """A product in two colours is not the product in the first of them."""
    one = listed("a", "outer", "north", "red", 9000)
    assert one.listing is not None
    both = evolve(one.listing, colourways=(*one.listing.colourways, Colourway("a-2", (), colour="blue")))
    table = catalogue_table(["a", "b"], {"a": one, "b": Product(listing=both)})
    assert table.colour[0] == table.colour[1]
    assert table.content[0] @ table.content[1] < 0.99
