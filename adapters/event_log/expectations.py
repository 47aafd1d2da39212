"""Is every stream at the version its writer decided on? Checked in one query for a whole commit.

The unique key refuses a writer that expected too little. What it cannot see is a gap: a writer that expected more
than there is, and a writer with no facts at all.
"""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, text

from ports.event_log import Append, StreamConflict

_WANTED = {
    "sqlite": "SELECT value ->> 0 AS stream, CAST(value ->> 1 AS INTEGER) AS version FROM json_each(:wanted)",
    "postgresql": "SELECT value ->> 0 AS stream, CAST(value ->> 1 AS integer) AS version"
    " FROM json_array_elements(CAST(:wanted AS json))",
}
_FOUND = (
    "SELECT wanted.stream, wanted.version FROM ({wanted}) AS wanted WHERE {absent} EXISTS (SELECT 1 FROM events"
    " WHERE events.tenant = :tenant AND events.stream = wanted.stream AND events.version = wanted.version) LIMIT 1"
)


def check_expectations(connection: Connection, tenant: str, appends: Sequence[Append]) -> None:
    """Raise `StreamConflict` if a stream holds fewer events than expected, or, for an empty append, more."""
    ends: dict[str, int] = {}
    present: list[tuple[str, int]] = []
    absent: list[tuple[str, int]] = []
    for append in appends:
        end = ends.get(append.stream)
        if end is None:
            if append.expected_version:
                present.append((append.stream, append.expected_version))
            if not append.facts:
                absent.append((append.stream, append.expected_version + 1))
        elif end != append.expected_version:
            raise StreamConflict(f"{append.stream}: {end} events with this commit, expected {append.expected_version}")
        ends[append.stream] = append.expected_version + len(append.facts)
    _refuse(connection, tenant, present, "NOT", "fewer")
    _refuse(connection, tenant, absent, "", "more")


def _refuse(
    connection: Connection, tenant: str, versions: Iterable[tuple[str, int]], absent: str, comparison: str
) -> None:
    if not versions:
        return
    query = text(_FOUND.format(wanted=_WANTED[connection.dialect.name], absent=absent))
    wanted = msgspec.json.encode(versions).decode()
    row = connection.execute(query, {"wanted": wanted, "tenant": tenant}).first()
    if row is not None:
        raise StreamConflict(f"{row.stream}: the stream holds {comparison} events than expected ({row.version})")
