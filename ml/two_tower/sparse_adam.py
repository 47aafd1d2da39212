"""Adam for the few rows of a large table that a batch touches; the other rows and their moments stay as they are.

Dense Adam would read and write the whole table and both moments at every step.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

DECAY, SQUARE_DECAY, EPSILON = 0.9, 0.999, 1e-8


class Table(NamedTuple):
    """`rows` and their two moments, each [n, d]."""

    rows: jax.Array
    mean: jax.Array
    square: jax.Array


def fresh(rows: jax.Array) -> Table:
    """Return the table before its first update."""
    return Table(rows, jnp.zeros_like(rows), jnp.zeros_like(rows))


def update(table: Table, ids: jax.Array, gradient: jax.Array, rate: jax.Array, step: jax.Array) -> Table:
    """Move the rows `ids` (distinct; n or more means padding) against `gradient` [ids, d]. `step` counts from 0."""
    mean = DECAY * table.mean[ids] + (1 - DECAY) * gradient
    square = SQUARE_DECAY * table.square[ids] + (1 - SQUARE_DECAY) * gradient * gradient
    unbiased = mean / (1 - DECAY ** (step + 1.0))
    spread = jnp.sqrt(square / (1 - SQUARE_DECAY ** (step + 1.0)))
    return Table(
        table.rows.at[ids].add(-rate * unbiased / (spread + EPSILON), mode="drop"),
        table.mean.at[ids].set(mean, mode="drop"),
        table.square.at[ids].set(square, mode="drop"),
    )
