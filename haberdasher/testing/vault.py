"""What every `Vault` and every `Keyring` must do. Subclass and give a fixture `make`.

```python
class TestOurs(KeyringContract):
    @pytest.fixture
    def make(self) -> MakeKeyring: ...
```
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b, sha256

import pytest

from ports.vault import Erased, Identifier, Keyring, Vault

#: Called with a tenant; what one test makes is over one store, empty at first, as processes of one installation are.
MakeKeyring = Callable[[str], Keyring]
#: The same, with the keyring that the vault seals with.
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


class KeyringContract:
    @pytest.fixture
    def make(self) -> MakeKeyring:
        raise NotImplementedError

    @pytest.fixture
    def keyring(self, make: MakeKeyring) -> Keyring:
        return make("main")

    def test_what_is_sealed_is_unsealed(self, keyring: Keyring) -> None:
        """Texts come back in the order given, whatever their keys, lengths and bytes."""
        key_ids = ["email:1", "epoch:2026-11-23", "email:1", "email:2"]
        texts = [b"first", b"", bytes(range(256)) * 300, b"first"]
        contexts = [b"a", b"b", b"", b"a"]
        sealed = keyring.seal(key_ids, texts, contexts)
        assert list(keyring.unseal(key_ids, sealed, contexts)) == texts
        assert list(keyring.seal([], [], [])) == list(keyring.unseal([], [], [])) == []

    def test_equal_texts_look_different(self, keyring: Keyring) -> None:
        """Sealing the same text twice under one key gives other bytes, and none of them are the text."""
        one, other = keyring.seal(["k", "k"], [b"a secret text"] * 2, [b"c"] * 2)
        assert one != other
        assert b"secret" not in one + other

    def test_keys_are_durable(self, make: MakeKeyring) -> None:
        """What one process sealed, another one opens, also with keys that it looked for before they were made."""
        first, second = make("main"), make("main")
        second.unseal([], [], [])
        sealed = first.seal(["k"], [b"text"], [b"c"])
        assert list(second.unseal(["k"], sealed, [b"c"])) == [b"text"]
        assert list(first.unseal(["k"], second.seal(["k"], [b"reply"], [b"c"]), [b"c"])) == [b"reply"]

    def test_every_altered_byte_is_noticed(self, keyring: Keyring) -> None:
        """Bytes changed, cut or lengthened anywhere raise `ValueError`."""
        (sealed,) = keyring.seal(["k"], [b"text"], [b"c"])
        altered = [sealed[:n] + bytes([sealed[n] ^ 1]) + sealed[n + 1 :] for n in range(len(sealed))]
        for bad in [*altered, *(sealed[:n] for n in range(len(sealed))), sealed + b"\0"]:
            with pytest.raises(ValueError, match="altered"):
                keyring.unseal(["k"], [bad], [b"c"])

    def test_the_context_is_bound(self, make: MakeKeyring) -> None:
        """Bytes do not open in another context, under another key id, or in another tenant: `ValueError`."""
        keyring, other = make("main"), make("other")
        (sealed,) = keyring.seal(["k"], [b"text"], [b"c"])
        keyring.seal(["l"], [b"text"], [b"c"])
        other.seal(["k"], [b"text"], [b"c"])
        for ring, key_id, context in ((keyring, "k", b"d"), (keyring, "l", b"c"), (keyring, "m", b"c")):
            with pytest.raises(ValueError, match="altered"):
                ring.unseal([key_id], [sealed], [context])
        with pytest.raises(ValueError, match="altered"):
            other.unseal(["k"], [sealed], [b"c"])

    def test_a_destroyed_key_is_gone_for_all(self, make: MakeKeyring) -> None:
        """What was sealed under it opens to None at once, in every process; what is under other keys still opens."""
        keyring, elsewhere = make("main"), make("main")
        sealed = keyring.seal(["k", "l"], [b"text", b"kept"], [b"c"] * 2)
        assert list(elsewhere.unseal(["k", "l"], sealed, [b"c"] * 2)) == [b"text", b"kept"]
        keyring.destroy(["k"])
        for ring in (keyring, elsewhere, make("main")):
            assert list(ring.unseal(["k", "l"], sealed, [b"c"] * 2)) == [None, b"kept"]

    def test_destroying_again_changes_nothing(self, keyring: Keyring) -> None:
        """Destroying is idempotent, and ids that never had a key are no error."""
        sealed = keyring.seal(["k"], [b"text"], [b"c"])
        for _ in range(2):
            keyring.destroy(["k", "never-there"])
        keyring.destroy([])
        assert list(keyring.unseal(["k"], sealed, [b"c"])) == [None]

    def test_tenants_destroy_their_own(self, make: MakeKeyring) -> None:
        """Destroying a key id in one tenant leaves the key of the same id in another."""
        keyring, other = make("main"), make("other")
        sealed = other.seal(["k"], [b"text"], [b"c"])
        keyring.seal(["k"], [b"text"], [b"c"])
        keyring.destroy(["k"])
        assert list(other.unseal(["k"], sealed, [b"c"])) == [b"text"]

    def test_who_comes_back_is_new(self, make: MakeKeyring) -> None:
        """A destroyed key id that is used again gets another key: old bytes stay unreadable, and are not `altered`."""
        keyring, elsewhere = make("main"), make("main")
        old = keyring.seal(["k"], [b"old"], [b"c"])
        elsewhere.unseal(["k"], old, [b"c"])
        keyring.destroy(["k"])
        new = elsewhere.seal(["k"], [b"new"], [b"c"])
        for ring in (keyring, elsewhere):
            assert list(ring.unseal(["k", "k"], [*old, *new], [b"c"] * 2)) == [None, b"new"]

    def test_racing_writers_share_a_key(self, make: MakeKeyring) -> None:
        """Writers that create the same keys at once can all read what each of them sealed."""
        rings = [make("main") for _ in range(WRITERS)]
        key_ids = [f"k{n}" for n in range(60)]
        orders = [key_ids[n * 7 :] + key_ids[: n * 7] for n in range(WRITERS)]
        with ThreadPoolExecutor(WRITERS) as pool:
            boxes = list(pool.map(lambda ring, ids: ring.seal(ids, [b"text"] * 60, [b"c"] * 60), rings, orders))
        for ring in rings:
            for order, sealed in zip(orders, boxes, strict=True):
                assert list(ring.unseal(order, sealed, [b"c"] * 60)) == [b"text"] * 60

    def test_fingerprints_recognise_and_do_not_tell(self, make: MakeKeyring) -> None:
        """16 bytes, equal for equal texts in every process of a tenant, and not to be made without its key."""
        texts = [b"a", b"b", b"a", b""]
        prints = list(make("main").fingerprint(texts))
        assert [len(one) for one in prints] == [16] * 4
        assert prints[0] == prints[2]
        assert len(set(prints)) == 3
        assert list(make("main").fingerprint(texts)) == prints
        assert not set(make("other").fingerprint(texts)) & set(prints)
        assert prints[0] not in (blake2b(b"a", digest_size=16).digest(), sha256(b"a").digest()[:16])
