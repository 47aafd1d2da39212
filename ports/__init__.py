"""What the application needs from outside, by role.

Each docstring is the table of contents of a contract suite in `haberdasher.testing`, run against every adapter.
"""
