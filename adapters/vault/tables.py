"""What is kept of an identifier, and the keys of what is sealed. Rows may be deleted: that is the point."""

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, UniqueConstraint

from adapters.database import text_key

vault_metadata = MetaData()
key_metadata = MetaData()

identifiers = Table(
    "identifiers",
    vault_metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("surrogate", text_key(), nullable=False),
    Column("kind", text_key(), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("tenant", "surrogate"),
)

#: One row a tenant: which pepper made the digests, and how often surrogates were forgotten, so that every process knows
#: when what it remembers is out of date.
vaults = Table(
    "vaults",
    vault_metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("pepper_id", LargeBinary, nullable=False),
    Column("changes", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

data_keys = Table(
    "data_keys",
    key_metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("key_id", text_key(), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

#: Counts the times keys were destroyed, so that every process knows when what it remembers is out of date.
key_destructions = Table(
    "key_destructions",
    key_metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("destructions", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
