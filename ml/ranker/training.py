"""Training: cross entropy of each row, and a softmax over each slate (Cao et al., 2007; Bruch et al., 2019)."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from numpy.typing import NDArray

from ml.ranker.batches import Batch, batches, places
from ml.ranker.layers import Layers
from ml.ranker.serving import Weights, standard
from ml.ranker.settings import NetworkSettings
from ml.two_tower.training import TrainingDiverged
from ports.models import Progress
from ports.ranker import RankingExamples

REPORT_EVERY = 50
#: Stands for minus infinity in a softmax: a padded row has no share, and an empty slate no NaN.
ABSENT = -1e9


class State(NamedTuple):
    layers: Any
    optimiser: Any


def train(
    data: RankingExamples, relevance: NDArray[np.float32], settings: NetworkSettings, seed: int, progress: Progress
) -> Weights:
    """Learn to score the rows of `data`, given their `relevance` [n]. Errors: `TrainingDiverged`."""
    table = places(data.slates, settings.longest)
    size = min(settings.batch, len(table))
    per_epoch = -(-len(table) // size)
    steps = settings.epochs * per_epoch
    share = float(np.clip(relevance.mean(), 1e-3, 1 - 1e-3))
    net = Layers(standard(data.features), settings.hidden, float(np.log(share / (1 - share))), seed)
    graph, layers, *constants = nnx.split(net, nnx.Param, ...)
    optimiser = optax.adam(optax.cosine_decay_schedule(settings.learning_rate, steps, alpha=0.02))

    def loss_of(layers: Any, batch: Batch) -> jax.Array:
        known = jnp.asarray(batch.known)
        scores = nnx.merge(graph, layers, *constants)(jnp.asarray(batch.features))
        # Divided by what a batch holds on average: the slates of one that is not full weigh as all others do.
        return loss(scores, jnp.asarray(batch.relevance), known, settings.listwise) * per_epoch / len(data)

    step = _step(loss_of, optimiser)
    state = State(layers, optimiser.init(layers))
    prepared = batches(data.features, relevance, table, size=size, epochs=settings.epochs, seed=seed)
    for done, batch in enumerate(prepared, start=1):
        state, value = step(state, batch)
        if done % REPORT_EVERY == 0 or done == steps:
            progress(done, steps, f"network, loss {value:.3f}")
    trained = nnx.to_pure_dict(nnx.state(nnx.merge(graph, state.layers, *constants)))
    try:
        return Weights.of({name: np.asarray(array) for name, array in trained.items()})
    except ValueError as error:
        raise TrainingDiverged(f"{error}: lower the learning rate") from error


def loss(scores: jax.Array, relevance: jax.Array, known: jax.Array, listwise: float) -> jax.Array:
    """Return the sum over slates [slates, rows] of both losses.

    Relevance may exceed 1, where a weight made up for outcomes that nobody could see: then the row's own loss falls
    without end, and only the mean over like rows has its least value where it should, at the mean relevance.
    """
    rows = jax.nn.softplus(scores) - relevance * scores
    seen = jnp.where(known, scores, ABSENT)
    slates = relevance * (jax.nn.logsumexp(seen, axis=-1, keepdims=True) - seen)
    return jnp.sum(jnp.where(known, rows + listwise * slates, 0))


def _step(
    loss_of: Callable[[Any, Batch], jax.Array], optimiser: optax.GradientTransformation
) -> Callable[[State, Batch], tuple[State, jax.Array]]:
    @partial(jax.jit, donate_argnums=0)
    def step(state: State, batch: Batch) -> tuple[State, jax.Array]:
        value, slope = jax.value_and_grad(loss_of)(state.layers, batch)
        updates, moments = optimiser.update(slope, state.optimiser)
        return State(optax.apply_updates(state.layers, updates), moments), value

    return step
