"""The secret of the vault's digests: without it nobody can look whether an identifier is there."""

import hmac
from hashlib import blake2b

from ports.vault import Identifier, PepperRefused


def digest(pepper: bytes, tenant: str, identifier: Identifier) -> bytes:
    message = f"{tenant}\0{identifier.kind}\0{identifier.value}"
    return hmac.digest(pepper, message.encode(), "sha256")


def pepper_id(pepper: bytes) -> bytes:
    """Return what tells one pepper from another, and leads back to none."""
    return blake2b(key=pepper, digest_size=16, person=b"pepper").digest()


def check_pepper(stored: bytes, ours: bytes) -> None:
    """Errors: `PepperRefused`, unless both are ids of the same pepper."""
    if stored != ours:
        raise PepperRefused(
            "pepper: this vault has another one; if it was rotated, restart with the new pepper, "
            "and if its rotation was interrupted, run `haberdasher secrets rotate-pepper` again"
        )
