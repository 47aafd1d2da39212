"""What every `Vault` must do; for keyrings see `haberdasher.testing.keyring`. Subclass and give a fixture `make`.

```python
class TestOurs(VaultContract):
    @pytest.fixture
    def make(self) -> MakeVault: ...
```
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b, sha256

import pytest

from ports.vault import Erased, Identifier, Keyring, Vault

#: Called with a tenant, returns the keyring too that the vault seals with; what one test makes is over one store, empty
#: at first, as processes of one installation are.
MakeVault = Callable[[str], tuple[Vault, Keyring]]

MAIL = Identifier("email", "ada@example.org")
COOKIE = Identifier("anonymous", "ada@example.org")
WRITERS = 4


class VaultContract:
    @pytest.fixture
    def make(self) -> MakeVault:
        raise NotImplementedError

    @pytest.fixture
    def vault(self, make: MakeVault) -> Vault:
        return make("main")[0]

    def test_everybody_gets_a_surrogate(self, vault: Vault) -> None:
        """Each identifier asked for has its own surrogate, `kind:random`, however often it is asked for in one call."""
        surrogates = vault.surrogates([MAIL, COOKIE, MAIL])
        assert set(surrogates) == {MAIL, COOKIE}
        assert len(set(surrogates.values())) == 2
        for identifier, surrogate in surrogates.items():
            kind, _, random = surrogate.partition(":")
            assert kind == identifier.kind
            assert len(random) >= 26

    def test_nobody_is_nothing(self, vault: Vault) -> None:
        """Asking for no identifiers answers with none."""
        assert dict(vault.surrogates([])) == {}

    def test_a_surrogate_stays(self, make: MakeVault) -> None:
        """Asking again, here or in another process, gives the same surrogates: they are durable when returned."""
        first = dict(make("main")[0].surrogates([MAIL]))
        again = make("main")[0]
        assert again.surrogates([MAIL, COOKIE])[MAIL] == first[MAIL]
        assert dict(again.surrogates([MAIL])) == first

    def test_a_surrogate_says_nothing_of_the_value(self, make: MakeVault) -> None:
        """The same value has another surrogate in another tenant, and none is a digest of it."""
        here, there = (make(tenant)[0].surrogates([MAIL])[MAIL] for tenant in ("main", "other"))
        assert here != there
        assert MAIL.value not in here
        for digest in (sha256, blake2b):
            assert here.partition(":")[2] not in digest(MAIL.value.encode()).hexdigest()

    def test_finding_creates_nothing(self, vault: Vault) -> None:
        """`find` answers None for who is not there, and does not put him there."""
        assert vault.find(MAIL) is None
        assert vault.find(MAIL) is None
        surrogate = vault.surrogates([MAIL])[MAIL]
        assert (vault.find(MAIL), vault.find(COOKIE)) == (surrogate, None)

    def test_a_surrogate_is_revealed(self, vault: Vault) -> None:
        """`reveal` returns the identifier behind a surrogate, and raises `KeyError` for one that was never given."""
        unusual = Identifier("email", "zoë\x00 ✂@example.org")
        for identifier, surrogate in vault.surrogates([MAIL, COOKIE, unusual]).items():
            assert vault.reveal(surrogate) == identifier
        with pytest.raises(KeyError):
            vault.reveal("email:unknown")

    def test_tenants_do_not_see_each_other(self, make: MakeVault) -> None:
        """A surrogate of one tenant is unknown to another."""
        surrogate = make("main")[0].surrogates([MAIL])[MAIL]
        other = make("other")[0]
        assert other.find(MAIL) is None
        with pytest.raises(KeyError):
            other.reveal(surrogate)

    def test_a_destroyed_key_erases(self, make: MakeVault) -> None:
        """Once the key of a surrogate is destroyed nobody can reveal it, and others are not touched."""
        vault, keyring = make("main")
        surrogates = vault.surrogates([MAIL, COOKIE])
        keyring.destroy([surrogates[MAIL]])
        with pytest.raises(Erased):
            vault.reveal(surrogates[MAIL])
        assert vault.reveal(surrogates[COOKIE]) == COOKIE

    def test_the_forgotten_is_unknown(self, make: MakeVault) -> None:
        """A forgotten surrogate is neither found nor revealed, whoever returns gets a new one, and others stay."""
        vault = make("main")[0]
        first = dict(vault.surrogates([MAIL, COOKIE]))
        vault.forget([first[MAIL]])
        assert (vault.find(MAIL), vault.find(COOKIE)) == (None, first[COOKIE])
        with pytest.raises(KeyError):
            vault.reveal(first[MAIL])
        again = dict(vault.surrogates([MAIL, COOKIE]))
        assert again[MAIL] != first[MAIL]
        assert again[COOKIE] == first[COOKIE]
        assert vault.reveal(again[MAIL]) == MAIL

    def test_forgotten_everywhere_at_once(self, make: MakeVault) -> None:
        """Another process that remembers the surrogate does not answer with it either, and both then agree."""
        vault, elsewhere = make("main")[0], make("main")[0]
        first = vault.surrogates([MAIL])[MAIL]
        assert (elsewhere.find(MAIL), dict(elsewhere.surrogates([MAIL]))) == (first, {MAIL: first})
        vault.forget([first])
        assert elsewhere.find(MAIL) is None
        new = elsewhere.surrogates([MAIL])[MAIL]
        assert new != first
        assert (vault.find(MAIL), make("main")[0].find(MAIL)) == (new, new)

    def test_forgetting_again_changes_nothing(self, vault: Vault) -> None:
        """Forgetting is idempotent: it does not touch who came back, nor minds what it never knew."""
        first = vault.surrogates([MAIL])[MAIL]
        vault.forget([first, "email:unknown", first])
        new = vault.surrogates([MAIL])[MAIL]
        vault.forget([first])
        vault.forget([])
        assert vault.find(MAIL) == new

    def test_tenants_forget_their_own(self, make: MakeVault) -> None:
        """A surrogate of one tenant means nothing when another one forgets it."""
        vault, other = make("main")[0], make("other")[0]
        surrogate = vault.surrogates([MAIL])[MAIL]
        other.forget([surrogate])
        assert vault.find(MAIL) == surrogate

    def test_thousands_are_forgotten(self, vault: Vault) -> None:
        """More at once than a statement takes parameters."""
        crowd = [Identifier("device", f"device-{n}") for n in range(2_500)]
        surrogates = dict(vault.surrogates(crowd))
        vault.forget([surrogates[one] for one in crowd[1:]])
        assert [vault.find(one) for one in crowd] == [surrogates[crowd[0]], *[None] * 2_499]

    def test_thousands_at_once(self, vault: Vault) -> None:
        """A batch of any size is one call; no surrogate is given twice."""
        crowd = [Identifier("device", f"device-{n}") for n in range(2_500)]
        half = dict(vault.surrogates(crowd[::2]))
        surrogates = dict(vault.surrogates(crowd))
        assert len(set(surrogates.values())) == len(crowd)
        assert half.items() <= surrogates.items()

    def test_racing_writers_agree(self, make: MakeVault) -> None:
        """Writers that create the same identifiers at once, in different orders, all return the same surrogates."""
        crowd = [Identifier("device", f"device-{n}") for n in range(60)]
        vaults = [make("main")[0] for _ in range(WRITERS)]
        orders = [crowd[n * 7 :] + crowd[: n * 7] for n in range(WRITERS)]
        with ThreadPoolExecutor(WRITERS) as pool:
            answers = list(pool.map(lambda vault, order: dict(vault.surrogates(order)), vaults, orders))
        assert all(answer == answers[0] for answer in answers)
        assert [vaults[0].reveal(answers[0][one]) for one in crowd] == crowd
