"""Envelope encryption: a data key per key id, wrapped by a master key that never touches the data."""

import os
from collections.abc import Iterable, Mapping, Sequence

from attrs import define, field

from adapters.vault import sealing
from adapters.vault.cache import RecentlyUsed
from adapters.vault.key_stores import KeyStore
from adapters.vault.sealing import DataKey
from ports.vault import JOINT

#: The tenant's own key, for fingerprints and headers. It is random, so that neither pepper nor master key is for ever.
_ROOT = "keyring:root"


class MasterKeyRefused(Exception):
    """The master key is not the one that these data keys were wrapped with."""


@define(eq=False)
class EnvelopeKeyring:
    """Remembers up to `capacity` data keys, and forgets them all once a key was destroyed anywhere.

    It asks for that before each batch, so a key that another process destroyed is not used here either.
    Errors on creation: `MasterKeyRefused`, `ValueError` for a master key that has not 32 bytes.
    """

    _store: KeyStore
    _tenant: str
    _master_key: bytes = field(repr=False)
    capacity: int = 200_000
    _cache: RecentlyUsed[str, DataKey] = field(init=False, repr=False)
    _root: bytes = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if len(self._master_key) != sealing.KEY_BYTES:
            raise ValueError(f"the master key needs {sealing.KEY_BYTES} bytes")
        self._cache = RecentlyUsed(self.capacity)
        wrapped = self._store.load([_ROOT]) or self._store.add({_ROOT: self._wrap(_ROOT, sealing.new_secret())})
        self._root = self._unwrap(_ROOT, wrapped[_ROOT])[sealing.GENERATION_BYTES :]

    def seal(self, key_ids: Sequence[str], plaintexts: Sequence[bytes], context: Sequence[bytes]) -> Sequence[bytes]:
        keys = self._keys(key_ids, create=True)
        nonces = os.urandom(sealing.NONCE_BYTES * len(plaintexts))
        sealed = []
        for place, (key_id, plaintext, bound) in enumerate(zip(key_ids, plaintexts, context, strict=True)):
            key = keys[key_id]
            nonce = nonces[place * sealing.NONCE_BYTES : (place + 1) * sealing.NONCE_BYTES]
            sealed.append(key.header + sealing.encrypt(key.secret, plaintext, bound, nonce))
        return sealed

    def unseal(
        self, key_ids: Sequence[str], sealed: Sequence[bytes], context: Sequence[bytes]
    ) -> Sequence[bytes | None]:
        keys = self._keys(key_ids, create=False)
        return [
            self._open(keys.get(key_id), key_id, box, bound)
            for key_id, box, bound in zip(key_ids, sealed, context, strict=True)
        ]

    def destroy(self, key_ids: Sequence[str]) -> None:
        if _ROOT in key_ids:
            raise ValueError(f"{_ROOT} belongs to no person and no day: without it, nothing is recognised again")
        if joined := [key_id for key_id in key_ids if JOINT in key_id]:
            raise ValueError(f"{joined[0]} has no key of its own: destroy that of one of its ids")
        self._store.delete(key_ids)
        self._cache.get((), self._store.destructions())

    def named(self, prefix: str) -> Sequence[str]:
        return [key_id for key_id in self._store.names(prefix) if key_id != _ROOT]

    def fingerprint(self, plaintexts: Sequence[bytes]) -> Sequence[bytes]:
        return [sealing.fingerprint(plaintext, self._root) for plaintext in plaintexts]

    def _open(self, key: DataKey | None, key_id: str, sealed: bytes, context: bytes) -> bytes | None:
        if key is not None and sealed.startswith(key.header):
            return sealing.decrypt(key.secret, sealed[sealing.HEADER_BYTES :], context)
        if sealing.is_other_generation(sealed, key_id, self._root):
            return None
        raise ValueError("the sealed bytes were altered, or belong to another key id")

    def _keys(self, key_ids: Iterable[str], *, create: bool) -> Mapping[str, DataKey]:
        wanted = set(key_ids)
        destructions = self._store.destructions()
        keys = self._cache.get(wanted, destructions)
        if missing := wanted - keys.keys():
            own = self._own({one for key_id in missing for one in key_id.split(JOINT)}, destructions, create=create)
            joined = {
                key_id: sealing.joint_key([own[one] for one in ids], key_id, self._root)
                for key_id in missing
                if len(ids := key_id.split(JOINT)) > 1 and own.keys() >= set(ids)
            }
            self._cache.put(joined, destructions)
            keys |= own | joined
        return keys

    def _own(self, wanted: set[str], destructions: int, *, create: bool) -> dict[str, DataKey]:
        """Return the keys of ids that have one of their own."""
        keys = self._cache.get(wanted, destructions)
        if missing := [key_id for key_id in wanted if key_id not in keys]:
            wrapped = dict(self._store.load(missing))
            while create and (absent := [key_id for key_id in missing if key_id not in wrapped]):
                wrapped |= self._store.add({key_id: self._wrap(key_id, sealing.new_secret()) for key_id in absent})
            loaded = {
                key_id: sealing.data_key(self._unwrap(key_id, key), key_id, self._root)
                for key_id, key in wrapped.items()
            }
            self._cache.put(loaded, destructions)
            keys |= loaded
        return keys

    def _wrap(self, key_id: str, secret: bytes) -> bytes:
        return sealing.encrypt(self._master_key, secret, self._bound(key_id), os.urandom(sealing.NONCE_BYTES))

    def _unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        try:
            return sealing.decrypt(self._master_key, wrapped, self._bound(key_id))
        except ValueError:
            raise MasterKeyRefused("the master key does not open the data keys of this database") from None

    def _bound(self, key_id: str) -> bytes:
        return f"{self._tenant}\0{key_id}".encode()
