"""Joining what shoppers did to the places that led to it."""
