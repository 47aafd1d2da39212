"""The network in Flax. `serving.py` computes the same in numpy; a test holds the two together."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from ml.ranker.serving import Range


class Layers(nnx.Module):
    """Features [..., f] -> logits [...]: bounded, standardised, two layers of rectified units, one sum."""

    def __init__(self, seen: Range, hidden: int, prior: float, seed: int) -> None:
        # Drawn in numpy: every draw in JAX is a compilation of its own, together longer than the training.
        rng = np.random.default_rng(seed)
        f = len(seen.mean)
        self.low, self.high = nnx.Variable(jnp.asarray(seen.low)), nnx.Variable(jnp.asarray(seen.high))
        self.mean, self.scale = nnx.Variable(jnp.asarray(seen.mean)), nnx.Variable(jnp.asarray(seen.scale))
        self.first = nnx.Param(_drawn(rng, (f, hidden), np.sqrt(2 / max(f, 1))))
        self.first_bias = nnx.Param(_drawn(rng, (hidden,), 0))
        self.second = nnx.Param(_drawn(rng, (hidden, hidden), np.sqrt(2 / hidden)))
        self.second_bias = nnx.Param(_drawn(rng, (hidden,), 0))
        self.last = nnx.Param(_drawn(rng, (hidden,), 1 / hidden))
        self.last_bias = nnx.Param(jnp.asarray(np.full(1, prior, np.float32)))

    def __call__(self, features: jax.Array) -> jax.Array:
        within = jnp.clip(features, self.low[...], self.high[...])
        x = (within - self.mean[...]) * self.scale[...]
        x = jax.nn.relu(x @ self.first[...] + self.first_bias[...])
        x = jax.nn.relu(x @ self.second[...] + self.second_bias[...])
        return x @ self.last[...] + self.last_bias[...]


def _drawn(rng: np.random.Generator, shape: tuple[int, ...], spread: float) -> jax.Array:
    return jnp.asarray(np.asarray(spread * rng.standard_normal(shape), np.float32))
