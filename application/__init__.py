"""Use cases: plain functions and small classes over ports and the domain."""
