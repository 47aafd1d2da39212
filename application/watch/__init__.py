"""Holds what comes in against the fortnight before, from the rows of the `feed` read model."""
