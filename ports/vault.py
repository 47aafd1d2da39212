"""Personal data lives here and nowhere else: identifiers become random surrogates, payloads are sealed."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from attrs import frozen


@frozen
class Identifier:
    """A normalised identifier as the outside knows it. `kind`: account, loyalty, email, phone, device, anonymous."""

    kind: str
    value: str


class Erased(Exception):
    """The key is gone: these bytes cannot be read by anybody, ever again."""


class Vault(Protocol):
    """Maps identifiers to random surrogates through a keyed HMAC. One vault serves one tenant."""

    def surrogates(self, identifiers: Sequence[Identifier]) -> Mapping[Identifier, str]:
        """Return the surrogate of each, creating what is missing. Durable on return; idempotent; safe to race.

        A surrogate is `kind:random`, says nothing of the value, and is never reused.
        """
        ...

    def find(self, identifier: Identifier) -> str | None:
        """Return the surrogate if there is one, without creating it."""
        ...

    def reveal(self, surrogate: str) -> Identifier:
        """Return the identifier behind a surrogate. Errors: `KeyError` if there is none, `Erased`."""
        ...


class Keyring(Protocol):
    """One data key per key id (a surrogate, or an epoch such as `epoch:2026-11-23`), sealed by the master key."""

    def seal(self, key_ids: Sequence[str], plaintexts: Sequence[bytes], context: Sequence[bytes]) -> Sequence[bytes]:
        """Encrypt each text under its key, creating missing keys (durable on return): AES-256-GCM, `context` bound."""
        ...

    def unseal(
        self, key_ids: Sequence[str], sealed: Sequence[bytes], context: Sequence[bytes]
    ) -> Sequence[bytes | None]:
        """Decrypt; `None` where the key was destroyed. Errors: `ValueError` if bytes or context were altered."""
        ...

    def destroy(self, key_ids: Sequence[str]) -> None:
        """Forget keys for ever. Idempotent; unknown ids are no error."""
        ...

    def fingerprint(self, plaintexts: Sequence[bytes]) -> Sequence[bytes]:
        """Return a 16-byte keyed digest of each: equal bodies are recognised, and cannot be guessed back."""
        ...
