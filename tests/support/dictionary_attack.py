"""What somebody can try who has a copy of our files and a long list of e-mails, but no secret of ours."""

import hmac
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b, md5, sha1, sha256, sha512

import numpy as np
from numpy.typing import NDArray

_PREFIX_BYTES = 8  # of 64 bits, chance alone finds one in a thousand million runs


def mails(count: int) -> Sequence[str]:
    return [f"{first}.{n}@example.org" for n, first in zip(range(count), _names(), strict=False)]


def _names() -> Iterator[str]:
    while True:
        yield from ("ada", "grace", "zoë", "kim", "li")


def digests(mail: str) -> Iterator[bytes]:
    """Yield every usual digest of an address: of itself, and of the message that our own digest is made of."""
    for text in (mail, f"email:{mail}", f"main\0email\0{mail}"):
        form = text.encode()
        yield sha256(form).digest()
        yield sha512(form).digest()
        yield sha1(form, usedforsecurity=False).digest()
        yield md5(form, usedforsecurity=False).digest()
        yield blake2b(form).digest()
        yield blake2b(form, digest_size=16).digest()
        yield blake2b(form, digest_size=32).digest()
        yield hmac.digest(b"", form, "sha256")
        yield hmac.digest(b"", form, "md5")


def dictionary(guesses: Iterable[bytes]) -> NDArray[np.uint64]:
    """Return how each digest begins, in order."""
    beginnings = b"".join(digest[:_PREFIX_BYTES] for digest in guesses)
    return np.unique(np.frombuffer(beginnings, np.uint64))


def matches(guesses: NDArray[np.uint64], stored: bytes) -> int:
    """Return at how many places of `stored` a guessed digest begins."""
    found = 0
    for shift in range(_PREFIX_BYTES):
        windows = np.frombuffer(stored, np.uint64, (len(stored) - shift) // _PREFIX_BYTES, shift)
        places = np.minimum(np.searchsorted(guesses, windows), len(guesses) - 1)
        found += int(np.count_nonzero(guesses[places] == windows))
    return found


def random_part(surrogate: str) -> bytes:
    return bytes.fromhex(surrogate.partition(":")[2])
