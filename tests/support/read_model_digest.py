"""One digest of all rows of a read model: equal for equal rows, whatever order their fields were written in."""

from hashlib import sha256

import msgspec
from sqlalchemy import Engine, text

_ROWS = text(
    "SELECT collection, key, value FROM read_model_rows WHERE tenant = :tenant AND model = :model"
    " ORDER BY collection, key"
)


def digest_of(engine: Engine, model: str, tenant: str = "main", leaving_out: frozenset[str] = frozenset()) -> str:
    """Return the digest of a model, `name#generation`, without some collections."""
    digest = sha256()
    with engine.connect() as connection:
        for collection, key, value in connection.execute(_ROWS, {"tenant": tenant, "model": model}):
            if collection not in leaving_out:
                row = msgspec.json.encode(msgspec.json.decode(bytes(value)), order="sorted")
                digest.update(msgspec.json.encode((collection, key, row.decode())))
    return digest.hexdigest()
