import io
import json
import subprocess
import sys
import zipfile

import jax.numpy as jnp
import numpy as np
import pytest
import skops.io
from attrs import asdict, evolve
from flax import nnx
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression

from haberdasher.testing.ranker import NAMES, candidates, season
from haberdasher.testing.recommender import quiet
from ml.ranker import RANKERS, GradientBoosting, Network, NetworkSettings, make_ranker
from ml.ranker.batches import batches, places
from ml.ranker.layers import Layers
from ml.ranker.serving import Weights, standard
from ml.ranker.skops_file import SCHEMA, TRUSTED_TYPES, opened
from ml.ranker.training import loss
from ml.two_tower.training import TrainingDiverged

TINY = NetworkSettings(hidden=8, batch=4, epochs=2)


def layers(features: NDArray[np.float32], seed: int = 0) -> Layers:
    return Layers(standard(features), hidden=8, prior=-1.0, seed=seed)


def probes() -> NDArray[np.float32]:
    """Candidates, some of them far out, where values are clipped, and one with another constant."""
    far = candidates(60, seed=2)
    far[::5] *= 30
    far[7, -1] = 55.0
    return far


@pytest.fixture(scope="module")
def trees() -> GradientBoosting:
    ranker = GradientBoosting()
    ranker.fit(season(40), seed=0, progress=quiet)
    return ranker


def test_numpy_serves_what_flax_says() -> None:
    """The arrays of a Flax network, biases and all, give the same scores in numpy."""
    net = layers(candidates(200, seed=1), seed=3)
    rng = np.random.default_rng(4)
    for bias in (net.first_bias, net.second_bias):
        bias[...] = jnp.asarray(rng.standard_normal(8, dtype=np.float32))
    weights = Weights.of({name: np.array(getattr(net, name)[...]) for name in Weights.__annotations__})
    np.testing.assert_allclose(weights.score(probes()), np.asarray(net(jnp.asarray(probes()))), atol=1e-5)


def test_flax_says_what_a_fitted_network_serves() -> None:
    """The arrays of a fitted ranker, put into the Flax network, give the ranker's scores."""
    ranker = Network(TINY)
    ranker.fit(season(40), seed=0, progress=quiet)
    net = layers(candidates(200, seed=1))
    nnx.update(net, nnx.State({name: nnx.Param(jnp.asarray(array)) for name, array in ranker.arrays().items()}))
    np.testing.assert_allclose(np.asarray(net(jnp.asarray(probes()))), ranker.score(probes()), atol=1e-5)
    assert np.ptp(ranker.score(probes())) > 0.1


def test_the_unit_of_a_feature_does_not_matter() -> None:
    """Prices in cents or in thousands, and shifted by a lot, train the same network."""
    data, unseen = season(40), candidates(60, seed=2)
    factor, shift = np.array([1e3, 1e-3, 1, 1], np.float32), np.array([50, 0, 0, 9], np.float32)
    plain, converted = Network(TINY), Network(TINY)
    plain.fit(data, seed=0, progress=quiet)
    converted.fit(evolve(data, features=data.features * factor + shift), seed=0, progress=quiet)
    np.testing.assert_allclose(converted.score(unseen * factor + shift), plain.score(unseen), atol=2e-3)


def test_the_loss_equals_its_definition() -> None:
    """Cross entropy of each row and of each slate, in which a row counts with its relevance, also above 1."""
    rng = np.random.default_rng(2)
    scores, relevance = rng.standard_normal((3, 4)), rng.random((3, 4)) * 3
    expected = 0.0
    for s, r in zip(scores, relevance, strict=True):
        chance, share = 1 / (1 + np.exp(-s)), np.exp(s) / np.exp(s).sum()
        expected -= (r * np.log(chance) + (1 - r) * np.log(1 - chance)).sum() + 0.7 * (r * np.log(share)).sum()
    known = jnp.ones((3, 4), bool)
    assert float(loss(jnp.asarray(scores), jnp.asarray(relevance), known, 0.7)) == pytest.approx(expected, rel=1e-5)


def test_padding_changes_no_loss() -> None:
    """Rows and slates that are not there add nothing, whatever stands in their place."""
    scores, relevance = jnp.asarray([[0.5, -1.0]]), jnp.asarray([[1.0, 0.0]])
    padded = jnp.asarray([[0.5, -1.0, 40.0], [3.0, 3.0, 3.0]])
    known = jnp.asarray([[True, True, False], [False, False, False]])
    more = jnp.asarray([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    expected = loss(scores, relevance, jnp.ones((1, 2), bool), 1.0)
    assert float(loss(padded, more, known, 1.0)) == pytest.approx(float(expected), rel=1e-6)


def test_slates_are_rows_of_one_table() -> None:
    """A slate is a row of the table; one that is too long goes on in the next."""
    table = places(np.array([4, 4, 7, 9, 9, 9, 9, 9]), longest=3)
    assert table.tolist() == [[0, 1, -1], [2, -1, -1], [3, 4, 5], [6, 7, -1]]
    assert places(np.array([1, 1, 2]), longest=64).tolist() == [[0, 1], [2, -1]]


def test_an_epoch_shows_every_row_once_in_batches_of_one_shape() -> None:
    """Nothing is left out, not even what does not fill a batch, and all batches have one shape to compile."""
    data = season(7, 3)
    table = places(data.slates, longest=64)
    made = list(batches(data.features, data.labels, table, size=4, epochs=2, seed=0))
    assert {batch.features.shape for batch in made} == {(4, 3, len(NAMES))}
    for epoch in (made[:2], made[2:]):
        shown = np.concatenate([batch.features[batch.known] for batch in epoch])
        np.testing.assert_array_equal(np.sort(shown[:, 0]), np.sort(data.features[:, 0]))
    assert not any(batch.features[~batch.known].any() for batch in made)


def test_training_that_diverges_is_a_named_error() -> None:
    """Weights that are no longer finite end the training; no model comes of it."""
    with pytest.raises(TrainingDiverged, match="lower the learning rate"):
        Network(evolve(TINY, learning_rate=1e30)).fit(season(20), seed=0, progress=quiet)


def test_settings_out_of_range_are_refused() -> None:
    """Each hyper-parameter knows its range."""
    for name, value in {"hidden": 0, "batch": 0, "longest": 0, "epochs": 0, "learning_rate": 0.0}.items():
        with pytest.raises(ValueError, match=name):
            NetworkSettings(**{**asdict(TINY), name: value})


def test_a_network_that_is_not_finite_is_not_restored() -> None:
    """Weights with a NaN would give every candidate the same place without saying so."""
    ranker = Network(TINY)
    ranker.fit(season(10), seed=0, progress=quiet)
    spoilt = np.full(8, np.nan, np.float32)
    with pytest.raises(ValueError, match="second_bias"):
        Network(TINY).restore({**ranker.arrays(), "second_bias": spoilt})


def packed(model: object) -> dict[str, NDArray[np.uint8]]:
    return {"skops": np.frombuffer(skops.io.dumps(model), np.uint8)}


def rewritten(file: NDArray[np.uint8], old: str, new: str) -> dict[str, NDArray[np.uint8]]:
    """Return the file with a text of its schema replaced, and every checksum right."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file.tobytes())) as given, zipfile.ZipFile(target, "w") as changed:
        for name in given.namelist():
            content = given.read(name)
            if name == SCHEMA:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            changed.writestr(name, content)
    return {"skops": np.frombuffer(target.getvalue(), np.uint8)}


def test_files_of_other_models_are_refused(trees: GradientBoosting) -> None:
    """Neither another estimator of the library, nor a part of the right one, nor plain data is restored."""
    x, y = np.arange(60.0)[:, None], np.arange(60) % 2
    line, classifier = LinearRegression().fit(x, y), HistGradientBoostingClassifier(max_iter=2).fit(x, y)
    for model in (line, classifier):
        with pytest.raises(ValueError, match=f"not trusted.*{type(model).__name__}"):
            GradientBoosting().restore(packed(model))
    for part in ({"a": [1, 2]}, opened(trees.arrays()["skops"])._predictors):  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="not a HistGradientBoostingRegressor"):
            GradientBoosting().restore(packed(part))


def test_a_file_that_names_a_strange_type_is_refused(trees: GradientBoosting) -> None:
    """One foreign name anywhere in the file is enough, even of a type that skops itself would trust."""
    file = np.asarray(trees.arrays()["skops"], np.uint8)
    for strange in ("Pipeline", "TreePredictorOfSomebody"):
        with pytest.raises(ValueError, match=f"not trusted.*{strange}"):
            GradientBoosting().restore(rewritten(file, '"TreePredictor"', f'"{strange}"'))


def test_only_what_a_file_holds_is_trusted(trees: GradientBoosting) -> None:
    """The trusted types are those of a fitted model, and none besides."""
    with zipfile.ZipFile(io.BytesIO(trees.arrays()["skops"].tobytes())) as file:
        named: set[str] = set()
        json.loads(
            file.read(SCHEMA),
            object_hook=lambda node: named.add(f"{node.get('__module__')}.{node.get('__class__')}"),
        )
    assert {name for name in named if name != "None.None"} == set(TRUSTED_TYPES)


def test_a_file_of_another_version_is_refused(trees: GradientBoosting) -> None:
    """Trees that another version of the library grew may mean something else: the ranker has to be fitted again."""
    file = np.asarray(trees.arrays()["skops"], np.uint8)
    version = '"_sklearn_version": {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": '
    with pytest.raises(ValueError, match=r"cannot be opened: .*version"):
        GradientBoosting().restore(rewritten(file, version + '"\\"', version + '"\\"0.'))


def test_a_damaged_file_is_refused(trees: GradientBoosting) -> None:
    """Bytes that are cut off, zeroed or turned over are no model."""
    file = np.array(trees.arrays()["skops"], np.uint8)
    zeroed, middle = file.copy(), len(file) // 2
    zeroed[middle : middle + 512] = 0
    turned = []
    for place in np.linspace(60, middle, 12).astype(int):
        turned.append(file.copy())
        turned[-1][place] ^= 0xFF
    spoilt = [file[:0], file[:middle], file[middle:], file[:-40], zeroed]
    for bytes_ in spoilt:
        with pytest.raises(ValueError, match="cannot be opened"):
            GradientBoosting().restore({"skops": bytes_})
    unseen, refused = candidates(30, seed=3), 0
    for bytes_ in turned:
        ranker = GradientBoosting()
        try:
            ranker.restore({"skops": bytes_})
        except ValueError:
            refused += 1
        else:  # the byte says nothing about the model, as the name of a file in its local header
            np.testing.assert_array_equal(ranker.score(unseen), trees.score(unseen))
    assert refused >= 9


def test_serving_needs_neither_jax_nor_scikit_learn() -> None:
    """A server that restores the network and scores with it has imported neither."""
    script = (
        "import sys, numpy as np; from ml.ranker import make_ranker; one = np.ones(2, np.float32)\n"
        "layers = {'low': -9 * one, 'high': 9 * one, 'mean': one, 'scale': one}\n"
        "layers |= {'first': np.eye(2, dtype=np.float32), 'first_bias': one}\n"
        "layers |= {'second': layers['first'], 'second_bias': one, 'last': one, 'last_bias': one[:1]}\n"
        "ranker = make_ranker('network'); ranker.restore(layers); assert ranker.score(3 * one[None]) == 9\n"
        "sys.exit(bool({'jax', 'flax', 'sklearn', 'skops'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_registry_names_rankers_as_they_name_themselves() -> None:
    """A release's ranker finds the class that can open it; an unknown name is told the known ones."""
    assert all(make_ranker(name).name == name for name in RANKERS)
    with pytest.raises(KeyError, match="there are network, gradient_boosting"):
        make_ranker("oracle")
