"""P9: a pseudonym is random. A list of e-mails and a copy of everything stored do not lead to anybody."""

from hashlib import blake2b
from pathlib import Path

import pytest

from adapters.database import connect
from adapters.vault import EnvelopeKeyring, SqlKeyStore, SqlVault
from adapters.vault.pepper import digest
from ports.vault import Identifier
from tests.support.dictionary_attack import dictionary, digests, mails, matches, random_part

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
