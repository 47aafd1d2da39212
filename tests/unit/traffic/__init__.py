"""Marks of noise: each rule on both sides of its threshold."""
