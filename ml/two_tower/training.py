"""Training: in-batch softmax, corrected for how often an item is a negative (Yi et al., RecSys 2019)."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from attrs import frozen
from flax import nnx
from numpy.typing import NDArray

from ml.two_tower import row_adagrad
from ml.two_tower.batches import Batch, Examples, batches
from ml.two_tower.settings import TwoTowerSettings
from ml.two_tower.towers import Towers
from ports.models import Progress

REPORT_EVERY = 50

Loss = Callable[[Any, jax.Array, Batch, jax.Array], jax.Array]


class TrainingDiverged(ArithmeticError):
    """The loss or a weight is no longer a finite number; nothing was learnt."""


@frozen(eq=False)
class Learned:
    """`items`: float32 [n_items, d], of length 1, or 0 if nothing is known of an item. `user`: its tower's arrays."""

    items: NDArray[np.float32]
    user: dict[str, NDArray[np.float32]]


class State(NamedTuple):
    towers: Any
    optimiser: Any
    table: row_adagrad.Table
    step: jax.Array


def train(
    examples: Examples, features: NDArray[np.float32], settings: TwoTowerSettings, seed: int, progress: Progress
) -> Learned:
    """Learn vectors for the items of `features` [n_items, f]; an item in no example keeps only what its features say.

    Errors: `TrainingDiverged`.
    """
    n_items, size = len(features), max(1, min(settings.batch, len(examples)))
    steps = settings.epochs * (len(examples) // size)
    pace = optax.warmup_cosine_decay_schedule(0.0, 1.0, round(settings.warmup * steps), max(steps, 1), 0.05)
    graph, towers = nnx.split(Towers(settings.recent, features.shape[1], settings.dimension, seed))
    key = jax.random.key(seed)
    rows = jax.random.normal(key, (n_items, settings.dimension)) / jnp.sqrt(settings.dimension)
    optimiser = optax.adam(lambda count: settings.learning_rate * pace(count))
    state = State(towers, optimiser.init(towers), row_adagrad.fresh(rows), jnp.zeros((), jnp.int32))
    loss_of = _loss(graph, jnp.asarray(features), settings, key)
    step = _step(loss_of, optimiser, lambda count: settings.table_learning_rate * pace(count))
    prepared = batches(examples, n_items=n_items, recent=settings.recent, size=size, epochs=settings.epochs, seed=seed)
    for done, batch in enumerate(prepared, start=1):
        state, loss = step(state, batch)
        if done % REPORT_EVERY == 0 or done == steps:
            if not np.isfinite(loss):
                raise TrainingDiverged(f"the loss was {loss} after {done} of {steps} steps: lower the learning rate")
            progress(done, steps, f"two_tower, loss {loss:.3f}")
    met = np.zeros((n_items, 1), np.bool_)
    met[examples.items[examples.places]] = met[examples.items[examples.starts]] = True
    trained = nnx.merge(graph, state.towers)
    items = np.asarray(trained.item(jnp.where(met, state.table.rows, 0), jnp.asarray(features)))
    user = {name: np.asarray(array) for name, array in nnx.to_pure_dict(nnx.state(trained.user)).items()}
    if not all(np.isfinite(array).all() for array in (items, *user.values())):
        raise TrainingDiverged("the last step left values that are not finite: lower the learning rate")
    return Learned(items, user)


def _loss(graph: Any, features: jax.Array, settings: TwoTowerSettings, key: jax.Array) -> Loss:
    def loss(towers: Any, rows: jax.Array, batch: Batch, step: jax.Array) -> jax.Array:
        model = nnx.merge(graph, towers)
        vectors = model.item(rows, features[batch.ids])
        seen = vectors[batch.recent]
        kept = jax.random.bernoulli(jax.random.fold_in(key, step), 1 - settings.dropout, seen.shape)
        users = model.user(seen * kept / (1 - settings.dropout), batch.known)
        logits = settings.scale * users @ vectors[batch.targets].T
        return corrected_softmax(logits, jnp.asarray(batch.targets), jnp.asarray(batch.log_share))

    return loss


def _step(
    loss: Loss, optimiser: optax.GradientTransformation, table_rate: optax.Schedule
) -> Callable[[State, Batch], tuple[State, jax.Array]]:
    # Donated buffers let the table be updated in place.
    @partial(jax.jit, donate_argnums=0)
    def step(state: State, batch: Batch) -> tuple[State, jax.Array]:
        rows = state.table.rows[batch.ids]
        value, (towers, touched) = jax.value_and_grad(loss, (0, 1))(state.towers, rows, batch, state.step)
        updates, moments = optimiser.update(towers, state.optimiser)
        rate = jnp.asarray(table_rate(state.step))
        table = row_adagrad.update(state.table, jnp.asarray(batch.ids), touched, rate)
        return State(optax.apply_updates(state.towers, updates), moments, table, state.step + 1), value

    return step


def corrected_softmax(logits: jax.Array, targets: jax.Array, log_share: jax.Array) -> jax.Array:
    """Mean cross entropy where row i's positive is column i; columns that repeat its target are no negatives.

    `logits` [rows, rows]. An item is a negative as often as it is a target, so its log share is subtracted.
    """
    corrected = logits - log_share
    itself = jnp.eye(len(targets), dtype=bool)
    collides = (targets[:, None] == targets) & ~itself
    return jnp.mean(jax.nn.logsumexp(corrected, axis=1, where=~collides) - jnp.diagonal(corrected))
