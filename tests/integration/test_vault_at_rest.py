from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import pytest

from adapters.database import connect, read
from adapters.vault import EnvelopeKeyring, MasterKeyRefused, MemoryKeyStore, SqlKeyStore, SqlVault
from adapters.vault.tables import data_keys, identifiers
from ports.vault import Identifier
from tests.support.services import DATABASES, database_url

MASTER_KEY = b"m" * 32
PEPPER = b"p" * 32
CROWD = [Identifier("email", f"person-{n}@example.org") for n in range(300)]


@contextmanager
def opened(vault_url: str, keys_url: str) -> Iterator[SqlVault]:
    engine, keys = connect(vault_url), connect(keys_url)
    yield SqlVault(engine, "main", PEPPER, EnvelopeKeyring(SqlKeyStore(keys, "main"), "main", MASTER_KEY))
    engine.dispose()
    keys.dispose()


def create(vault_url: str, keys_url: str, first: int) -> Mapping[Identifier, str]:
    """Create the crowd in small batches, as a process of its own would, beginning with number `first`."""
    order = CROWD[first:] + CROWD[:first]
    surrogates: dict[Identifier, str] = {}
    with opened(vault_url, keys_url) as vault:
        for start in range(0, len(order), 30):
            surrogates |= vault.surrogates(order[start : start + 30])
    return surrogates


@pytest.mark.parametrize("kind", DATABASES)
def test_two_processes_agree(kind: str, tmp_path: Path) -> None:
    """Two processes that create the same identifiers in different orders end with the same surrogates, all readable."""
    with database_url(kind, tmp_path) as vault_url, database_url(kind, tmp_path) as keys_url:
        with get_context("forkserver").Pool(2) as workers:
            one, other = workers.starmap(create, [(vault_url, keys_url, 0), (vault_url, keys_url, 15)])
        assert one == other
        with opened(vault_url, keys_url) as vault:
            assert [vault.reveal(one[identifier]) for identifier in CROWD] == CROWD


def test_nothing_is_in_clear_on_disk(tmp_path: Path) -> None:
    """P2, P9: no value, key or secret is among the bytes of the databases, write-ahead logs included."""
    url, keys_url = f"sqlite:///{tmp_path}/vault.db", f"sqlite:///{tmp_path}/keys.db"
    create(url, keys_url, 0)
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"email:" in everything
    for secret in (b"example.org", b"person-", MASTER_KEY, PEPPER):
        assert secret not in everything


def test_a_destroyed_key_leaves_the_disk(tmp_path: Path) -> None:
    """Destroying overwrites the wrapped key in the SQLite file and in its write-ahead log; the others stay."""
    engine = connect(f"sqlite:///{tmp_path}/keys.db")
    keyring = EnvelopeKeyring(SqlKeyStore(engine, "main"), "main", MASTER_KEY)
    keyring.seal(["gone", "kept"], [b"", b""], [b"", b""])
    with read(engine) as connection:
        wrapped = {row.key_id: row.wrapped for row in connection.execute(data_keys.select())}
    keyring.destroy(["gone"])
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    engine.dispose()  # not before: the last to close would tidy up what destroying has to
    assert wrapped["gone"] not in everything
    assert wrapped["kept"] in everything


def test_the_forgotten_leaves_the_disk(tmp_path: Path) -> None:
    """P3: forgetting overwrites digest, surrogate and sealed value in the SQLite file and in its write-ahead log."""
    engine = connect(f"sqlite:///{tmp_path}/vault.db")
    vault = SqlVault(engine, "main", PEPPER, EnvelopeKeyring(MemoryKeyStore(), "main", MASTER_KEY))
    gone, kept = list(vault.surrogates(CROWD).values())[:2]
    with read(engine) as connection:
        rows = {row.surrogate: row for row in connection.execute(identifiers.select())}
    vault.forget([gone])
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    engine.dispose()  # not before: the last to close would tidy up what forgetting has to
    for trace in (gone.encode(), rows[gone].digest, rows[gone].sealed):
        assert trace not in everything
    assert rows[kept].digest in everything


def test_another_master_key_is_refused_at_the_start() -> None:
    """A keyring over keys of another master key, or with one of the wrong length, does not begin."""
    store = MemoryKeyStore()
    EnvelopeKeyring(store, "main", MASTER_KEY)
    with pytest.raises(MasterKeyRefused):
        EnvelopeKeyring(store, "main", b"n" * 32)
    with pytest.raises(ValueError, match="32 bytes"):
        EnvelopeKeyring(store, "main", b"short")


def test_the_keyring_remembers_no_more_than_it_may() -> None:
    """With room for two keys it still seals and opens under many: what is forgotten is read again."""
    keyring = EnvelopeKeyring(MemoryKeyStore(), "main", MASTER_KEY, capacity=2)
    key_ids = [f"k{n}" for n in range(9)]
    sealed = keyring.seal(key_ids, [b"text"] * 9, [b""] * 9)
    assert list(keyring.unseal(key_ids, sealed, [b""] * 9)) == [b"text"] * 9
    assert len(keyring._cache._values) == 2


def test_the_root_key_cannot_be_destroyed() -> None:
    """Without it no event would be recognised again: it is not among the keys of persons and days."""
    keyring = EnvelopeKeyring(MemoryKeyStore(), "main", MASTER_KEY)
    with pytest.raises(ValueError, match="keyring:root"):
        keyring.destroy(["keyring:root"])
