"""Doors for clients of others: each speaks its vendor's protocol and answers by its vendor's convention."""
