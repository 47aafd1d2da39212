"""The tables of read models, here because the event log writes them and the read models read them."""

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table

from adapters.database.tables import text_key

metadata = MetaData()

rows = Table(
    "read_model_rows",
    metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("model", text_key(), primary_key=True),
    Column("collection", text_key(), primary_key=True),
    Column("key", text_key(), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

generations = Table(
    "read_model_generations",
    metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("name", text_key(), primary_key=True),
    Column("live", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
