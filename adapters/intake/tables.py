"""The intake log and its unique keys. Both are for ever: the keys outlive the partitions that retention drops."""

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table

from adapters.database import immutable, text_key

metadata = MetaData()

intake = immutable(
    Table(
        "intake",
        metadata,
        Column("tenant", text_key(), primary_key=True),
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("source", text_key(), nullable=False),
        Column("source_event_id", text_key(), nullable=False),
        Column("received_at", BigInteger, nullable=False),  # microseconds since 1970, UTC
        Column("key_id", text_key(), nullable=False),
        Column("refusal", text_key(), nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
)

intake_keys = immutable(
    Table(
        "intake_keys",
        metadata,
        Column("tenant", text_key(), primary_key=True),
        Column("source", text_key(), primary_key=True),
        Column("source_event_id", text_key(), primary_key=True),
        Column("position", BigInteger, nullable=False),
        Column("fingerprint", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
)
