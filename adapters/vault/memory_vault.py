"""The vault for tests: forgotten with the process, otherwise the same promises."""

import secrets
from collections.abc import Mapping, Sequence

from attrs import define, field

from ports.vault import Erased, Identifier, Keyring


@define(eq=False)
class MemoryVault:
    _keyring: Keyring = field(repr=False)
    _surrogates: dict[Identifier, str] = field(factory=dict, init=False, repr=False)
    _sealed: dict[str, tuple[str, bytes]] = field(factory=dict, init=False, repr=False)

    def surrogates(self, identifiers: Sequence[Identifier]) -> Mapping[Identifier, str]:
        return {identifier: self._surrogates.get(identifier) or self._create(identifier) for identifier in identifiers}

    def find(self, identifier: Identifier) -> str | None:
        return self._surrogates.get(identifier)

    def reveal(self, surrogate: str) -> Identifier:
        kind, sealed = self._sealed[surrogate]
        (value,) = self._keyring.unseal([surrogate], [sealed], [surrogate.encode()])
        if value is None:
            raise Erased(surrogate)
        return Identifier(kind, value.decode())

    def forget(self, surrogates: Sequence[str]) -> None:
        gone = set(surrogates)
        for identifier in [one for one, surrogate in self._surrogates.items() if surrogate in gone]:
            del self._sealed[self._surrogates.pop(identifier)]

    def _create(self, identifier: Identifier) -> str:
        surrogate = f"{identifier.kind}:{secrets.token_hex(16)}"
        (sealed,) = self._keyring.seal([surrogate], [identifier.value.encode()], [surrogate.encode()])
        self._sealed[surrogate] = identifier.kind, sealed
        return self._surrogates.setdefault(identifier, surrogate)
