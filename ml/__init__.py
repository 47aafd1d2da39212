"""Models: JAX inside, numpy outside."""
