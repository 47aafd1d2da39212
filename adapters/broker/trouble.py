"""Whose fault an error is: trouble of ours passes, and says nothing about the event that met it."""

import sqlite3

import psycopg
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from application.intake.group_commit import Closed

_PASSES = (
    OSError,  # timeouts, refused connections, full disks
    MemoryError,
    NoConnection,
    DBAPIError,
    sqlite3.OperationalError,
    psycopg.OperationalError,
    Closed,
)


def is_transient(error: BaseException) -> bool:
    """Say whether to try again later, however often: the database is down, busy or full, or we are going down.

    What a database says of a value (`DataError`) is about that value.
    """
    return isinstance(error, _PASSES) and not isinstance(error, DataError)
