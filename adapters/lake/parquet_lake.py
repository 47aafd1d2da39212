"""The lake as Parquet files: `tenant=<tenant>/day=<yyyy-mm-dd>/<name>-<digest>.parquet`, each appearing by a rename."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from attrs import define, field

from adapters.lake.arrow import VERSION, held, schema_of, without
from adapters.lake.checking import check_known, check_name, check_tenant, check_values
from ports.lake import Kind, LakeDamaged, Part

FILE = re.compile(r"day=(\d{4}-\d{2}-\d{2})/[a-z0-9][a-z0-9-]{0,120}\.parquet")
#: DuckDB reads in vectors of 2,048 rows and gives each thread a row group, at best of 60 of them.
ROW_GROUP = 122_880
CHUNK = 65_536
SHORT = 16
#: As often an unfinished file may be swept away before somebody has to look into it.
_SWEPT = 5
COMPRESSION = "zstd"
REMEDY = "write the lake anew with `haberdasher project --rebuild journal`"


class _SweptAway(OSError):
    """An unfinished file was deleted while it was written."""


@define(eq=False)
class ParquetLake:
    """`columns`: of every part, in order. `version`: of these columns; parts of another one are refused.

    Safe to share between threads and processes. What it holds is personal, so its files are the owner's alone.
    """

    root: Path
    tenant: str
    columns: Mapping[str, Kind]
    version: int = 1
    _schema: pa.Schema = field(init=False)

    def __attrs_post_init__(self) -> None:
        check_tenant(self.tenant)
        self._schema = schema_of(self.columns, self.version)

    @property
    def folder(self) -> Path:
        return self.root / f"tenant={self.tenant}"

    def write(self, day: str, name: str, columns: Mapping[str, Sequence[Any]]) -> Part:
        check_values(self.columns, columns)
        table = pa.table({one: columns[one] for one in self.columns}, schema=self._schema)
        return self._store(day, name, lambda: [table])

    def read(self, parts: Sequence[Part], columns: Sequence[str] = ()) -> Iterator[Mapping[str, Sequence[Any]]]:
        wanted = check_known(self.columns, columns or list(self.columns))
        for part in parts:
            for table in self._tables(part, wanted, CHUNK):
                yield {name: table[name].to_pylist() for name in wanted}

    def paths(self, parts: Sequence[Part]) -> Sequence[str]:
        return [str(self._path(part)) for part in parts]

    def holding(self, parts: Sequence[Part], values: Mapping[str, frozenset[str]]) -> Sequence[Part]:
        check_known(self.columns, list(values))
        wanted = {name: some for name, some in values.items() if some}
        if not wanted:
            return ()
        return [part for part in parts if any(held(one, wanted) for one in self._tables(part, list(wanted), ROW_GROUP))]

    def compact(self, day: str, name: str, parts: Sequence[Part], without: Mapping[str, frozenset[str]]) -> Part | None:
        check_known(self.columns, list(without))
        part = self._store(day, name, lambda: self._left(parts, without))
        if part.rows:
            return part
        self.remove([part.name])
        return None

    def verify(self, part: Part) -> None:
        self._open(part).close()

    def stored(self) -> Sequence[str]:
        found = []
        for folder, below, files in os.walk(self.folder):
            links = [one for one in below if (Path(folder) / one).is_symlink()]
            found += [(Path(folder) / one).relative_to(self.folder).as_posix() for one in (*files, *links)]
        return sorted(found)

    def remove(self, names: Iterable[str]) -> None:
        folders = set()
        for name in names:
            path = self.folder / name
            inside = path.parent.resolve().is_relative_to(self.folder.resolve())
            if not inside or not PurePosixPath(name).parts or ".." in PurePosixPath(name).parts:
                raise ValueError(f"{name!r} leads out of the lake")
            path.unlink(missing_ok=True)
            folders.add(path.parent)
        for folder in folders:
            if folder.is_dir():
                _sync(folder)

    def _store(self, day: str, name: str, tables: Callable[[], Iterable[pa.Table]]) -> Part:
        """Write what `tables` gives; once more where a sweep took the unfinished file of a writer that was beaten."""
        for _ in range(_SWEPT - 1):
            with suppress(_SweptAway):
                return self._store_once(day, name, tables())
        return self._store_once(day, name, tables())

    def _store_once(self, day: str, name: str, tables: Iterable[pa.Table]) -> Part:
        folder = self._folder_for(day, name)
        with NamedTemporaryFile(dir=folder, prefix=f".{name}-", suffix=".tmp", delete=False) as file:
            unfinished = Path(file.name)
            try:
                rows = _write(file, self._schema, tables)
                os.fsync(file.fileno())
                size = file.tell()
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                path = _renamed(unfinished, folder / f"{name}-{digest[:SHORT]}.parquet")
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
        _sync(folder)
        return Part(path.relative_to(self.folder).as_posix(), day, rows, size, digest)

    def _folder_for(self, day: str, name: str) -> Path:
        check_name(day, name)
        folder = self.folder / f"day={day}"
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            for above in (self.folder, self.root, self.root.parent):
                _sync(above)
        if not folder.resolve().is_relative_to(self.folder.resolve()):
            raise ValueError(f"{folder.name} is a link that leads out of the lake")
        return folder

    def _path(self, part: Part) -> Path:
        named = FILE.fullmatch(part.name)
        if named is None or named[1] != part.day:
            raise LakeDamaged(f"{part.name!r} is listed and cannot be the name of a part; {REMEDY}")
        path = self.folder / part.name
        with _naming(part):
            size = path.lstat().st_size
        if size != part.size:
            raise LakeDamaged(f"{part.name} has {size:,} bytes and was written with {part.size:,}; {REMEDY}")
        return path

    def _open(self, part: Part) -> pq.ParquetFile:
        """Open a part that is what was written: to hash it costs little beside decoding it."""
        path = self._path(part)
        with _naming(part):
            digest = _digest(path)
        if digest != part.digest:
            raise LakeDamaged(f"{part.name} is not what was written; {REMEDY}")
        with _naming(part):
            file = pq.ParquetFile(path)
            found = file.schema_arrow
        version = (found.metadata or {}).get(VERSION, b"none").decode(errors="replace")
        if version != str(self.version) or not found.equals(self._schema):
            file.close()
            raise LakeDamaged(f"{part.name} has columns of version {version}, expected {self.version}; {REMEDY}")
        return file

    def _tables(self, part: Part, columns: Sequence[str], size: int) -> Iterator[pa.Table]:
        with self._open(part) as file, _naming(part):
            for batch in file.iter_batches(batch_size=size, columns=columns):
                yield pa.Table.from_batches([batch])

    def _left(self, parts: Sequence[Part], gone: Mapping[str, frozenset[str]]) -> Iterator[pa.Table]:
        """Yield what is left of the parts, small ones taken together: a table is a row group."""
        gathered: list[pa.Table] = []
        for part in parts:
            for table in self._tables(part, list(self.columns), ROW_GROUP):
                gathered.append(without(table, gone))
                if sum(one.num_rows for one in gathered) >= ROW_GROUP:
                    yield pa.concat_tables(gathered)
                    gathered = []
        if gathered:
            yield pa.concat_tables(gathered)


def _renamed(unfinished: Path, path: Path) -> Path:
    try:
        return unfinished.rename(path)
    except FileNotFoundError as error:
        raise _SweptAway from error


def _write(file: Any, schema: pa.Schema, tables: Iterable[pa.Table]) -> int:
    rows = 0
    with pq.ParquetWriter(file, schema, compression=COMPRESSION, use_dictionary=True) as writer:
        for table in tables:
            writer.write_table(table.cast(schema), row_group_size=ROW_GROUP)
            rows += table.num_rows
    file.flush()
    return rows


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _naming(part: Part) -> Iterator[None]:
    """Say of which part it is that a file is not there or cannot be read."""
    try:
        yield
    except FileNotFoundError:
        raise LakeDamaged(f"{part.name} is not there; {REMEDY}") from None
    except (OSError, pa.ArrowException) as error:
        raise LakeDamaged(f"{part.name} cannot be read: {error}; {REMEDY}") from error


def _sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
