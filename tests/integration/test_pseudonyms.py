"""P9: a pseudonym is random. A list of e-mails and a copy of everything stored do not lead to anybody."""

import json
from hashlib import blake2b
from pathlib import Path
from uuid import uuid5

import pytest

from adapters.database import connect
from adapters.vault import EnvelopeKeyring, SqlKeyStore, SqlVault
from adapters.vault.pepper import digest
from application.intake import wire
from domain.kernel import tenant_namespace
from ports.vault import Identifier
from tests.support.dictionary_attack import dictionary, digests, mails, matches, random_part
from tests.support.house import house, receive
from tests.support.shop import viewed

PEPPER = b"p" * 32
BATCH = 5_000


@pytest.mark.parametrize(
    ("listed", "known"), [(200_000, 5_000), pytest.param(1_000_000, 200_000, marks=pytest.mark.nightly)]
)
def test_a_dictionary_of_mails_matches_nothing(listed: int, known: int, tmp_path: Path) -> None:
    """0 of `listed` addresses, of which `known` are stored: no digest is in a surrogate or anywhere in the files.

    The same attack finds everybody where a pseudonym is a digest, and our own digests with the pepper.
    """
    addresses = mails(listed)
    engine = connect(f"sqlite:///{tmp_path}/keys.db")
    vault = SqlVault(engine, "main", PEPPER, EnvelopeKeyring(SqlKeyStore(engine, "main"), "main", b"m" * 32))
    surrogates: list[str] = []
    for start in range(0, known, BATCH):
        surrogates += vault.surrogates([Identifier("email", one) for one in addresses[start : start + BATCH]]).values()
    engine.dispose()
    files = b"".join(file.read_bytes() for file in sorted(tmp_path.iterdir()))
    pseudonyms = b"".join(map(random_part, surrogates))
    guesses = dictionary(one for mail in addresses for one in digests(mail))

    assert (matches(guesses, pseudonyms), matches(guesses, files)) == (0, 0)
    assert b"@example.org" not in files
    naive = b"".join(blake2b(one.encode(), digest_size=16).digest() for one in addresses[:known])
    assert matches(guesses, naive) == known
    ours = (digest(PEPPER, "main", Identifier("email", one)) for one in addresses[:known])
    assert matches(dictionary(ours), files) >= known


def test_the_id_of_an_event_that_brought_none_leads_back_to_nobody(tmp_path: Path) -> None:
    """It is made of the content, and stays when that is erased: without the key nobody can try addresses on it."""
    app = house(tmp_path)
    body = json.loads(viewed("coat", 1, email="ada@example.org"))
    del body["event_id"]
    (answer,) = receive(app, "web", [json.dumps(body).encode()])
    (again,) = receive(app, "web", [json.dumps(body).encode()], "again")
    assert (again.outcome, again.source_event_id) == ("duplicate", answer.source_event_id)
    said = f"web\0{wire.canonical_bytes(body).decode()}"
    guesses = {uuid5(tenant_namespace("main"), said).hex, *(one.hex() for one in digests(said))}
    assert answer.source_event_id.replace("-", "") not in {one[:32] for one in guesses}
    app.close()
