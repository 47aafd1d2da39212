"""Probabilistic record linkage: Splink on DuckDB, an extra of the installation (`linkage`)."""

from adapters.linkage.splink_linkage import SplinkLinkage

__all__ = ["SplinkLinkage"]
