"""What every `FeatureStore` must do. Subclass it and give a fixture `make`."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest

from ports.feature_store import LIMIT, Entry, FeatureStore, Fenced, Found, Key, Token
from ports.measures import Entity

#: Called with a tenant; all of one test are over one store, empty at first.
MakeFeatureStore = Callable[[str], FeatureStore]
_NOON = 1_795_000_000.0
_ADA: Key = ("customer", "ada")
_ALL_BYTES = bytes(range(256))


def _entry(
    value: bytes,
    version: int = 1,
    at: float = _NOON,
    ttl_s: float | None = None,
    *,
    entity: Entity = "customer",
    key: str = "ada",
) -> Entry:
    return Entry(entity, key, version, at, value, ttl_s)


def _values(store: FeatureStore, *keys: Key) -> list[bytes | None]:
    return [one.value if one else None for one in store.get(keys, _NOON)]


class FeatureStoreContract:
    @pytest.fixture
    def make(self) -> MakeFeatureStore:
        raise NotImplementedError

    @pytest.fixture
    def store(self, make: MakeFeatureStore) -> FeatureStore:
        return make("main")

    def test_what_was_put_is_found(self, store: FeatureStore) -> None:
        """Every byte of it, the largest version, and a time to the last bit."""
        entry = _entry(_ALL_BYTES, LIMIT - 1, _NOON + 0.1)
        assert store.put([entry], store.acquire("projector")) == 1
        assert store.get([_ADA], _NOON) == [Found(LIMIT - 1, _NOON + 0.1, _ALL_BYTES, stale=False)]

    def test_an_answer_is_in_the_order_of_the_question(self, store: FeatureStore) -> None:
        """A customer, a session and 500 products at once: absent ones are None, one asked twice is there twice."""
        products = [_entry(f"{n}".encode(), entity="product", key=f"p-{n}") for n in range(500) if n % 7]
        visit = _entry(b"visit", entity="session", key="ada")
        assert store.put([_entry(b""), visit, *products], store.acquire("projector")) == 2 + len(products)
        asked: list[Key] = [_ADA, ("session", "ada"), *[("product", f"p-{n}") for n in range(500)], _ADA]
        expected = [f"{n}".encode() if n % 7 else None for n in range(500)]
        assert _values(store, *asked) == [b"", b"visit", *expected, b""]

    def test_nothing_asked_is_nothing_found(self, store: FeatureStore) -> None:
        """Empty calls are calls."""
        assert store.put([], store.acquire("projector")) == 0
        assert list(store.get([], _NOON)) == []
        assert store.delete([]) == 0

    @pytest.mark.parametrize("key", ["a b", "a:b", "{x}:*?[a]", "line\nbreak", "päron 梨 🍐", "'; --", "x" * 500])
    def test_a_key_is_any_text(self, store: FeatureStore, key: str) -> None:
        """It comes from outside; what looks like syntax is not, and no key finds what is under another one."""
        token = store.acquire(key)
        store.put([_entry(b"theirs"), _entry(b"ours", key=key)], token)
        assert _values(store, ("customer", key), _ADA, ("product", key)) == [b"ours", b"theirs", None]
        assert store.delete([("customer", key)]) == 1
        assert _values(store, ("customer", key), _ADA) == [None, b"theirs"]

    def test_a_nul_is_in_no_key(self, store: FeatureStore) -> None:
        """Such an entry cannot be made, and asking for it finds nothing."""
        assert _values(store, ("customer", "a\0b")) == [None]
        assert store.delete([("customer", "a\0b")]) == 0
        for writer in ("", "a\0b"):
            with pytest.raises(ValueError, match="writer"):
                store.acquire(writer)

    def test_the_order_of_arrival_does_not_matter(self, store: FeatureStore) -> None:
        """Of versions of one entry the highest stays, of equal ones that which was computed last."""
        versions = [_entry(b"a", 1), _entry(b"b", 2), _entry(b"c", 2, _NOON + 1), _entry(b"d", 1, _NOON + 2)]
        token = store.acquire("projector")
        for number, order in enumerate(permutations(versions)):
            for one in order:
                store.put([_entry(one.value, one.version, one.at, key=f"{number}")], token)
        keys: list[Key] = [("customer", f"{number}") for number in range(24)]
        assert _values(store, *keys) == [b"c"] * 24

    def test_of_several_for_one_key_the_newest_is_taken(self, store: FeatureStore) -> None:
        """One call with two versions is as two calls; how many stand there is told."""
        token = store.acquire("projector")
        assert store.put([_entry(b"new", 2), _entry(b"old", 1), _entry(b"x", key="eve")], token) == 2
        assert store.put([_entry(b"older", 1), _entry(b"y", 1, key="eve")], token) == 1
        assert _values(store, _ADA, ("customer", "eve")) == [b"new", b"y"]

    def test_putting_again_changes_nothing(self, store: FeatureStore) -> None:
        """A retry after an answer that was lost is told the same."""
        token = store.acquire("projector")
        assert [store.put([_entry(b"one")], token) for _ in range(2)] == [1, 1]
        assert _values(store, _ADA) == [b"one"]

    def test_tokens_grow_over_all_writers(self, store: FeatureStore, make: MakeFeatureStore) -> None:
        """No number is given twice, whoever asks, by whichever process."""
        tokens = [store.acquire("a"), make("main").acquire("b"), store.acquire("a"), make("main").acquire("a")]
        numbers = [one.number for one in tokens]
        assert numbers == sorted(set(numbers))
        assert 0 < numbers[0] <= numbers[-1] < LIMIT
        assert [one.writer for one in tokens] == ["a", "b", "a", "a"]

    def test_a_zombie_is_refused(self, store: FeatureStore, make: MakeFeatureStore) -> None:
        """R13: a writer that slept while another one took over stores nothing, not even what is new."""
        zombie = store.acquire("projector")
        store.put([_entry(b"before", 5)], zombie)
        other = make("main")
        token = other.acquire("projector")
        with pytest.raises(Fenced, match="projector"):
            store.put([_entry(b"zombie", 9), _entry(b"zombie", 9, key="eve")], zombie)
        other.put([_entry(b"after", 6)], token)
        with pytest.raises(Fenced):
            store.put([_entry(b"zombie", 9)], zombie)
        assert _values(store, _ADA, ("customer", "eve")) == [b"after", None]

    def test_a_token_must_have_been_given(self, store: FeatureStore) -> None:
        """Neither a number from nowhere nor that of another writer is good for anything."""
        mine = store.acquire("a")
        for token in (Token("a", mine.number + 1), Token("b", mine.number), Token("a", 0)):
            with pytest.raises(Fenced):
                store.put([_entry(b"forged")], token)
        assert _values(store, _ADA) == [None]

    def test_another_writer_does_not_fence(self, store: FeatureStore) -> None:
        """Writers of different names lead side by side."""
        first, second = store.acquire("a"), store.acquire("b")
        assert store.put([_entry(b"a")], first) == 1
        assert store.put([_entry(b"b", key="eve")], second) == 1

    def test_a_new_token_may_begin_again(self, store: FeatureStore) -> None:
        """A rebuild starts at low versions and replaces what there was; within it versions count again."""
        store.put([_entry(b"old", 900)], store.acquire("projector"))
        token = store.acquire("projector")
        assert store.put([_entry(b"rebuilt", 3)], token) == 1
        assert store.put([_entry(b"late", 2)], token) == 0
        assert _values(store, _ADA) == [b"rebuilt"]

    def test_who_acquired_last_owns_what_several_put(self, store: FeatureStore) -> None:
        """An entry that moved to another writer is not taken back by the one before, whatever its version."""
        before, after = store.acquire("a"), store.acquire("b")
        store.put([_entry(b"after", 1)], after)
        assert store.put([_entry(b"before", 2)], before) == 0
        assert _values(store, _ADA) == [b"after"]

    def test_what_is_past_its_time_is_marked_and_given(self, store: FeatureStore) -> None:
        """Neither passed off as fresh nor dropped: from the last second on it is stale."""
        store.put([_entry(b"x", ttl_s=60), _entry(b"y", key="eve")], store.acquire("projector"))
        for now, stale in ((_NOON, False), (_NOON + 59.5, False), (_NOON + 60, True), (_NOON + 1e9, True)):
            found = store.get([_ADA, ("customer", "eve")], now)
            assert found == [Found(1, _NOON, b"x", stale), Found(1, _NOON, b"y", stale=False)]

    def test_purging_takes_what_is_long_past(self, store: FeatureStore, make: MakeFeatureStore) -> None:
        """Only entries whose time passed before the instant, of this tenant; those without one stay."""
        entries = [_entry(b"x", ttl_s=ttl, key=f"{ttl}") for ttl in (60.0, 3600.0, None)]
        for tenant in ("main", "other"):
            make(tenant).put(entries, make(tenant).acquire("projector"))
        assert store.purge(_NOON + 60) == 0
        assert store.purge(_NOON + 61) == 1
        assert store.purge(_NOON + 61) == 0
        keys: list[Key] = [("customer", one.key) for one in entries]
        assert _values(store, *keys) == [None, b"x", b"x"]
        assert _values(make("other"), *keys) == [b"x"] * 3

    def test_a_purge_goes_through_everything(self, store: FeatureStore) -> None:
        """However many there are, each is looked at."""
        entries = [_entry(b"x", ttl_s=1 + n % 2 * 1e6, key=f"{n}") for n in range(3000)]
        store.put(entries, store.acquire("projector"))
        assert store.purge(_NOON + 2) == 1500
        assert store.purge(_NOON + 2e6) == 1500

    def test_deleting_is_for_good(self, store: FeatureStore) -> None:
        """What is gone is gone at once and once; the rest stays."""
        store.put([_entry(b"x"), _entry(b"y", key="eve")], store.acquire("projector"))
        assert store.delete([_ADA, _ADA, ("customer", "nobody")]) == 1
        assert store.delete([_ADA]) == 0
        store.sweep()
        assert _values(store, _ADA, ("customer", "eve")) == [None, b"y"]

    def test_what_is_on_its_way_does_not_come_back(self, store: FeatureStore) -> None:
        """An eraser that acquires before it deletes has every put refused that was computed before."""
        writing = store.acquire("projector")
        store.put([_entry(b"x")], writing)
        store.acquire("projector")
        store.delete([_ADA])
        with pytest.raises(Fenced):
            store.put([_entry(b"x", 2)], writing)
        assert _values(store, _ADA) == [None]

    def test_tenants_have_stores_of_their_own(self, store: FeatureStore, make: MakeFeatureStore) -> None:
        """Entries, tokens and deletions of one are none of the other's."""
        other, token = make("other"), store.acquire("projector")
        store.put([_entry(b"main")], token)
        theirs = other.acquire("projector")
        assert store.put([_entry(b"still", 2)], token) == 1
        other.put([_entry(b"other")], theirs)
        assert other.delete([_ADA]) == 1
        assert (_values(store, _ADA), _values(other, _ADA)) == ([b"still"], [None])

    def test_a_reader_never_sees_half_a_put(self, store: FeatureStore, make: MakeFeatureStore) -> None:
        """While rounds of 40 entries are put, whoever reads all 40 finds them of one round."""
        keys: list[Key] = [("product", f"p-{n}") for n in range(40)]

        def write() -> None:
            token = store.acquire("projector")
            for version in range(1, 26):
                store.put([Entry(entity, key, version, _NOON, b"%d" % version) for entity, key in keys], token)

        def read(_: int) -> set[tuple[bytes | None, ...]]:
            return {tuple(sorted(set(_values(make("main"), *keys)), key=str)) for _ in range(25)}

        with ThreadPoolExecutor(3) as threads:
            writing = threads.submit(write)
            seen = set[tuple[bytes | None, ...]]().union(*threads.map(read, range(2)))
            writing.result()
        assert {len(one) for one in seen} == {1}
        assert _values(store, *keys) == [b"25"] * 40

    def test_of_many_who_take_over_at_once_one_may_put(self, make: MakeFeatureStore) -> None:
        """Eight acquire, then all put: the one with the highest number is taken, the others are refused."""
        with ThreadPoolExecutor(8) as threads:
            tokens = list(threads.map(lambda _: make("main").acquire("projector"), range(8)))

            def put(token: Token) -> bool:
                try:
                    return make("main").put([_entry(f"{token.number}".encode())], token) == 1
                except Fenced:
                    return False

            taken = list(threads.map(put, tokens))
        last = max(one.number for one in tokens)
        assert len({one.number for one in tokens}) == 8
        assert taken == [one.number == last for one in tokens]
        assert _values(make("main"), _ADA) == [f"{last}".encode()]
