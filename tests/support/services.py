"""Databases for tests: a fresh one each, dropped afterwards; what is absent skips, or fails where it is required."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

#: A server that every user of it trusts with an empty database, named in libpq's own words.
POSTGRESQL = os.environ.get("HABERDASHER_TEST_POSTGRESQL", "postgres@127.0.0.1:5432/test")
DATABASES = ("sqlite", "postgresql")


def absent(reason: str) -> None:
    """Skip the test with the reason, or fail it where services are required."""
    if os.environ.get("HABERDASHER_REQUIRE_SERVICES") == "1":
        pytest.fail(f"a required service is absent: {reason}")
    pytest.skip(reason)


@contextmanager
def postgresql_url() -> Iterator[str]:
    """A URL whose search path is a new, empty schema."""
    schema = f"test_{uuid4().hex}"
    try:
        server = psycopg.connect(f"postgresql://{POSTGRESQL}", autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        absent(f"PostgreSQL at {POSTGRESQL}: {error}")
        raise  # not reached: `absent` raises
    with server:
        server.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"postgresql+psycopg://{POSTGRESQL}?options=-csearch_path%3D{schema}"
        finally:
            server.execute(f"DROP SCHEMA {schema} CASCADE")


@contextmanager
def database_url(kind: str, folder: Path) -> Iterator[str]:
    """A URL of a new, empty database: `kind` is one of `DATABASES`."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / f'{uuid4().hex}.db'}"
        return
    with postgresql_url() as url:
        yield url
