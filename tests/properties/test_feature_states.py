"""Streaming states say what a fold over what is known now says, whatever merges, splits, verdicts and erasures did."""

from collections.abc import Mapping, Sequence
from math import inf, isclose

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.event_log import MemoryReadModels, MemoryStore
from application.features.fold import Fold, as_of
from application.features.measures import MEASURES, measures_of
from application.features.steps import State
from application.features.touch import Observation
from application.journal.listening import Change
from application.projections.rows import Rows
from application.streaming.states import STATES, FeatureStates, state_key
from ports.event_log import Recorded
from ports.measures import ENTITIES, Entity, References, Value
from tests.unit.journal.stories import STORIES, Heard, Shop, Step, fold

SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=3)
LATER = 2_000_000_000.0
CATALOGUE = References(
    facets={"coat": {"silhouette": "wide", "pattern": "plain"}, "hat": {"silhouette": "wide"}},
    vectors={"coat": (1.0, 0.0), "hat": (0.6, 0.8)},
    levels={"outer": (8.0, 0.5)},
)


def told(events: Sequence[Recorded], sizes: Sequence[int]) -> tuple[Mapping[str, State], Heard]:
    """Return the states after a log, cut into batches of such sizes, and what was told on the way."""
    ear, store = fold(events, sizes, watchers=[FeatureStates(MEASURES)])
    rows = Rows(MemoryReadModels(store), "journal#1")
    return {key: rows.get(STATES, key) or {} for key in store.rows["journal#1", STATES.name]}, ear


def same(one: Value, other: Value) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return one == other or isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]


def expected(entity: Entity, observations: Sequence[Observation]) -> Mapping[str, Mapping[str, Value]]:
    """Return the values of every entity of a kind by its definition: everything that is known, folded."""
    groups: dict[str, list[Observation]] = {}
    for one in observations:
        if one.counts > 0 and (key := getattr(one, entity)):
            groups.setdefault(key, []).append(one)
    measured = Fold(measures_of(entity))
    return {key: as_of(every, measured, at=LATER, known=inf, references=CATALOGUE) for key, every in groups.items()}


@settings(max_examples=60, deadline=None)
@given(story=STORIES, sizes=SIZES)
def test_states_are_the_fold_of_what_is_known_now(story: Sequence[Step], sizes: list[int]) -> None:
    """Of every entity, for every declared measure: nothing stays behind of what was taken back, moved or erased."""
    shop = Shop()
    shop.tell(story)
    states, ear = told(shop.events, sizes)
    for entity in ENTITIES:
        measured = Fold(measures_of(entity))
        found = {
            key.partition("/")[2]: measured.read(state, LATER, CATALOGUE)
            for key, state in states.items()
            if key.startswith(f"{entity}/")
        }
        wanted = expected(entity, ear.current)
        assert found.keys() <= wanted.keys()
        nothing = measured.read({}, LATER, CATALOGUE)
        for key, values in wanted.items():
            differing = {name for name, value in values.items() if not same(found.get(key, nothing)[name], value)}
            assert not differing, (entity, key)


@settings(max_examples=30, deadline=None)
@given(story=STORIES, sizes=SIZES, others=SIZES)
def test_states_are_the_same_bit_for_bit_however_the_log_is_cut(
    story: Sequence[Step], sizes: list[int], others: list[int]
) -> None:
    """A rebuild in large batches gives the rows that were kept live, so their digests can be compared."""
    shop = Shop()
    shop.tell(story)
    assert told(shop.events, sizes)[0] == told(shop.events, others)[0]


def test_a_merge_folds_again_whom_it_touches_and_nobody_else() -> None:
    """Ten customers and a merge of two of them: only these two are written, and neither product nor session is."""
    store = MemoryStore()
    rows = Rows(MemoryReadModels(store), "journal#1")
    states = FeatureStates(MEASURES)
    seen = [
        Observation(
            float(n),
            float(n),
            "view",
            "coat",
            category="outer",
            id=f"e-{n}",
            position=n,
            customer=f"c-{n}",
            session=f"s-{n}",
            visitor=f"v-{n}",
        )
        for n in range(10)
    ]
    states.saw([Change(None, one) for one in seen], rows)
    states.touched.clear()
    states.saw([Change(seen[4], replace(seen[4], position=11, known=11.0, customer="c-3"))], rows)
    assert set(states.touched) == {
        *(("customer", "c-3"), ("customer", "c-4")),
        *(("customer_category", "c-3/outer"), ("customer_category", "c-4/outer")),
    }
    assert state_key("product", "coat") not in {state_key(*key) for key in states.touched}
