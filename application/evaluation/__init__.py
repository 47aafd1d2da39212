"""Honest offline evaluation: split by time, rank everything, report intervals."""
