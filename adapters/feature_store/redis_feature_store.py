"""In Redis: one string for each entry, a header of fixed width before the value; scripts do what must be atomic."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from attrs import define, field
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError
from redis.retry import Retry

from ports.feature_store import Entry, Fenced, Found, Key, StoreUnavailable, Token, names_of, newest_of

#: Longer than a big put takes, shorter than anybody waits for an answer.
PATIENCE_S = 0.5
#: Form of the entry, token, version, at, expires_at (infinity for never), little-endian; then the value.
_HEADER = struct.Struct("<4sqqdd")
_FORM = b"hfs1"
_SIZE = _HEADER.size
_COLUMNS = np.dtype([("form", "S4"), ("token", "<i8"), ("version", "<i8"), ("at", "<f8"), ("expires_at", "<f8")])
_NOBODYS = bytes(_SIZE)
#: Keys that a purge looks at before it lets others in.
_PURGED_AT_ONCE = 500

# Numbers grow with the server's clock, so that those of before are not given again if the record of them is lost.
# Not tostring: Lua would round to 14 digits.
_ACQUIRE = """
local now = redis.call('TIME')
local last = tonumber(redis.call('HGET', KEYS[1], 'last') or '0')
local number = string.format('%.0f', math.max(last + 1, now[1] * 1000000 + now[2]))
redis.call('HSET', KEYS[1], 'last', number, 'writer:' .. ARGV[1], number)
return number
"""
# Lua has doubles only, so version and token are below 2 ** 53. A script that has written once is not stopped for
# want of memory, and one that has not has changed nothing.
_PUT = f"""
if redis.call('HGET', KEYS[1], 'writer:' .. ARGV[1]) ~= ARGV[2] then return -1 end
local placed = 0
for i = 2, #KEYS do
  local old, outdone = redis.call('GETRANGE', KEYS[i], 0, {_SIZE - 1}), false
  if #old == {_SIZE} and string.sub(old, 1, 4) == '{_FORM.decode()}' then
    local token, version, at = struct.unpack('<i8i8d', old, 5)
    local newer, later, moment = struct.unpack('<i8i8d', ARGV[i + 1], 5)
    if token ~= newer then outdone = token > newer
    elseif version ~= later then outdone = version > later
    else outdone = at > moment end
  end
  if not outdone then
    redis.call('SET', KEYS[i], ARGV[i + 1])
    placed = placed + 1
  end
end
return placed
"""
_PURGE = f"""
local purged = 0
for i = 1, #KEYS do
  local old = redis.call('GETRANGE', KEYS[i], 0, {_SIZE - 1})
  if #old == {_SIZE} and struct.unpack('<d', old, {_SIZE - 7}) < tonumber(ARGV[1]) then
    purged = purged + redis.call('DEL', KEYS[i])
  end
end
return purged
"""


@define(eq=False)
class RedisFeatureStore:
    """`url`: `redis://`, `rediss://` or `unix://`. Nothing is asked of the server before the first use.

    The braces in names of keys keep a tenant in one slot of a cluster, which scripts and MGET ask for. How durable
    tokens and entries are is the server's setting; what is lost shows as `Fenced` and as entries that are absent.
    """

    _url: str = field(repr=False)
    _tenant: str
    _client: Redis = field(init=False, repr=False)
    _prefix: str = field(init=False)
    _writers: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        # Everything here may be done twice; once more on a connection that has died meanwhile, but nobody waits twice.
        retry = Retry(NoBackoff(), 1, supported_errors=(NotConnected,))
        self._client = Redis.from_url(
            self._url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, retry=retry
        )
        self._prefix, self._writers = f"features:{{{self._tenant}}}:", f"feature_writers:{{{self._tenant}}}"

    def acquire(self, writer: str) -> Token:
        if not writer or "\0" in writer:
            raise ValueError("writer: expected a name without NUL")
        with _available():
            return Token(writer, int(self._run(_ACQUIRE, [self._writers], [writer])))

    def put(self, entries: Sequence[Entry], token: Token) -> int:
        values = {
            self._prefix + name: _HEADER.pack(_FORM, token.number, one.version, one.at, one.expires_at) + one.value
            for name, one in newest_of(entries).items()
        }
        with _available():
            placed = self._run(_PUT, [self._writers, *values], [token.writer, token.number, *values.values()])
        if placed < 0:
            raise Fenced(f"{token.writer}: token {token.number} is not the last one")
        return int(placed)

    def get(self, keys: Sequence[Key], now: float) -> Sequence[Found | None]:
        if not keys:
            return []
        prefix = self._prefix
        with _available():
            values: Sequence[Any] = self._client.mget([f"{prefix}{entity}:{key}" for entity, key in keys])
        return _found(values, now)

    def delete(self, keys: Sequence[Key]) -> int:
        if not keys:
            return 0
        with _available():
            return int(self._client.delete(*[self._prefix + name for name in names_of(keys)]))

    def purge(self, before: float) -> int:
        purged, cursor = 0, 0
        with _available():
            while True:
                cursor, names = self._client.scan(cursor, match=f"{self._prefix}*", count=_PURGED_AT_ONCE)
                purged += int(self._run(_PURGE, names, [repr(before)])) if names else 0
                if cursor == 0:
                    return purged

    def sweep(self) -> None:
        """Have the server write its append-only file and its dump anew, where it keeps them."""
        with _available():
            kept: Any = self._client.info("persistence")
            if kept["aof_enabled"]:
                self._client.bgrewriteaof()
            if kept.get("rdb_saves") or kept.get("rdb_last_load_keys_loaded"):
                self._client.bgsave(schedule=True)

    def close(self) -> None:
        self._client.close()

    def _run(self, script: str, keys: Sequence[Any], arguments: Sequence[Any]) -> Any:
        return self._client.register_script(script)(keys=keys, args=arguments)


def _found(values: Sequence[bytes | None], now: float) -> Sequence[Found | None]:
    """Return what entries say, all headers at once; what is none of ours is no entry."""
    headers = [_NOBODYS if one is None or len(one) < _SIZE else one[:_SIZE] for one in values]
    table = np.frombuffer(b"".join(headers), _COLUMNS)
    bodies = [one and one[_SIZE:] for one in values]
    stale: list[bool] = (table["expires_at"] <= now).tolist()
    found = map(Found._make, zip(table["version"].tolist(), table["at"].tolist(), bodies, stale, strict=True))
    return [one if form == _FORM else None for form, one in zip(table["form"].tolist(), found, strict=True)]


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreUnavailable(f"Redis: {error}: see that the server of feature_store runs and has memory") from error
