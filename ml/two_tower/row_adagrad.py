"""Adagrad for a large table, one step size per row, touching only the rows of the batch.

Dense Adam would read and write the whole table and two moments as large at every step. Row-wise sums of squares as
in Mudigere et al. (2022).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

EPSILON = 1e-10


class Table(NamedTuple):
    """`rows`: [n, d]. `squares`: [n], the sum over steps of the mean squared gradient of each row."""

    rows: jax.Array
    squares: jax.Array


def fresh(rows: jax.Array) -> Table:
    """Return the table before its first update."""
    return Table(rows, jnp.zeros(len(rows)))


def update(table: Table, ids: jax.Array, gradient: jax.Array, rate: jax.Array) -> Table:
    """Move the rows `ids` (distinct; n means padding) against `gradient` [ids, d]; the other rows stay as they are."""
    squares = table.squares[ids] + jnp.mean(gradient * gradient, axis=1)
    change = -rate * gradient / (jnp.sqrt(squares) + EPSILON)[:, None]
    return Table(
        table.rows.at[ids].add(change, mode="drop"),
        table.squares.at[ids].set(squares, mode="drop"),
    )
