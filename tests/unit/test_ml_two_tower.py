import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import optax
import pytest
from attrs import asdict, evolve

from haberdasher.testing.recommender import quiet, season, sessions
from ml.registry import RECOMMENDERS, make_model
from ml.two_tower import TwoTower, TwoTowerSettings, row_adagrad
from ml.two_tower.batches import batches, examples
from ml.two_tower.serving import UserWeights
from ml.two_tower.towers import Towers
from ml.two_tower.training import TrainingDiverged, corrected_softmax
from ml.two_tower.window import window
from ports.models import Sequences

TINY = TwoTowerSettings(dimension=8, recent=4, batch=32, epochs=3)


def test_numpy_serves_what_jax_trained() -> None:
    """The user tower gives the same vectors in numpy as in JAX, for long, short and empty prefixes."""
    tower = Towers(recent=4, features=0, dimension=8, seed=3).user
    rng = np.random.default_rng(1)
    items = rng.standard_normal((20, 8), dtype=np.float32)
    names = UserWeights.__annotations__
    weights = {f"user.{name}": np.array(getattr(tower, name)[...]) for name in names}
    weights["user.bias"] = rng.standard_normal(8, dtype=np.float32)
    tower.bias[...] = weights["user.bias"]
    prefixes = Sequences.of([[1, 2, 3, 4, 5, 6], [7], [], [8, 8]])
    seen = window(prefixes.items, prefixes.offsets[:-1], prefixes.offsets[1:], 4)
    served = UserWeights.of(weights, 8).encode(seen, items)
    trained = tower(jnp.asarray(items[seen.items] * seen.known[:, :, None]), jnp.asarray(seen.known))
    np.testing.assert_allclose(served, np.asarray(trained), atol=1e-4)
    assert not served[2].any()


def test_an_example_is_a_prefix_and_what_came_next() -> None:
    """Every item with something before it is a target once, and the window reads backwards from it."""
    learnt = examples(Sequences.of([[1, 2, 3], [4], [5, 6]]))
    assert learnt.items[learnt.places].tolist() == [2, 3, 6]
    seen = window(learnt.items, learnt.starts, learnt.places, 2)
    assert np.where(seen.known, seen.items, -1).tolist() == [[1, -1], [2, 1], [5, -1]]


def test_batches_refer_to_distinct_ids() -> None:
    """An epoch shows each example once; ids are distinct, and shares are those of the targets."""
    learnt = examples(Sequences.of([[1, 2, 3], [4, 2], [5, 6]]))
    (batch,) = batches(learnt, n_items=9, recent=2, size=4, epochs=1, seed=0)
    ids = batch.ids[batch.ids < 9]
    assert len(set(ids.tolist())) == len(ids)
    assert len(batch.ids) % 4 == 0
    targets = batch.ids[batch.targets]
    assert sorted(targets.tolist()) == [2, 2, 3, 6]
    np.testing.assert_allclose(np.exp(batch.log_share), [{2: 0.5, 3: 0.25, 6: 0.25}[item] for item in targets.tolist()])


def test_the_softmax_equals_its_definition() -> None:
    """Each row: cross entropy of its own column after the correction, without the columns that repeat its target."""
    rng = np.random.default_rng(2)
    logits, log_share = rng.standard_normal((4, 4)), rng.standard_normal(4)
    targets = [7, 8, 7, 9]
    losses = []
    for row in range(4):
        corrected = logits[row] - log_share
        columns = [c for c in range(4) if c == row or targets[c] != targets[row]]
        losses.append(np.log(np.exp(corrected[columns]).sum()) - corrected[row])
    given = corrected_softmax(jnp.asarray(logits), jnp.asarray(targets), jnp.asarray(log_share))
    np.testing.assert_allclose(given, np.mean(losses), rtol=1e-5)


def test_row_adagrad_touches_only_its_rows() -> None:
    """With one coordinate per row it is Adagrad; padding and the other rows change nothing."""
    rows = jnp.asarray([[1.0], [2.0], [3.0]])
    table, dense = row_adagrad.fresh(rows), rows
    adagrad = optax.adagrad(0.1, initial_accumulator_value=0.0, eps=0.0)
    state = adagrad.init(dense)
    for ids, gradient in (([0, 2, 3], [0.5, -1.0, 9.0]), ([2, 3, 3], [0.25, 9.0, 9.0])):
        table = row_adagrad.update(table, jnp.asarray(ids), jnp.asarray(gradient)[:, None], jnp.asarray(0.1))
        full = jnp.zeros((3, 1)).at[jnp.asarray(ids)].add(jnp.asarray(gradient)[:, None], mode="drop")
        updates, state = adagrad.update(full, state)
        dense = optax.apply_updates(dense, updates)
    np.testing.assert_allclose(table.rows, dense, rtol=1e-5)
    assert table.rows[1, 0] == 2.0


def test_training_learns_what_follows() -> None:
    """In sessions that walk in one direction the next step is found far more often than by chance."""
    model = TwoTower(evolve(TINY, epochs=200, recent=2, dropout=0.0))
    model.fit(season(), seed=0, progress=quiet)
    prefixes = Sequences.of([[item - 1, item] for item in range(5, 20)])
    first = model.recommend(prefixes, 3).items
    assert np.mean([item in row for item, row in zip(range(6, 21), first, strict=True)]) > 0.6


def test_an_item_never_met_keeps_what_its_features_say() -> None:
    """Without an example, an item is placed by its features alone; without features it is nowhere."""
    data = evolve(season(), n_items=33, item_features=np.zeros((33, 0), np.float32))
    model = TwoTower(TINY)
    model.fit(data, seed=0, progress=quiet)
    assert not model.item_vectors[30:].any()
    known = np.random.default_rng(0).standard_normal((33, 3), dtype=np.float32)
    known[31:] = known[30]
    model.fit(evolve(data, item_features=known), seed=0, progress=quiet)
    np.testing.assert_array_equal(model.item_vectors[30], model.item_vectors[31])
    np.testing.assert_allclose(np.linalg.norm(model.item_vectors, axis=1), 1, atol=1e-3)


def test_an_unknown_prefix_is_answered_from_how_sessions_open() -> None:
    """An empty prefix shows what sessions open with, then what is met most."""
    model = TwoTower(TINY)
    model.fit(sessions([[3, 4], [3, 5, 5], [6, 4, 4]]), seed=0, progress=quiet)
    assert model.recommend(Sequences.of([[]]), 4).items[0].tolist() == [3, 6, 4, 5]


def test_session_and_item_vectors_make_the_ranking() -> None:
    """An index over the item vectors, asked with the session vectors, gives the model's own scores."""
    model = TwoTower(TINY)
    model.fit(season(), seed=0, progress=quiet)
    prefixes = Sequences.of([[3, 4], [9]])
    scores = model.session_vectors(prefixes) @ model.item_vectors.T
    np.testing.assert_allclose(-np.sort(-scores, axis=1)[:, :5], model.recommend(prefixes, 5).scores, atol=1e-6)


def test_training_that_diverges_is_a_named_error() -> None:
    """A loss that is not finite ends the training; no model comes of it."""
    with pytest.raises(TrainingDiverged, match="lower the learning rate"):
        TwoTower(evolve(TINY, scale=1e38)).fit(season(), seed=0, progress=quiet)
    spoilt = season()
    spoilt.item_features[2, 0] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        TwoTower(TINY).fit(spoilt, seed=0, progress=quiet)


def test_settings_out_of_range_are_refused() -> None:
    """Each hyper-parameter knows its range."""
    for name, value in {"dimension": 0, "dropout": 1.0, "scale": 0.0, "epochs": 0}.items():
        with pytest.raises(ValueError, match=name):
            TwoTowerSettings(**{**asdict(TINY), name: value})


def test_serving_needs_no_jax() -> None:
    """Importing the registry, as a server does, does not import JAX."""
    script = "import sys, ml.registry; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_registry_names_models_as_they_name_themselves() -> None:
    """A release's `model` finds the class that can open it; an unknown name is told the known ones."""
    assert all(make_model(name).name == name for name in RECOMMENDERS)
    with pytest.raises(KeyError, match="there are popularity"):
        make_model("oracle")
