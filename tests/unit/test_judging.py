"""How near a ranking is to the truth: the truth itself is at 1, chance at 0, and better is nearer."""

from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from adapters.sources.simulation.season import Season
from adapters.sources.simulation.truth import Truth
from adapters.vault import EnvelopeKeyring, MemoryKeyStore, MemoryVault
from application.evaluation.cases import Cases
from application.evaluation.report import evaluate
from application.features.touch import Touch
from application.learning.dataset import Dataset, build
from application.learning.histories import Histories, Row
from haberdasher.judging import DEPTH, HiddenTruth, Oracle, hidden_truth, nearness
from haberdasher.testing.recommender import quiet
from ports.models import Sequences
from ports.vault import Identifier

SEASON = Season(date(2026, 6, 30), shoppers=60, products=60, days=14)
DAY = 86_400.0
ANSWERS = 40


def random_appeal(seed: int, *, unsold: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    appeal = rng.normal(size=(5, ANSWERS)).astype(np.float32)
    appeal[:, ANSWERS - unsold :] = -np.inf
    return appeal


def shuffled(rows: int, rng: np.random.Generator) -> NDArray[np.int32]:
    return np.array([rng.permutation(ANSWERS)[:DEPTH] for _ in range(rows)], np.int32)


@pytest.mark.parametrize("unsold", [0, 10])
def test_the_truth_is_nearest_to_itself(unsold: int) -> None:
    """The ranking of the oracle is at 1, and no other is nearer."""
    appeal = random_appeal(0, unsold=unsold)
    best = Oracle(appeal).recommend(Sequences.of([[]] * len(appeal)), DEPTH)
    assert nearness(best.items, appeal).tolist() == pytest.approx([1] * len(appeal))
    rng = np.random.default_rng(1)
    assert all((nearness(shuffled(5, rng), appeal) < 1).all() for _ in range(50))


@pytest.mark.parametrize("unsold", [0, 10])
def test_chance_is_at_nothing(unsold: int) -> None:
    """Rankings drawn at random are at 0 in the mean."""
    appeal, rng = random_appeal(2, unsold=unsold), np.random.default_rng(3)
    means = np.mean([nearness(shuffled(5, rng), appeal) for _ in range(2000)], axis=0)
    assert np.abs(means).max() < 0.03


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, DEPTH - 1), st.sampled_from([0, 10]))
def test_a_better_item_brings_a_ranking_nearer(seed: int, place: int, unsold: int) -> None:
    """Where one item gives way to one that appeals more, the ranking is nearer; an empty place and
    what is not sold are worth as much as the worst that is sold.
    """
    rng = np.random.default_rng(seed)
    appeal = random_appeal(seed, unsold=unsold)[:1]
    ranked = shuffled(1, rng)
    left = np.setdiff1d(np.arange(ANSWERS), ranked[0])
    worth = np.maximum(appeal[0], appeal[0][np.isfinite(appeal[0])].min())
    better = [item for item in left if worth[item] > worth[ranked[0, place]]]
    changed, emptied = ranked.copy(), ranked.copy()
    emptied[0, place] = -1
    here = nearness(ranked, appeal)[0]
    assert nearness(emptied, appeal)[0] <= here + 1e-9
    if better:
        changed[0, place] = better[0]
        assert nearness(changed, appeal)[0] > here


def test_what_is_indifferent_is_finite() -> None:
    """Where all items appeal alike, no ranking is nearer than another, and none is nowhere."""
    assert np.isfinite(nearness(shuffled(2, np.random.default_rng(0)), np.ones((2, ANSWERS), np.float32))).all()


def test_the_oracle_answers_for_its_cases_only() -> None:
    """Another number of prefixes is refused, a mask is obeyed."""
    oracle = Oracle(random_appeal(4))
    with pytest.raises(ValueError, match="nothing else"):
        oracle.recommend(Sequences.of([[]] * 4), 3)
    mask = np.arange(ANSWERS) % 2 == 0
    assert (oracle.recommend(Sequences.of([[]] * 5), 10, mask).items % 2 == 0).all()


@cache
def world() -> tuple[HiddenTruth, Dataset, Truth]:
    """Three sessions: of a shopper, of a machine, of nobody. One product was never in the simulated shop."""
    truth = Truth.of(SEASON)
    vault = MemoryVault(EnvelopeKeyring(MemoryKeyStore(), "main", b"k" * 32))
    who = (Identifier("email", "person00007@shopper.example"), Identifier("anonymous", "a machine"))
    named = vault.surrogates(who)
    begin = SEASON.begin.timestamp()
    rows = []
    for day, subject in enumerate([named[who[0]], named[who[1]], ""]):
        products = (*truth.products[:30], "of another shop")
        touches = [Touch(begin + day * DAY + n, begin + day * DAY + n, "view", one) for n, one in enumerate(products)]
        rows.append(Row(f"s-{day}", subject, touches))
    dataset = build(Histories(rows=rows, by_person={}), quiet)
    return hidden_truth(SEASON, vault, dataset, np.arange(3)), dataset, truth


def cases(*rows: int, day: float = 5.0) -> Cases:
    at = np.full(len(rows), SEASON.begin.timestamp() + day * DAY)
    return Cases("purchase", Sequences.of([[0]] * len(rows)), Sequences.of([[1]] * len(rows)), np.array(rows), at)


def test_the_appeal_is_the_shoppers_own() -> None:
    """A case has what its shopper wants on its day, in the item numbers of the data; another shop's product nothing."""
    hidden, dataset, truth = world()
    [appeal] = hidden.appeal_of(cases(0))
    wanted = dict(zip(truth.products, truth.appeal(7, 5.0).tolist(), strict=True))
    for product, number in dataset.numbers().items():
        assert appeal[number] == pytest.approx(wanted.get(product, -np.inf), rel=1e-5)
    assert not np.array_equal(appeal, hidden.appeal_of(cases(0, day=12.0))[0])


def test_who_is_no_shopper_wants_what_people_want() -> None:
    """A machine and a guest have the same finite average, which is no shopper's own."""
    hidden, dataset, truth = world()
    shopper, machine, nobody = hidden.appeal_of(cases(0, 1, 2))
    np.testing.assert_array_equal(machine, nobody)
    sold = [number for product, number in dataset.numbers().items() if product in truth.products]
    assert np.isfinite(machine[sold]).all()
    assert not np.allclose(machine[sold], shopper[sold])


def test_the_truth_stands_in_the_table_at_one() -> None:
    """A witness puts the hidden truth beside the models, and measures how near all of them come to it."""
    hidden, dataset, _ = world()
    asked, witness = cases(0, 1, 2), hidden.witness()
    ranks, measures = witness.ranks(asked), witness.measures(asked)
    report = evaluate(ranks, asked, n_items=len(dataset.vocabulary), measures=measures, replicates=20)
    assert report.value("hidden truth", "truth@20") == pytest.approx(1)


def test_cases_from_elsewhere_have_no_truth() -> None:
    """Of a published test it is not known whose the rows are: nothing is added."""
    witness = world()[0].witness()
    elsewhere = Cases("next_item", Sequences.of([[0]]), Sequences.of([[1]]))
    assert (list(witness.ranks(elsewhere)), dict(witness.measures(elsewhere))) == ([], {})
