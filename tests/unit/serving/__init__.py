"""Serving: answers from a release, their rules, and what an answer does without."""
