"""Projectors in processes of their own, to be killed, frozen, and set upon each other."""

import os
import random
import signal
from multiprocessing.connection import Connection
from time import sleep
from typing import NoReturn

from ports.feature_store import Entry, Fenced, Key
from tests.support.feature_stores import opened

AT = 1_795_000_000.0
KEYS: tuple[Key, ...] = tuple(("product", f"p-{n}") for n in range(50))
#: An entry that was put: (number of the token, version, key, value).
Put = tuple[int, int, str, bytes]


def round_of(version: int, size: int = 2000) -> list[Entry]:
    """All entries of one version, with values that differ from those of any other."""
    return [Entry(entity, key, version, AT, b"%d" % version * size) for entity, key in KEYS]


def put_for_ever(url: str, answers: Connection) -> NoReturn:
    """Send None when ready, then each version once all entries of it are put."""
    with opened(url) as store:
        token = store.acquire("projector")
        found = store.get(KEYS[:1], AT)[0]
        version = found.version if found else 0
        answers.send(None)
        while True:
            version += 1
            store.put(round_of(version), token)
            answers.send(version)


def sleep_and_wake(url: str, answers: Connection) -> None:
    """Put once, stop as SIGSTOP stops, and put again when woken: send what came of it."""
    with opened(url) as store:
        token = store.acquire("projector")
        store.put(round_of(1), token)
        answers.send(os.getpid())
        os.kill(os.getpid(), signal.SIGSTOP)
        try:
            answers.send(store.put(round_of(1000), token))
        except Fenced:
            answers.send("fenced")


def contend(url: str, seed: int, answers: Connection) -> None:
    """Put at random versions, take over again and again; send what was put and how often this one was fenced."""
    dice, done, fenced = random.Random(seed), list[Put](), 0
    with opened(url) as store:
        answers.send(None)
        answers.recv()
        token = store.acquire("projector")
        for _ in range(120):
            sleep(dice.uniform(0, 0.003))  # else the first is done before the second has begun
            entries = [
                Entry(entity, key, dice.randrange(50), AT, dice.randbytes(8))
                for entity, key in dice.sample(KEYS[:6], 3)
            ]
            try:
                store.put(entries, token)
                done += [(token.number, one.version, one.key, one.value) for one in entries]
            except Fenced:
                fenced += 1
                token = store.acquire("projector")
        answers.send((done, fenced))
