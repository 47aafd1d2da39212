"""The shop page in a real browser."""
