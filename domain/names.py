"""Stored names <-> classes. A name such as `session.product_viewed` is a storage format: it is forever.

No import path is ever stored, so classes may move and be renamed. A shape that changed gets a higher version and
a pure upcaster from the version before; upcasting happens on reading only.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from attrs import Factory, define, frozen

Upcaster = Callable[[Mapping[str, Any]], Mapping[str, Any]]
T = TypeVar("T")


class UnknownName(LookupError):
    """No class is registered under this stored name."""


class UnsupportedVersion(ValueError):
    """The stored version is newer than this process knows: deploy readers before writers."""


@frozen
class Named:
    name: str
    version: int
    cls: type[Any]
    upcasters: Mapping[int, Upcaster]

    @property
    def topic(self) -> str:
        """`name@version`, as stored beside the event."""
        return f"{self.name}@{self.version}"


@define
class Names:
    """The registry, filled at start by the composition root and read-only afterwards."""

    _by_name: dict[str, Named] = Factory(dict)
    _by_class: dict[type[Any], Named] = Factory(dict)

    def register(
        self, cls: type[T], name: str, *, version: int = 1, upcasters: Mapping[int, Upcaster] | None = None
    ) -> type[T]:
        """Bind `cls` to `name`. `upcasters[n]` turns the fields of version n into those of version n+1.

        Raises `ValueError` if the name or the class is taken or an upcaster is missing.
        """
        steps = dict(upcasters or {})
        if set(steps) != set(range(1, version)):
            raise ValueError(f"{name}: version {version} needs upcasters from 1 to {version - 1}")
        if name in self._by_name or cls in self._by_class:
            raise ValueError(f"{name} or {cls.__qualname__} is registered already")
        self._by_name[name] = self._by_class[cls] = Named(name, version, cls, steps)
        return cls

    def of(self, cls: type[Any]) -> Named:
        """Return the registration of a class. Raises `UnknownName`."""
        try:
            return self._by_class[cls]
        except KeyError:
            raise UnknownName(f"{cls.__qualname__} has no stored name: register it at start") from None

    def named(self, name: str) -> Named:
        """Return the registration of a stored name. Raises `UnknownName`."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownName(
                f"no class is registered for the stored name {name!r}: what wrote it is an extension that this process "
                "lacks (name it under `extensions` in the settings), or a newer version (deploy readers first)"
            ) from None

    def resolve(self, topic: str) -> tuple[Named, int]:
        """Split a stored topic into its registration and its stored version."""
        name, _, version = topic.rpartition("@")
        registered = self.named(name)
        stored = int(version)
        if stored > registered.version:
            raise UnsupportedVersion(f"{topic} is newer than the version {registered.version} known here")
        return registered, stored

    def upcast(self, registered: Named, stored: int, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Lift `fields` from the stored version to the current one."""
        for step in range(stored, registered.version):
            fields = registered.upcasters[step](fields)
        return fields

    def all(self) -> tuple[Named, ...]:
        """Every registration, ordered by name."""
        return tuple(self._by_name[name] for name in sorted(self._by_name))
