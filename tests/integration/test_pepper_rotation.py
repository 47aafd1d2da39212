"""After a rotation the same e-mail is still the same identifier, and the old pepper is good for nothing."""

import os
import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from attrs import define
from sqlalchemy import Engine, event, select

from adapters.database import DatabaseBusy, connect, read
from adapters.vault import (
    EnvelopeKeyring,
    Rotated,
    SqlKeyStore,
    SqlVault,
    rotate_pepper,
    rotation,
    vault_tenants,
)
from adapters.vault.pepper import digest
from adapters.vault.tables import identifiers
from haberdasher.cli.secrets import rotate_everywhere
from haberdasher.secret_settings import coming_pepper, read_secrets
from haberdasher.settings import Settings
from ports.vault import Identifier, PepperRefused
from tests.support.kills import run_and_kill
from tests.support.services import DATABASES, database_url

MASTER_KEY = b"m" * 32
OLD, NEW = b"o" * 32, b"n" * 32
CROWD = [Identifier("email", f"person-{n}@example.org") for n in range(40)]


class Cut(Exception):
    pass


def silent(done: int, total: int, what: str = "") -> None:
    assert 0 <= done <= total


@define
class Store:
    """Vaults of tenant `main` over one database, as its processes have them."""

    engine: Engine

    def keyring(self, tenant: str = "main") -> EnvelopeKeyring:
        return EnvelopeKeyring(SqlKeyStore(self.engine, tenant), tenant, MASTER_KEY)

    def vault(self, pepper: bytes, tenant: str = "main") -> SqlVault:
        return SqlVault(self.engine, tenant, pepper, self.keyring(tenant))

    def rotate(self, pepper: bytes = NEW, report: Callable[[int, int], None] = silent) -> Rotated:
        return rotate_pepper(self.engine, "main", self.keyring(), pepper, report)

    def digests(self) -> Sequence[bytes]:
        with read(self.engine) as connection:
            return list(connection.execute(select(identifiers.c.digest)).scalars())


@pytest.fixture(params=DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with database_url(request.param, tmp_path) as url:
        engine = connect(url)
        yield Store(engine)
        engine.dispose()


def test_the_same_person_under_another_pepper(store: Store) -> None:
    """Every identifier keeps its surrogate and is revealed; no second row is made; other tenants are not touched."""
    before = dict(store.vault(OLD).surrogates(CROWD))
    elsewhere = store.vault(OLD, "other").surrogates(CROWD[:1])
    assert store.rotate() == Rotated(identifiers=len(CROWD))
    after = store.vault(NEW)
    assert dict(after.surrogates(CROWD)) == before
    assert [after.reveal(before[one]) for one in CROWD] == CROWD
    assert len(store.digests()) == len(CROWD) + 1
    assert dict(store.vault(OLD, "other").surrogates(CROWD[:1])) == elsewhere


def test_the_old_pepper_is_good_for_nothing(store: Store) -> None:
    """It is refused at the start, and what it digests is not among what is stored."""
    store.vault(OLD).surrogates(CROWD)
    assert digest(OLD, "main", CROWD[0]) in store.digests()
    store.rotate()
    with pytest.raises(PepperRefused, match="restart with the new pepper"):
        store.vault(OLD)
    assert not {digest(OLD, "main", one) for one in CROWD} & set(store.digests())


def test_who_runs_with_the_old_pepper_notices(store: Store) -> None:
    """A running process refuses what it has in its cache, what it has not, and what would be new."""
    running = store.vault(OLD)
    running.surrogates(CROWD[:-1])
    store.rotate()
    for ask in (running.find, lambda one: running.surrogates([one])):
        for one in (CROWD[0], CROWD[-1]):
            with pytest.raises(PepperRefused):
                ask(one)
    assert len(store.digests()) == len(CROWD) - 1


def test_rotating_again_changes_nothing(store: Store) -> None:
    """A vault that has the pepper already is left alone; back to the old one is a rotation like any other."""
    before = dict(store.vault(OLD).surrogates(CROWD))
    store.rotate()
    assert store.rotate() == Rotated()
    assert store.rotate(OLD) == Rotated(identifiers=len(CROWD))
    assert dict(store.vault(OLD).surrogates(CROWD)) == before


def test_who_cannot_be_read_is_let_go(store: Store) -> None:
    """A row whose key was destroyed cannot be digested anew: it goes, is counted, and its person is new afterwards."""
    vault = store.vault(OLD)
    before = dict(vault.surrogates(CROWD))
    store.keyring().destroy([before[CROWD[0]]])
    assert store.rotate() == Rotated(identifiers=len(CROWD) - 1, lost=1)
    after = store.vault(NEW).surrogates(CROWD)
    assert [one for one in CROWD if after[one] != before[one]] == CROWD[:1]


def test_a_failure_at_any_statement_leaves_all_as_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of 10: whichever statement fails, the old pepper works on, and the rotation can be run again."""
    monkeypatch.setattr("adapters.vault.rotation._PAGE", 10)
    before = dict(store.vault(OLD).surrogates(CROWD))
    for place in count(1):
        try:
            with failing(store.engine, place):
                store.rotate()
        except Cut:
            assert dict(store.vault(OLD).surrogates(CROWD)) == before
        else:
            break
    assert place > 10
    assert dict(store.vault(NEW).surrogates(CROWD)) == before


@contextmanager
def failing(engine: Engine, place: int) -> Iterator[None]:
    """Have the statement number `place` of those that a connection runs fail, and its commit too."""
    numbers = count(1)

    def cut(*_: Any) -> None:
        if next(numbers) == place:
            raise Cut

    for moment in ("before_cursor_execute", "commit"):
        event.listen(engine, moment, cut)
    try:
        yield
    finally:
        for moment in ("before_cursor_execute", "commit"):
            event.remove(engine, moment, cut)


def rotate_slowly(url: str, answers: Pipe) -> None:
    """Rotate to and fro without end, in small pages, telling of each."""
    rotation._PAGE = 100
    store = Store(connect(url))
    store.vault(NEW if has_pepper(store, NEW) else OLD)
    answers.send(None)
    while True:
        for pepper in (NEW, OLD):
            store.rotate(pepper, lambda done, _: answers.send(done))


def has_pepper(store: Store, pepper: bytes) -> bool:
    try:
        store.vault(pepper)
    except PepperRefused:
        return False
    return True


def test_a_kill_leaves_one_pepper(tmp_path: Path) -> None:
    """SIGKILL at six moments of rotations: one of both peppers works, and everybody is who he was."""
    url = f"sqlite:///{tmp_path}/keys.db"
    crowd = [Identifier("device", f"device-{n}") for n in range(1_000)]
    store = Store(connect(url))
    before = dict(store.vault(OLD).surrogates(crowd))
    seen = []
    moments = random.Random(4)
    for _ in range(6):
        seen += run_and_kill(rotate_slowly, (url,), moments.uniform(0.01, 0.8))
        working = [pepper for pepper in (OLD, NEW) if has_pepper(store, pepper)]
        assert len(working) == 1
        assert dict(store.vault(working[0]).surrogates(crowd)) == before
    assert len(store.digests()) == len(crowd)
    assert len(set(seen)) > 1
    store.engine.dispose()


def test_nobody_becomes_two_while_it_rotates(store: Store) -> None:
    """Processes create identifiers with the old pepper meanwhile; they end refused, and what they were told holds."""
    told: list[Mapping[Identifier, str]] = []
    ends: list[BaseException] = []

    def create(vault: SqlVault, first: int) -> None:
        for n in count(first):
            try:
                told.append(dict(vault.surrogates([Identifier("device", f"{n}"), Identifier("device", f"{n + 7}")])))
            except DatabaseBusy:
                continue  # as a sender would: again
            except PepperRefused as refused:
                ends.append(refused)
                return

    store.vault(OLD).surrogates(CROWD)
    writers = [threading.Thread(target=create, args=(store.vault(OLD), 3 * n)) for n in range(3)]
    for writer in writers:
        writer.start()
    while len(told) < 30:
        sleep(0.01)
    store.rotate()
    for writer in writers:
        writer.join()
    assert len(ends) == 3
    everybody = {identifier: surrogate for answer in told for identifier, surrogate in answer.items()}
    assert all(everybody[identifier] == surrogate for answer in told for identifier, surrogate in answer.items())
    assert dict(store.vault(NEW).surrogates(list(everybody))) == everybody
    assert len(store.digests()) == len(everybody) + len(CROWD)


def at_home(settings: Settings, tenant: str = "main") -> SqlVault:
    """A vault as the house opens it: with the secrets that it finds."""
    secrets, engine = read_secrets(settings), connect(settings.keys)
    keyring = EnvelopeKeyring(SqlKeyStore(engine, tenant), tenant, secrets.master_key)
    return SqlVault(engine, tenant, secrets.pepper, keyring)


def test_old_digests_leave_the_disk(tmp_path: Path) -> None:
    """No file still has the half of a digest of the old pepper, not even in the gaps of pages that were split."""
    settings = Settings(home=tmp_path)
    crowd = [Identifier("device", f"device-{n}") for n in range(3_000)]
    vault, old = at_home(settings), read_secrets(settings).pepper
    for start in range(0, len(crowd), 100):
        vault.surrogates(crowd[start : start + 100])
    rotate_everywhere(settings, silent)
    everything = b"".join(file.read_bytes() for file in tmp_path.glob("keys.db*"))
    new = read_secrets(settings).pepper
    assert all(digest(new, "main", one) in everything for one in crowd)
    assert not [one for one in crowd if digest(old, "main", one)[:12] in everything]


def test_our_own_pepper_is_replaced(tmp_path: Path) -> None:
    """The embedded profile: all tenants are rotated to a pepper that was made for it, which the next start finds."""
    settings = Settings(home=tmp_path)
    old = read_secrets(settings).pepper
    before = [dict(at_home(settings, tenant).surrogates(CROWD)) for tenant in ("main", "other")]
    assert rotate_everywhere(settings, silent) == {name: Rotated(len(CROWD)) for name in ("main", "other")}
    assert read_secrets(settings).pepper != old
    assert [dict(at_home(settings, tenant).surrogates(CROWD)) for tenant in ("main", "other")] == before
    assert sorted(file.name for file in (tmp_path / "secrets").iterdir()) == ["master_key", "pepper", "signing_key"]


@pytest.mark.parametrize("rotated", [0, 1, 2])
def test_an_interrupted_rotation_goes_on(rotated: int, tmp_path: Path) -> None:
    """Cut off after none, one or both of two tenants: running it again brings all to the pepper it had begun with."""
    settings = Settings(home=tmp_path)
    before = [dict(at_home(settings, tenant).surrogates(CROWD)) for tenant in ("main", "other")]
    with pytest.raises(Cut):
        rotate_and_be_cut(settings, ["main", "other"][:rotated])
    begun_with = bytes.fromhex((tmp_path / "secrets" / "pepper.coming").read_text())
    if rotated:
        with pytest.raises(PepperRefused, match="haberdasher secrets rotate-pepper"):
            at_home(settings)
    rotate_everywhere(settings, silent)
    assert read_secrets(settings).pepper == begun_with
    assert [dict(at_home(settings, tenant).surrogates(CROWD)) for tenant in ("main", "other")] == before


def rotate_and_be_cut(settings: Settings, tenants: Sequence[str]) -> None:
    engine, key = connect(settings.keys), read_secrets(settings).master_key
    with coming_pepper(settings) as pepper:
        for tenant in tenants:
            keyring = EnvelopeKeyring(SqlKeyStore(engine, tenant), tenant, key)
            rotate_pepper(engine, tenant, keyring, pepper, silent)
        raise Cut


def test_a_pepper_from_outside_is_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The production profile: the variable names the new pepper, and nothing is written beside it."""
    for name in ("MASTER_KEY", "PEPPER", "SIGNING_KEY"):
        monkeypatch.setenv(f"HABERDASHER_{name}", os.urandom(32).hex())
    settings = Settings(home=tmp_path, profile="production")
    before = dict(at_home(settings).surrogates(CROWD))
    assert rotate_everywhere(settings, silent) == {"main": Rotated()}
    monkeypatch.setenv("HABERDASHER_PEPPER", os.urandom(32).hex())
    assert rotate_everywhere(settings, silent) == {"main": Rotated(len(CROWD))}
    assert dict(at_home(settings).surrogates(CROWD)) == before
    assert not (tmp_path / "secrets").exists()


def test_identifiers_of_before_there_were_peppers_ids(store: Store) -> None:
    """A vault made by an older version knows no pepper's id: it takes the first one, and can be rotated at once."""
    before = dict(store.vault(OLD).surrogates(CROWD))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM vaults")
    assert vault_tenants(store.engine) == ["main"]
    assert store.rotate() == Rotated(identifiers=len(CROWD))
    assert dict(store.vault(NEW).surrogates(CROWD)) == before
