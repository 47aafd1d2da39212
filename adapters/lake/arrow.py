"""Columns as Arrow tables."""

from collections.abc import Mapping
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from adapters.lake.checking import NULLABLE
from ports.lake import Kind

TYPES: Mapping[Kind, pa.DataType] = {
    "text": pa.string(),
    "real": pa.float64(),
    "whole": pa.int64(),
    "truth": pa.bool_(),
}
#: Where the version of the schema stands in a file.
VERSION = b"haberdasher.lake.schema"


def schema_of(columns: Mapping[str, Kind], version: int) -> pa.Schema:
    fields = [pa.field(name, TYPES[kind], nullable=kind in NULLABLE) for name, kind in columns.items()]
    return pa.schema(fields, metadata={VERSION: str(version).encode()})


def without(table: pa.Table, values: Mapping[str, frozenset[str]]) -> pa.Table:
    """Return a table without the rows that have one of the values in one of the columns."""
    return table.filter(pc.invert(_among(table, values))) if values else table


def held(table: pa.Table, values: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether one of the rows has one of the values in one of the columns."""
    return bool(pc.any(_among(table, values)).as_py())


def _among(table: pa.Table, values: Mapping[str, frozenset[str]]) -> Any:
    found = [pc.is_in(table[name], value_set=pa.array(sorted(some), pa.string())) for name, some in values.items()]
    return reduce(pc.or_, found)
