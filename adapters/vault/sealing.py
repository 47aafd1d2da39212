"""AES-256-GCM, byte by byte. A sealed text: version, generation, check, nonce, ciphertext with its tag.

The generation tells a key apart from the one that a key id had before it was destroyed. The check binds generation
and key id to this keyring: bytes of another generation are honestly unreadable, any other bytes were altered.
"""

import os
from collections.abc import Sequence
from hashlib import blake2b

from attrs import field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
GENERATION_BYTES = 4
NONCE_BYTES = 12

_VERSION = b"\x01"
_CHECK_BYTES = 4
HEADER_BYTES = len(_VERSION) + GENERATION_BYTES + _CHECK_BYTES


@frozen
class DataKey:
    """`header` begins everything that is sealed under this key."""

    secret: bytes = field(repr=False)
    header: bytes


def new_secret() -> bytes:
    """Return a generation and a key, both random."""
    return os.urandom(GENERATION_BYTES + KEY_BYTES)


def data_key(secret: bytes, key_id: str, root: bytes) -> DataKey:
    return DataKey(secret[GENERATION_BYTES:], header(secret[:GENERATION_BYTES], key_id, root))


def joint_key(keys: Sequence[DataKey], key_id: str, root: bytes) -> DataKey:
    """Return the key that needs all of `keys`: whoever lacks one of them knows nothing of it."""
    secrets = b"".join(key.secret for key in keys)
    return data_key(blake2b(secrets, digest_size=GENERATION_BYTES + KEY_BYTES, person=b"joint").digest(), key_id, root)


def header(generation: bytes, key_id: str, root: bytes) -> bytes:
    check = blake2b(generation + key_id.encode(), key=root, digest_size=_CHECK_BYTES, person=b"header").digest()
    return _VERSION + generation + check


def is_other_generation(sealed: bytes, key_id: str, root: bytes) -> bool:
    """Whether `sealed` was made under this key id, whichever key it had then."""
    generation = sealed[len(_VERSION) : len(_VERSION) + GENERATION_BYTES]
    return sealed[:HEADER_BYTES] == header(generation, key_id, root)


def fingerprint(plaintext: bytes, root: bytes) -> bytes:
    return blake2b(plaintext, key=root, digest_size=16, person=b"fingerprint").digest()


def encrypt(secret: bytes, plaintext: bytes, context: bytes, nonce: bytes) -> bytes:
    return nonce + AESGCM(secret).encrypt(nonce, plaintext, context)


def decrypt(secret: bytes, ciphertext: bytes, context: bytes) -> bytes:
    """Errors: `ValueError` for another key, other bytes or another context."""
    try:
        return AESGCM(secret).decrypt(ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:], context)
    except (InvalidTag, ValueError):  # cut so short that there is no whole nonce is a ValueError of the library
        raise ValueError("the sealed bytes or their context were altered") from None
