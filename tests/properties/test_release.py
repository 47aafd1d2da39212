"""A release puts events where they would have been."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from application.intake.reading import Reader
from application.intake.releasing import Releasing
from application.projections.quarantine import waiting
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from domain.taxonomy.vocabulary import Vocabulary
from tests.support.house import SOURCES
from tests.support.memory_house import MemoryHouse
from tests.support.popularity import product_states
from tests.support.shop import sent

KNOWN = Reader(Vocabulary(own={"*": {"Bag Tapped": "product_added_to_cart", "Peeked": "product_viewed"}}))
NAMES = ("product_viewed", "add_to_cart", "Bag Tapped", "Peeked")

happenings = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.integers(0, 300), st.sampled_from(["ada", "bob"]), st.sampled_from(["coat", "hat"])
    ),
    min_size=1,
    max_size=14,
)


def house(reader: Reader) -> MemoryHouse:
    made = MemoryHouse()
    made.door = evolve(made.door, reader=reader)
    made.canonicaliser.reader = reader
    return made


def known_of(house: MemoryHouse) -> Mapping[str, Any]:
    """Return what the read models know, without ids: sessions as sets of touches, products by their measures."""
    sessions = sorted(
        sorted((touch.at, touch.known, touch.action, touch.product) for touch in row.touches)
        for _, row in View(house.read_models, "sessions").all(SESSIONS)
        if not row.absorbed_by and row.touches
    )
    products = product_states(house.read_models)
    return {"sessions": sessions, "products": {key: rounded(state) for key, state in products.items()}}


def rounded(state: Mapping[str, Any]) -> Any:
    return {
        name: {key: (round(cell.total, 6), cell.count) for key, cell in cells.items()} for name, cells in state.items()
    }


@settings(max_examples=60, deadline=None)
@given(happenings, st.data())
def test_after_a_release_it_is_as_if_the_name_had_been_known(
    arriving: list[tuple[str, int, str, str]], data: st.DataObject
) -> None:
    """Events of one customer keep their place, whatever came between, in whatever parts they are let out."""
    bodies = [
        sent(name, minute, anonymous_id=cookie, properties={"product_id": product})
        for name, minute, cookie, product in arriving
    ]
    learned, knew = house(Reader()), house(KNOWN)
    knew.receive("web", bodies)
    learned.receive("web", bodies)
    positions = [row.position for row in waiting(learned.read_models)]
    assert len(positions) == sum(name in {"Bag Tapped", "Peeked"} for name, *_ in arriving)
    learned.clock.at += timedelta(days=2)
    learned.canonicaliser.reader = KNOWN
    releasing = Releasing("main", learned.intake, learned.keyring, SOURCES, KNOWN, learned.clock)
    for part in (positions[: data.draw(st.integers(0, len(positions)))], positions, positions):
        releasing.release(part)
        learned.canonicaliser.catch_up()
        learned.project()
    assert list(waiting(learned.read_models)) == []
    assert known_of(learned) == known_of(knew)
