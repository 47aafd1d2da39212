"""The feature store: the newest values of each entity, packed, for reading hundreds of them in one round trip.

It is a copy: what it loses is put again from where it was computed. So absent means "ask elsewhere", never "zero".
"""

from collections.abc import Sequence
from math import isfinite
from operator import attrgetter
from typing import NamedTuple, Protocol

from attrs import frozen

from ports.measures import Entity

#: Whose values: the entity and the key within it, such as ("product", "p-1").
Key = tuple[Entity, str]

#: Versions and numbers of tokens are below this: Redis compares them as float64, which is exact up to here.
LIMIT = 2**53


class Fenced(Exception):
    """Somebody acquired after this token was given out, or the store lost its record of it. Nothing was stored.

    Who is not sure to lead still must stop here. Who is, acquires again and puts again what it has computed.
    """


class StoreUnavailable(Exception):
    """The store cannot be reached or cannot take more; the message has the remedy. A put stored all of it or nothing.

    After a time-out it is not known which of both: putting again is safe.
    """


@frozen
class Token:
    """The right to put, until the next one is acquired in the name of the same writer."""

    writer: str
    number: int


@frozen
class Entry:
    """What is put. `version`: the position in the log up to which `value` counts; `at`: Unix s it was computed for.

    `ttl_s`: seconds from `at` on for which the value counts as fresh, for ever if None.
    Errors: `ValueError` for a version outside [0, 2 ** 53), times that are no finite numbers, and an empty key or one
    with a NUL, which PostgreSQL cannot store.
    """

    entity: Entity
    key: str
    version: int
    at: float
    value: bytes
    ttl_s: float | None = None

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.version < LIMIT:
            raise ValueError(f"version: expected 0 to 2 ** 53, not {self.version}")
        if not isfinite(self.at) or not (self.ttl_s is None or 0 < self.ttl_s < float("inf")):
            raise ValueError(f"at, ttl_s: expected finite seconds and a time above 0 or None: {self.at}, {self.ttl_s}")
        if not self.key or "\0" in self.key:
            raise ValueError("key: expected text without NUL")

    @property
    def expires_at(self) -> float:
        """Unix s from when on the value is stale."""
        return float("inf") if self.ttl_s is None else self.at + self.ttl_s


class Found(NamedTuple):
    """What is read. `stale`: its time has passed at the moment asked about; the reader decides whether it will do.

    A tuple, because 500 of them are made for each answer: an attrs class takes as long as asking Redis does.
    """

    version: int
    at: float
    value: bytes
    stale: bool


def names_of(keys: Sequence[Key]) -> list[str]:
    """Return one name for each key, different for different keys: no entity has a colon in its name."""
    return [f"{entity}:{key}" for entity, key in keys]


def newest_of(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Return by name what is left of entries put together: of several for one key the newest, the later of equals."""
    return {f"{one.entity}:{one.key}": one for one in sorted(entries, key=attrgetter("version", "at"))}


class FeatureStore(Protocol):
    """The entries of one tenant; safe to share between threads.

    Order: of all puts of an entry the one with the highest (number of the token, version, at) stays, the later one of
    equals, in whatever order they come: a retry changes nothing and a new token may begin again at a lower version.
    Numbers of tokens grow over all writers of the tenant, so who acquired last owns what several put.
    """

    def acquire(self, writer: str) -> Token:
        """Take over in the name of a writer: puts with its tokens of before are refused from now on.

        For whoever holds the lease or lock by which one of several processes writes, each time it gets it. Numbers are
        never given twice, also after the store lost its record. Not idempotent: each call gives a new token. Durable
        on return where the store is. Errors: `ValueError` for an empty name or one with a NUL, `StoreUnavailable`.
        """
        ...

    def put(self, entries: Sequence[Entry], token: Token) -> int:
        """Store entries, all or none; return how many of them now stand there.

        Fewer than given are those that newer ones outdo, and all but the newest of several for one key. Idempotent.
        Readers see all or nothing of one call (memory, SQLite, PostgreSQL, Redis). Errors: `Fenced` unless `token` is
        the last one that was acquired by its writer, `StoreUnavailable`.
        """
        ...

    def get(self, keys: Sequence[Key], now: float) -> Sequence[Found | None]:
        """Return what stands under each key, in the order asked, in one round trip; None where nothing does.

        What is past its time at `now` (Unix s) is given all the same, marked. Errors: `StoreUnavailable`.
        """
        ...

    def delete(self, keys: Sequence[Key]) -> int:
        """Delete entries for good, whatever their version; return how many there were. Idempotent.

        A writer that had computed before would put them back: forget at the source, acquire in the name of each writer
        so that what is on its way is refused, then delete. Errors: `StoreUnavailable`.
        """
        ...

    def purge(self, before: float) -> int:
        """Delete the entries whose time passed before an instant (Unix s); return how many. Those without one stay.

        Idempotent. Not atomic over all, but no entry goes that is put anew meanwhile. Errors: `StoreUnavailable`.
        """
        ...

    def sweep(self) -> None:
        """Have what was deleted leave the files of the store too, as far as these are within reach. Idempotent.

        Redis begins to write new files and returns; PostgreSQL vacuums in its own time. Errors: `StoreUnavailable`.
        """
        ...

    def close(self) -> None:
        """Give back the connections that are the store's own. Idempotent."""
        ...
