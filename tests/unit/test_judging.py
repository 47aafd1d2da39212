"""How near a ranking comes to what shoppers really want: the truth itself is 1, chance is about 0."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.sources.simulation.truth import Truth
from adapters.vault import EnvelopeKeyring, MemoryKeyStore, MemoryVault
from application.evaluation.cases import Cases
from application.features.catalogue_table import catalogue_table
from application.learning.dataset import Dataset
from haberdasher.judging import DAY, DEPTH, HiddenTruth, Oracle, hidden_truth, nearness
from haberdasher.testing.recommender import sessions
from ports.models import Sequences
from ports.vault import Identifier
from tests.unit.simulation.seasons import SMALL

SHOPPERS = (3, 11, 42)
BEGIN = SMALL.begin.timestamp()


@cache
def truth() -> Truth:
    return Truth.of(SMALL)


def witnessed(subjects: Sequence[str], vault: MemoryVault, extra: Sequence[str] = ()) -> HiddenTruth:
    """Return the truth for a data set with a session of each subject; some products are of another shop."""
    vocabulary = (*extra, *truth().products)
    dataset = Dataset(
        interactions=sessions([[0]] * len(subjects), len(vocabulary)),
        vocabulary=vocabulary,
        sessions=tuple(f"s-{n}" for n in range(len(subjects))),
        subjects=tuple(subjects),
        table=catalogue_table(vocabulary, {}),
    )
    return hidden_truth(SMALL, vault, dataset, np.arange(len(subjects), dtype=np.int64))


def cases(rows: Sequence[int], days: Sequence[float]) -> Cases:
    nothing = Sequences.of([[]] * len(rows))
    return Cases("purchase", nothing, nothing, np.array(rows, np.int64), BEGIN + DAY * np.array(days))


@pytest.fixture
def vault() -> MemoryVault:
    return MemoryVault(EnvelopeKeyring(MemoryKeyStore(), "main", b"k" * 32))


@pytest.fixture
def subjects(vault: MemoryVault) -> Sequence[str]:
    """Surrogates of three shoppers, by their e-mail addresses."""
    named = [Identifier(*next(one for one in truth()._carriers.names(n) if one[0] == "email")) for n in SHOPPERS]
    found = vault.surrogates(named)
    return [found[one] for one in named]


def test_appeal_is_that_of_the_shopper_at_the_moment(vault: MemoryVault, subjects: Sequence[str]) -> None:
    """Row by row the appeal that the truth names, in the numbering of the data set."""
    hidden = witnessed(subjects, vault)
    appeal = hidden.appeal_of(cases([2, 0], [4.5, 20.25]))
    np.testing.assert_array_equal(appeal[0], truth().appeal(42, 4.5))
    np.testing.assert_array_equal(appeal[1], truth().appeal(3, 20.25))


def test_cases_name_rows_of_the_data_set_through_the_exam(vault: MemoryVault, subjects: Sequence[str]) -> None:
    """Held-out rows are numbered anew; the exam knows which they were."""
    hidden = witnessed(subjects, vault)
    held_out = HiddenTruth(hidden.truth, hidden.vault, hidden.dataset, np.array([2], np.int64))
    np.testing.assert_array_equal(held_out.appeal_of(cases([0], [4.5]))[0], truth().appeal(42, 4.5))


def test_what_the_shop_does_not_sell_appeals_to_nobody(vault: MemoryVault, subjects: Sequence[str]) -> None:
    """Products of other sources are beneath everything else, and nothing is shifted by them."""
    appeal = witnessed(subjects, vault, extra=("foreign-1", "foreign-2")).appeal_of(cases([0], [4.5]))
    assert np.isneginf(appeal[0, :2]).all()
    np.testing.assert_array_equal(appeal[0, 2:], truth().appeal(3, 4.5))


@pytest.mark.parametrize("known", ["machine", "nobody"])
def test_without_a_shopper_the_average_counts(vault: MemoryVault, known: str) -> None:
    """A crawler, and an order that names nobody, want what people want on average on that day."""
    who = Identifier("anonymous", "ck-bot-1")
    subject = vault.surrogates([who])[who] if known == "machine" else ""
    appeal = witnessed([subject], vault).appeal_of(cases([0], [4.5]))
    everybody = np.mean([truth().appeal(n, 4.0) for n in range(0, SMALL.shoppers, SMALL.shoppers // 50)], axis=0)
    np.testing.assert_allclose(appeal[0], everybody, rtol=1e-5)


def random_appeal() -> NDArray[np.float32]:
    return np.random.default_rng(3).standard_normal((300, 100)).astype(np.float32)


def test_the_truth_is_as_near_as_can_be() -> None:
    """Its own ranking has nearness 1 for every shopper."""
    appeal = random_appeal()
    ranked = Oracle(appeal).recommend(Sequences.of([[]] * len(appeal)), DEPTH).items
    np.testing.assert_allclose(nearness(ranked, appeal), 1.0, rtol=1e-6)


def test_chance_is_about_nothing() -> None:
    """Random rankings are as good as the catalogue: 0 within four standard errors; the worst are far below."""
    appeal, rng = random_appeal(), np.random.default_rng(4)
    ranked = np.array([rng.permutation(100)[:DEPTH] for _ in appeal], np.int32)
    near = nearness(ranked, appeal)
    assert abs(near.mean()) <= 4 * near.std() / np.sqrt(len(near))
    worst = np.argsort(appeal, axis=1)[:, :DEPTH].astype(np.int32)
    assert nearness(worst, appeal).max() < -0.5


def test_nearness_is_its_definition() -> None:
    """Mean appeal of what is shown, between that of the catalogue and that of the best."""
    appeal, rng = random_appeal()[:20], np.random.default_rng(5)
    ranked = np.array([rng.permutation(100)[:DEPTH] for _ in appeal], np.int32)
    for row, near in enumerate(nearness(ranked, appeal)):
        shown = np.mean([appeal[row, item] for item in ranked[row]])
        best, usual = np.mean(sorted(appeal[row])[-DEPTH:]), appeal[row].mean()
        assert near == pytest.approx((shown - usual) / (best - usual), rel=1e-4)


def test_an_empty_place_is_as_bad_as_the_worst_product() -> None:
    """A ranking that ends early does not look better for it, and neither does what is not sold."""
    appeal = random_appeal()
    appeal[:, 7] = -np.inf
    full = np.argsort(-appeal, axis=1)[:, :DEPTH].astype(np.int32)
    short, foreign, worst = full.copy(), full.copy(), full.copy()
    short[:, -1], foreign[:, -1] = -1, 7
    worst[:, -1] = np.where(np.isfinite(appeal), appeal, np.inf).argmin(axis=1)
    np.testing.assert_allclose(nearness(short, appeal), nearness(worst, appeal), rtol=1e-6)
    np.testing.assert_allclose(nearness(foreign, appeal), nearness(worst, appeal), rtol=1e-6)
    assert (nearness(short, appeal) < 1).all()


def test_the_oracle_ranks_for_its_own_cases_only() -> None:
    """Asked for others it refuses, and it keeps to a mask."""
    oracle = Oracle(random_appeal()[:2])
    with pytest.raises(ValueError, match="cases it was made for"):
        oracle.recommend(Sequences.of([[]]), 5)
    mask = np.arange(100) < 50
    assert oracle.recommend(Sequences.of([[], []]), 5, mask).items.max() < 50


def test_a_witness_judges_the_oracle_beside_the_models(vault: MemoryVault, subjects: Sequence[str]) -> None:
    """For cases that name rows there is the oracle and the measure; for those of other data sets there is neither."""
    witness = witnessed(subjects, vault).witness()
    asked = cases([0, 1, 2], [1.0, 2.0, 3.0])
    (oracle,) = witness.ranks(asked)
    ranked = oracle.recommend(asked.prefixes, DEPTH).items
    np.testing.assert_allclose(witness.measures(asked)["truth"](ranked), 1.0, rtol=1e-6)
    published = Cases("next_item", asked.prefixes, asked.targets)
    assert (list(witness.ranks(published)), dict(witness.measures(published))) == ([], {})
