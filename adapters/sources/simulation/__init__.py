"""A simulated shop, as a source like any other: a season of shoppers, seeded, in order of time, sent as a shop would.

What its shoppers really want is in `truth`, which only tests and evaluation may import.
"""
