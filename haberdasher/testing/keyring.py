"""What every `Keyring` must do. Subclass and give a fixture `make`.

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

from ports.vault import JOINT, Keyring

#: Called with a tenant; what one test makes is over one store, empty at first, as processes of one installation are.
MakeKeyring = Callable[[str], Keyring]

WRITERS = 4


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

    def test_joined_ids_need_both_keys(self, make: MakeKeyring) -> None:
        """What is sealed under two ids opens until either key is destroyed, in every process; others still open."""
        keyring, elsewhere = make("main"), make("main")
        key_ids = ["a" + JOINT + "x", "a" + JOINT + "y", "b" + JOINT + "x", "a", "x"]
        texts = [f"text {n}".encode() for n in range(5)]
        sealed = keyring.seal(key_ids, texts, [b"c"] * 5)
        assert list(elsewhere.unseal(key_ids, sealed, [b"c"] * 5)) == texts
        keyring.destroy(["x"])
        for ring in (keyring, elsewhere, make("main")):
            assert list(ring.unseal(key_ids, sealed, [b"c"] * 5)) == [None, texts[1], None, texts[3], None]
        elsewhere.destroy(["a"])
        elsewhere.seal(["a", "x"], [b"again"] * 2, [b"c"] * 2)
        for ring in (keyring, elsewhere, make("main")):
            assert list(ring.unseal(key_ids, sealed, [b"c"] * 5)) == [None] * 5

    def test_joined_ids_are_an_id_of_their_own(self, keyring: Keyring) -> None:
        """Bytes under joined ids do not open under one of them, or in another order; only single ids are destroyed."""
        (sealed,) = keyring.seal(["a" + JOINT + "b"], [b"text"], [b"c"])
        for key_id in ("a", "b", "b" + JOINT + "a"):
            with pytest.raises(ValueError, match="altered"):
                keyring.unseal([key_id], [sealed], [b"c"])
        with pytest.raises(ValueError, match="of its own"):
            keyring.destroy(["a" + JOINT + "b"])
        assert list(keyring.unseal(["a" + JOINT + "b"], [sealed], [b"c"])) == [b"text"]

    def test_keys_are_named(self, make: MakeKeyring) -> None:
        """The ids with a key, by the beginning, in order: of one tenant, without what is joined or destroyed."""
        keyring, other = make("main"), make("other")
        other.seal(["day:0"], [b""], [b""])
        keyring.seal(["day:2", "email:1" + JOINT + "day:1", "days:9", "DAY:3", "day:4"], [b""] * 5, [b""] * 5)
        keyring.destroy(["day:4"])
        assert list(make("main").named("day:")) == ["day:1", "day:2"]
        assert list(keyring.named("email:")) == ["email:1"]
        assert list(keyring.named("nobody:")) == []

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
