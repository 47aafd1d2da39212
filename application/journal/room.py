"""A room within the rows of a projection: rows of another one, apart from those of its neighbours."""

from collections.abc import Iterable
from typing import Any, TypeVar

from application.projections.rows import Collection, Rows

T = TypeVar("T")


class Room(Rows):
    """Reads and changes the rows of `outer` under names that begin with its own, and notes what was changed.

    `changed`: (collection, key) of every change, in order, until whoever asks clears it. `deep`: rows are also read
    ahead where the tenant of the room asks for it; else `load` reads ahead for a whole batch, and a miss reads one row.
    """

    def __init__(self, outer: Rows, name: str, *, deep: bool = False) -> None:
        self.outer, self.name, self.deep = outer, name, deep  # what Rows keeps of its own is kept by `outer`
        self.model = outer.model
        self.changed: list[tuple[str, str]] = []
        self._named: dict[str, Collection[Any]] = {}

    def load(self, collection: Collection[T], keys: Iterable[str]) -> None:
        """Read many rows in one read."""
        self.outer.prefetch(self._within(collection), keys)

    def prefetch(self, collection: Collection[T], keys: Iterable[str]) -> None:
        if self.deep:
            self.load(collection, keys)

    def get(self, collection: Collection[T], key: str) -> T | None:
        return self.outer.get(self._named.get(collection.name) or self._within(collection), key)

    def put(self, collection: Collection[T], key: str, value: T) -> None:
        self.changed.append((collection.name, key))
        self.outer.put(self._named.get(collection.name) or self._within(collection), key, value)

    def delete(self, collection: Collection[T], key: str) -> None:
        self.changed.append((collection.name, key))
        self.outer.delete(self._within(collection), key)

    def _within(self, collection: Collection[T]) -> Collection[T]:
        named: Collection[T] | None = self._named.get(collection.name)
        if named is None:
            named = self._named[collection.name] = Collection(f"{self.name}.{collection.name}", collection.type)
        return named
