"""Tests of what vendors say, one module per vendor."""
