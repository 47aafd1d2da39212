"""The lake in memory: the same contract, for tests. No engine finds its parts."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from attrs import Factory, define

from adapters.lake.checking import check_known, check_name, check_tenant, check_values
from ports.lake import Kind, LakeDamaged, Part

Columns = Mapping[str, Sequence[Any]]


@define(eq=False)
class MemoryLake:
    """`files`: of all tenants, by tenant and name. Share it between lakes that are to be one."""

    tenant: str
    columns: Mapping[str, Kind]
    files: dict[tuple[str, str], Columns] = Factory(dict)

    def __attrs_post_init__(self) -> None:
        check_tenant(self.tenant)

    def write(self, day: str, name: str, columns: Columns) -> Part:
        check_name(day, name)
        check_values(self.columns, columns)
        kept = {column: list(columns[column]) for column in self.columns}
        content = msgspec.json.encode(kept)
        digest = hashlib.sha256(content).hexdigest()
        part = Part(f"day={day}/{name}-{digest[:16]}", day, _rows(kept), len(content), digest)
        self.files[self.tenant, part.name] = kept
        return part

    def read(self, parts: Sequence[Part], columns: Sequence[str] = ()) -> Iterator[Columns]:
        wanted = check_known(self.columns, columns or list(self.columns))
        for part in parts:
            kept = self._kept(part)
            yield {name: kept[name] for name in wanted}

    def paths(self, parts: Sequence[Part]) -> Sequence[str]:
        for part in parts:
            self._kept(part)
        return [part.name for part in parts]

    def holding(self, parts: Sequence[Part], values: Mapping[str, frozenset[str]]) -> Sequence[Part]:
        check_known(self.columns, list(values))
        return [part for part in parts if any(_gone(self._kept(part), values))]

    def compact(self, day: str, name: str, parts: Sequence[Part], without: Mapping[str, frozenset[str]]) -> Part | None:
        check_known(self.columns, list(without))
        left: dict[str, list[Any]] = {column: [] for column in self.columns}
        for kept in map(self._kept, parts):
            stays = [not gone for gone in _gone(kept, without)]
            for column, cells in left.items():
                cells += [cell for cell, stay in zip(kept[column], stays, strict=True) if stay]
        return self.write(day, name, left) if _rows(left) else None

    def verify(self, part: Part) -> None:
        self._kept(part)

    def stored(self) -> Sequence[str]:
        return sorted(name for tenant, name in self.files if tenant == self.tenant)

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            if not name.startswith("day=") or ".." in name:
                raise ValueError(f"{name!r} leads out of the lake")
            self.files.pop((self.tenant, name), None)

    def _kept(self, part: Part) -> Columns:
        kept = self.files.get((self.tenant, part.name))
        if kept is None:
            raise LakeDamaged(f"{part.name} is not there; write the lake anew")
        content = msgspec.json.encode(kept)
        if (len(content), hashlib.sha256(content).hexdigest()) != (part.size, part.digest):
            raise LakeDamaged(f"{part.name} is not what was written; write the lake anew")
        return kept


def _rows(columns: Columns) -> int:
    return max(map(len, columns.values()))


def _gone(columns: Columns, values: Mapping[str, frozenset[str]]) -> list[bool]:
    """Tell of each row whether it has one of the values in one of the columns."""
    found = [[cell in some for cell in columns[name]] for name, some in values.items()]
    return [any(row) for row in zip(*found, strict=True)] if found else [False] * _rows(columns)
