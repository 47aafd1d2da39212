"""Personal data lives here and nowhere else: identifiers become random surrogates, payloads are sealed."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from attrs import frozen


@frozen
class Identifier:
    """A normalised identifier as the outside knows it. `kind`: account, loyalty, email, phone, device, anonymous.

    An order or a return is one too, of the kind order or return: it stands for somebody where nobody is named.
    """

    kind: str
    value: str


class Erased(Exception):
    """The key is gone: these bytes cannot be read by anybody, ever again."""


class PepperRefused(Exception):
    """The secret of this process is not, or no longer, the one by which the vault finds identifiers."""


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

    def forget(self, surrogates: Sequence[str]) -> None:
        """Delete surrogates for ever, for every process at once; whoever comes back is given a new one.

        Durable on return; idempotent; unknown ones are no error. Keys are not destroyed: `Keyring.destroy` does that.
        """
        ...


#: Between two key ids: what is sealed under `a+b` opens only while the keys of both exist.
JOINT = "+"


class Keyring(Protocol):
    """One data key per key id (a surrogate, or a day such as `epoch:2026-11-23`), sealed by the master key.

    Key ids joined by `JOINT` have no key of their own: theirs follows from those of the ids.
    """

    def seal(self, key_ids: Sequence[str], plaintexts: Sequence[bytes], context: Sequence[bytes]) -> Sequence[bytes]:
        """Encrypt each text under its key, creating missing keys (durable on return): AES-256-GCM, `context` bound."""
        ...

    def unseal(
        self, key_ids: Sequence[str], sealed: Sequence[bytes], context: Sequence[bytes]
    ) -> Sequence[bytes | None]:
        """Decrypt; `None` where the key was destroyed. Errors: `ValueError` if bytes or context were altered."""
        ...

    def destroy(self, key_ids: Sequence[str]) -> None:
        """Forget keys for ever. Idempotent; unknown ids are no error. Errors: `ValueError` for joined ids."""
        ...

    def named(self, prefix: str) -> Sequence[str]:
        """Return the ids, in order, of the keys that exist and whose id begins with `prefix`, which is not empty."""
        ...

    def fingerprint(self, plaintexts: Sequence[bytes]) -> Sequence[bytes]:
        """Return a 16-byte keyed digest of each: equal bodies are recognised, and cannot be guessed back."""
        ...
