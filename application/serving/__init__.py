"""Answers from a release. Slates, rules and fallbacks arrive with 2/11."""
