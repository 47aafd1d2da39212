"""Tests of the HTTP adapter without a server."""
