"""What is shown of a person is what the resolver says, and its picture puts nothing on anything."""

from collections.abc import Sequence
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from application.identity.graph import graph_of
from application.projections.identity import IDENTIFIERS
from application.projections.rows import View
from domain.identity.resolver import resolve
from haberdasher.drawing.identity import picture
from haberdasher.drawing.layers import CARD_HEIGHT, CARD_WIDTH, Spot, places
from tests.properties.test_identity_projection import POLICY, STEPS, SURROGATES, World


@settings(max_examples=80, deadline=None)
@given(steps=STEPS)
def test_a_graph_shows_what_became_of_every_link(steps: Sequence[tuple[str, str, str, str, int]]) -> None:
    """Persons, accepted and rejected links, with their reasons, are those of the resolver over everything."""
    world = World()
    for step in steps:
        world.take(step)
    world.store()
    expected = resolve(world.nodes.values(), world.links.values(), world.blocks, POLICY)
    accepted = {one.link_id for one in expected.accepted}
    refused = {one.link_id: why for one, why in expected.rejected}
    rows = dict(View(world.read_models, "identity").all(IDENTIFIERS))
    shown = set[str]()
    for surrogate in SURROGATES:
        graph = graph_of(world.read_models, world.log, "main", surrogate, POLICY)
        assert {one.surrogate: one.person for one in graph.members} == {
            one.surrogate: rows[one.surrogate].person for one in graph.members
        }
        assert all(bool(one.blocked) == (one.surrogate in expected.blocked) for one in graph.members)
        for tie in graph.ties:
            key = tie.link.link_id
            if tie.state == "retracted":
                assert key not in world.links
                continue
            shown.add(key)
            assert (tie.state == "accepted") == (key in accepted)
            assert tie.reason == refused.get(key, "")
        person = rows[surrogate].person
        if person is not None:
            assert {one.surrogate for one in graph.persons[person]} == set(expected.members[person])
        assert picture(graph, {one.surrogate: one.surrogate for one in graph.members}, "Who?").startswith("<svg")
    assert shown == world.links.keys()


@st.composite
def drawings(draw: st.DrawFn) -> tuple[list[Spot], list[tuple[str, str]]]:
    """Two to forty nodes in up to six bands and columns, with up to sixty edges."""
    spots = [
        Spot(f"n{number}", f"band {draw(st.integers(0, 5))}", draw(st.integers(0, 5)))
        for number in range(draw(st.integers(2, 40)))
    ]
    names = st.sampled_from([one.name for one in spots])
    pairs = draw(st.lists(st.tuples(names, names), max_size=60))
    return spots, [(a, b) for a, b in pairs if a != b]


@settings(max_examples=150, deadline=None)
@given(drawings())
def test_no_card_lies_on_another(drawing: tuple[list[Spot], list[tuple[str, str]]]) -> None:
    """Cards are apart and inside their bands, bands are apart, edges begin and end at their cards, every time alike."""
    spots, edges = drawing
    found = places(spots, edges, 10, 10)
    assert found == places(spots, edges, 10, 10)
    for one, other in combinations(found.at.values(), 2):
        assert abs(one[0] - other[0]) >= CARD_WIDTH or abs(one[1] - other[1]) >= CARD_HEIGHT
    bands = {band.name: band for band in found.bands}
    for upper, lower in combinations(found.bands, 2):
        assert upper.top + upper.height <= lower.top
    for spot in spots:
        x, y = found.at[spot.name]
        band = bands[spot.band]
        assert band.top < y - CARD_HEIGHT / 2
        assert y + CARD_HEIGHT / 2 < band.top + band.height
        assert x - CARD_WIDTH / 2 >= 10
        assert x + CARD_WIDTH / 2 <= found.width
    for (a, b), route in zip(edges, found.routes, strict=True):
        assert {route[0][1], route[-1][1]} == {found.at[a][1], found.at[b][1]}
