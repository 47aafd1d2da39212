"""The newest values of each entity: in the database of the house, in Redis, or in memory for tests.

Each store is imported from its own module: a house without Redis should not load its client.
"""
