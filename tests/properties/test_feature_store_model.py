"""The feature store against a model of it: two writers, stolen leases, late and repeated puts, in any order."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from attrs import frozen
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ports.feature_store import Entry, FeatureStore, Fenced, Found, Key, Token
from tests.support.feature_stores import stores

TENANTS = count()
NOON = 1_795_000_000.0
KEYS: tuple[Key, ...] = (("customer", "ada"), ("session", "ada"), ("product", "p-1"), ("product", "p-2"))
TIMES = st.sampled_from([NOON, NOON + 0.5, NOON + 60])
ENTRIES = st.lists(
    st.builds(
        lambda key, version, at, value, ttl_s: Entry(key[0], key[1], version, at, value, ttl_s),
        *(st.sampled_from(KEYS), st.integers(0, 4), TIMES, st.binary(max_size=3)),
        st.sampled_from([None, 30.0, 90.0]),
    ),
    max_size=6,
)
WRITERS = st.sampled_from(["a", "b"])


@frozen
class Stands:
    """What the model keeps of an entry."""

    number: int
    entry: Entry

    @property
    def order(self) -> tuple[int, int, float]:
        return self.number, self.entry.version, self.entry.at


class FeatureStoreMachine(RuleBasedStateMachine):
    """One tenant, its model, and everything that can be done to them."""

    make: Callable[[str], FeatureStore]

    @initialize()
    def begin(self) -> None:
        self.store = self.make(f"t{next(TENANTS)}")
        self.stands: dict[Key, Stands] = {}
        self.leads: dict[str, Token] = {}
        self.given: list[Token] = []
        self.last: tuple[list[Entry], Token] | None = None

    @rule(writer=WRITERS)
    def acquire(self, writer: str) -> None:
        token = self.store.acquire(writer)
        assert all(token.number > one.number for one in self.given)
        self.given.append(token)
        self.leads[writer] = token

    @rule(entries=ENTRIES, which=st.integers(0, 5))
    def put(self, entries: list[Entry], which: int) -> None:
        """By any process that ever led, so mostly by zombies."""
        if not self.given:
            return
        token = self.given[-1 - which % len(self.given)]
        if self.leads[token.writer] != token:
            with pytest.raises(Fenced):
                self.store.put(entries, token)
            return
        self.last = entries, token
        assert self.store.put(entries, token) == self.expect(entries, token)

    @rule()
    def put_again(self) -> None:
        """As after an answer that was lost: what stands is as before, if nobody else put."""
        if self.last is not None and self.leads[self.last[1].writer] == self.last[1]:
            assert self.store.put(*self.last) == self.expect(*self.last)

    def expect(self, entries: list[Entry], token: Token) -> int:
        taken = set()
        for one in entries:
            key, new = (one.entity, one.key), Stands(token.number, one)
            if key not in self.stands or new.order >= self.stands[key].order:
                self.stands[key] = new
                taken.add(key)
        return len(taken)

    @rule(keys=st.lists(st.sampled_from(KEYS), max_size=3))
    def delete(self, keys: list[Key]) -> None:
        assert self.store.delete(keys) == sum(self.stands.pop(key, None) is not None for key in keys)

    @rule(before=st.sampled_from([NOON + 30, NOON + 60, NOON + 90.1, NOON + 1000]))
    def purge(self, before: float) -> None:
        old = [key for key, one in self.stands.items() if one.entry.expires_at < before]
        assert self.store.purge(before) == len(old)
        for key in old:
            del self.stands[key]

    @invariant()
    def what_stands_is_found(self) -> None:
        for now in (NOON, NOON + 60, NOON + 100) if hasattr(self, "stands") else ():
            assert list(self.store.get(KEYS, now)) == [self.found(key, now) for key in KEYS]

    def found(self, key: Key, now: float) -> Found | None:
        if key not in self.stands:
            return None
        entry = self.stands[key].entry
        return Found(entry.version, entry.at, entry.value, stale=entry.expires_at <= now)


@pytest.mark.parametrize(
    ("kind", "examples"),
    [("memory", 200), ("sqlite", 40), ("postgresql", 40), ("redis", 100)],
)
def test_a_store_behaves_like_its_model(kind: str, examples: int, tmp_path: Path) -> None:
    """No order of take-overs, zombies, late versions, repeats, deletions and purges tells store and model apart."""
    with stores(kind, tmp_path) as make:
        machine = type("Machine", (FeatureStoreMachine,), {"make": staticmethod(make)})
        run_state_machine_as_test(
            machine, settings=settings(max_examples=examples, stateful_step_count=15, deadline=None, database=None)
        )
