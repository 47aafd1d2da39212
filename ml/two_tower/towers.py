"""The towers in Flax. `serving.py` computes the same in numpy; a test holds the two together.

User tower: attention over the recent items with the newest as the query (Liu et al., STAMP, 2018), on normalised
vectors (Gupta et al., NISER, 2019). Item tower: a row per item plus a linear map of the item's features.
"""

import jax
import jax.numpy as jnp
from flax import nnx

EPSILON = 1e-8


def normalised(x: jax.Array) -> jax.Array:
    """Scale the last axis to length 1; zero stays zero."""
    return x * jax.lax.rsqrt(jnp.sum(x * x, axis=-1, keepdims=True) + EPSILON)


class UserTower(nnx.Module):
    """Recent item vectors [rows, recent, d], newest first, and which are known [rows, recent] -> [rows, d]."""

    def __init__(self, recent: int, dimension: int, rngs: nnx.Rngs) -> None:
        square = nnx.initializers.lecun_normal()
        self.position = nnx.Param(0.02 * jax.random.normal(rngs.params(), (recent, dimension)))
        self.each = nnx.Param(square(rngs.params(), (dimension, dimension)))
        self.newest = nnx.Param(square(rngs.params(), (dimension, dimension)))
        self.bias = nnx.Param(jnp.zeros(dimension))
        self.attention = nnx.Param(jax.random.normal(rngs.params(), (dimension,)) / jnp.sqrt(dimension))
        self.output = nnx.Param(square(rngs.params(), (2 * dimension, dimension)))

    def __call__(self, recent: jax.Array, known: jax.Array) -> jax.Array:
        newest = recent[:, 0]
        looked_at = (recent + self.position[...]) @ self.each[...] + (newest @ self.newest[...])[:, None]
        weights = jax.nn.sigmoid(looked_at + self.bias[...]) @ self.attention[...] * known
        summary = jnp.sum(weights[..., None] * recent, axis=1)
        return normalised(jnp.concatenate([summary, newest], axis=-1) @ self.output[...])


class ItemTower(nnx.Module):
    """Id rows [items, d] and features [items, f] -> [items, d]."""

    def __init__(self, features: int, dimension: int, rngs: nnx.Rngs) -> None:
        spread = 1 / jnp.sqrt(max(features, 1) * dimension)
        self.features = nnx.Param(spread * jax.random.normal(rngs.params(), (features, dimension)))

    def __call__(self, rows: jax.Array, features: jax.Array) -> jax.Array:
        return normalised(rows + features @ self.features[...])


class Towers(nnx.Module):
    """Everything but the id table, which is too large for dense updates and is kept beside."""

    def __init__(self, recent: int, features: int, dimension: int, seed: int) -> None:
        rngs = nnx.Rngs(params=seed)
        self.user = UserTower(recent, dimension, rngs)
        self.item = ItemTower(features, dimension, rngs)
