"""Typed rows over a read model: reads come through a cache, changes are collected for one commit."""

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

import msgspec
from attrs import Factory, define, field, frozen

from ports.event_log import ReadModels, RowChange

T = TypeVar("T")


@frozen
class Collection(Generic[T]):
    """A named set of rows of one type (an attrs class or builtins), stored as JSON."""

    name: str
    type: Any


_encode = msgspec.json.Encoder().encode
_MISSING: Any = object()


@define
class Rows:
    """What a projection sees while it applies a batch: its own rows of one generation, and nothing else.

    The cache survives from batch to batch, up to `cache_limit` rows; only this worker writes them, and when another
    one was faster the runner starts over with fresh rows.
    """

    _read_models: ReadModels
    model: str
    cache_limit: int = 200_000
    _cache: dict[tuple[str, str], Any] = field(init=False, default=Factory(dict))
    _changed: dict[tuple[str, str], Any] = field(init=False, default=Factory(dict))
    _decoders: dict[str, msgspec.json.Decoder[Any]] = field(init=False, default=Factory(dict))

    def prefetch(self, collection: Collection[T], keys: Iterable[str]) -> None:
        """Load many rows in one read, so that the `get`s that follow find them in the cache."""
        wanted = [key for key in dict.fromkeys(keys) if (collection.name, key) not in self._cache]
        if not wanted:
            return
        found = self._read_models.get(self.model, collection.name, wanted)
        decode = self._decoder(collection).decode
        for key in wanted:
            value = found.get(key)
            self._cache[collection.name, key] = _MISSING if value is None else decode(value)

    def get(self, collection: Collection[T], key: str) -> T | None:
        """Return a row as it stands after the changes made so far."""
        value = self._cache.get((collection.name, key), None)
        if value is None:
            self.prefetch(collection, (key,))
            value = self._cache[collection.name, key]
        return None if value is _MISSING else value

    def put(self, collection: Collection[T], key: str, value: T) -> None:
        self._cache[collection.name, key] = self._changed[collection.name, key] = value

    def delete(self, collection: Collection[T], key: str) -> None:
        self._cache[collection.name, key] = self._changed[collection.name, key] = _MISSING

    def drop(self, collection: Collection[Any], keys: Iterable[str]) -> None:
        """Delete many rows, there or not."""
        for key in keys:
            self.delete(collection, key)

    def changes(self) -> tuple[RowChange, ...]:
        """Return the changes since the last call to `settled`, one per row."""
        return tuple(
            RowChange(self.model, name, key, None if value is _MISSING else _encode(value))
            for (name, key), value in self._changed.items()
        )

    def settled(self) -> None:
        """Forget the changes: they are committed."""
        self._changed.clear()
        if len(self._cache) > self.cache_limit:
            self._cache.clear()

    def _decoder(self, collection: Collection[Any]) -> msgspec.json.Decoder[Any]:
        if collection.name not in self._decoders:
            self._decoders[collection.name] = msgspec.json.Decoder(collection.type)
        return self._decoders[collection.name]


def without(rows: Rows, collection: Collection[list[str]], keys: Iterable[str], gone: Iterable[str]) -> None:
    """Take ids out of the lists under some keys."""
    out = frozenset(gone)
    for key in keys:
        if (known := rows.get(collection, key)) is not None:
            rows.put(collection, key, [one for one in known if one not in out])


@define
class View:
    """Typed reading of the live generation of a read model, for use cases and pages: made for one answer, then dropped.

    Which generation is live is asked once, so that all that is read is of one.
    """

    read_models: ReadModels
    name: str
    _model: str = field(init=False, default="")

    @property
    def model(self) -> str:
        if not self._model:
            self._model = generation_name(self.name, self.read_models.live(self.name))
        return self._model

    def get(self, collection: Collection[T], keys: Iterable[str]) -> Mapping[str, T]:
        found = self.read_models.get(self.model, collection.name, list(keys))
        return {key: msgspec.json.decode(value, type=collection.type) for key, value in found.items()}

    def one(self, collection: Collection[T], key: str) -> T | None:
        return self.get(collection, (key,)).get(key)

    def all(self, collection: Collection[T], page: int = 5000, after: str = "") -> Iterable[tuple[str, T]]:
        """Yield every row with a key above `after` in key order, in pages."""
        decode, model = msgspec.json.Decoder(collection.type).decode, self.model
        while rows := self.read_models.scan(model, collection.name, after=after, limit=page):
            for key, value in rows:
                yield key, decode(value)
            after = rows[-1][0]

    def count(self, collection: Collection[Any]) -> int:
        return self.read_models.count(self.model, collection.name)


def generation_name(name: str, generation: int) -> str:
    """Return the follower name under which one generation of a projection keeps rows and position."""
    return f"{name}#{generation}"
