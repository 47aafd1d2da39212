"""What every engine does: look at what is asked, compile it, run it. How tables are made is up to the session."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen

from adapters.batch import references, versions
from adapters.batch.plan import answers
from adapters.batch.values import Gathering
from ports.batch import Request, Values
from ports.measures import Measure, References

#: Kinds of columns in Arrow's words -> in those of Ibis.
_KINDS: Mapping[str, str] = {
    "string": "string",
    "large_string": "string",
    "double": "float64",
    "int64": "int64",
    "bool": "boolean",
}


class Session(Protocol):
    """Tables by name in an engine, gone when the session ends."""

    def scan(self, name: str, paths: Sequence[str], kinds: Mapping[str, str]) -> None:
        """Name the rows of Parquet files, with columns of these kinds; one that a file lacks is null there."""
        ...

    def load(self, name: str, table: pa.Table, kinds: Mapping[str, str]) -> None: ...

    def keep(self, name: str, sql: str) -> None:
        """Name the rows of a query, and compute them once."""
        ...

    def fetch(self, sql: str) -> pa.Table: ...


class IbisEngine(ABC):
    """Measures to values by SQL that Ibis writes: one declaration, a dialect for each engine (ADR 0052)."""

    name: str
    dialect: str

    @abstractmethod
    def session(self) -> AbstractContextManager[Session]: ...

    def at(
        self, paths: Sequence[str], measures: Sequence[Measure], at: float, known: float, references: References
    ) -> Values:
        columns, entity = _columns(paths), _entity(measures)
        wanted = _wanted(measures, columns, entity) if paths else ()
        if not paths:
            return Gathering((), measures).values()
        with self.session() as session:
            tables = _Tables(session, self.dialect)
            lake = tables.scan("observations", paths, columns)
            moment = tables.load("moment", pa.table({"asked": [float(at)], "known": [float(known)]}))
            asked = tables.keep("asked", versions.asked_of_all(lake, moment, entity))
            keys = tables.fetch(asked.select("request", "key").order_by("request"))["key"].to_pylist()
            live = tables.keep("live", versions.live_of(lake, asked, entity, wanted))
            return _answered(tables, live, measures, references, keys)

    def of(
        self,
        paths: Sequence[str],
        measures: Sequence[Measure],
        requests: Sequence[Request],
        references: References,
    ) -> Values:
        columns, entity = _columns(paths), _entity(measures)
        wanted = _wanted(measures, columns, entity) if paths else ()
        keys = [one.key for one in requests]
        if not paths or not requests:
            return Gathering(keys, measures).values()
        with self.session() as session:
            tables = _Tables(session, self.dialect)
            lake = tables.scan("observations", paths, columns)
            asked = tables.load("asked", _asked(requests))
            live = tables.keep("live", versions.live_of(lake, asked, entity, wanted))
            return _answered(tables, live, measures, references, keys)


@frozen(eq=False)
class _Tables:
    """A session, spoken to in expressions."""

    session: Session
    dialect: str

    def scan(self, name: str, paths: Sequence[str], columns: Mapping[str, str]) -> Any:
        self.session.scan(name, paths, columns)
        return ibis.table(columns, name=name)

    def load(self, name: str, table: pa.Table) -> Any:
        self.session.load(name, table, _kinds(table.schema))
        return ibis.table(_kinds(table.schema), name=name)

    def keep(self, name: str, expression: Any) -> Any:
        self.session.keep(name, self._sql(expression))
        return ibis.table(expression.schema(), name=name)

    def fetch(self, expression: Any) -> pa.Table:
        return self.session.fetch(self._sql(expression))

    def _sql(self, expression: Any) -> str:
        return str(ibis.to_sql(expression, dialect=self.dialect, pretty=False))


def _answered(
    tables: _Tables, live: Any, measures: Sequence[Measure], known: References, keys: Sequence[str]
) -> Values:
    loaded = cache(lambda name: tables.load(name, references.TABLES[name](known)))
    gathering = Gathering(keys, measures)
    for answer in answers(measures, live, loaded, tables.keep):
        gathering.take(answer, tables.fetch(answer.expression))
    return gathering.values()


def _asked(requests: Sequence[Request]) -> pa.Table:
    return pa.table(
        {
            "request": pa.array(range(len(requests)), pa.int64()),
            "key": pa.array([one.key for one in requests], pa.string()),
            "asked": pa.array([one.at for one in requests], pa.float64()),
            "known": pa.array([one.known for one in requests], pa.float64()),
        }
    )


def _columns(paths: Sequence[str]) -> Mapping[str, str]:
    """Return the columns of all files, and their kinds in the words of Ibis; of other kinds no measure has any use.

    Errors: `ValueError` names a file that is absent, no whole Parquet file, or has a column of another kind.
    """
    found: dict[str, str] = {}
    for path in paths:
        if not Path(path).is_file():
            raise ValueError(f"{path}: there is no such file")
        try:
            columns = _kinds(pq.read_schema(path))
        except (pa.ArrowInvalid, OSError) as error:
            raise ValueError(f"{path}: not a whole Parquet file ({error})") from error
        for name, kind in columns.items():
            if found.setdefault(name, kind) != kind:
                raise ValueError(f"{path}: {name} is {kind}, in other parts {found[name]}")
    return found


def _kinds(columns: pa.Schema) -> dict[str, str]:
    types = {one.name: one.type.value_type if pa.types.is_dictionary(one.type) else one.type for one in columns}
    return {name: _KINDS[str(kind)] for name, kind in types.items() if str(kind) in _KINDS}


def _entity(measures: Sequence[Measure]) -> str:
    entities = sorted({one.entity for one in measures})
    if len(entities) != 1:
        raise ValueError(f"measures: of one entity, not {len(entities)}: {', '.join(entities)}")
    return entities[0]


def _wanted(measures: Sequence[Measure], columns: Mapping[str, str], entity: str) -> Sequence[str]:
    """Return the columns that measures name. Errors: `ValueError` names a measure whose column is not in the lake."""
    for name in (*versions.FIXED, entity):
        if name not in columns:
            raise ValueError(f"{name}: no such column in the lake")
    for measure in measures:
        for name in filter(None, (measure.key, measure.value)):
            if name not in columns:
                raise ValueError(f"{measure.name}: no column {name} in the lake")
    return sorted({name for one in measures for name in (one.key, one.value) if name})
