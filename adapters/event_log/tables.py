"""The tables of the event log. `events` is immutable; `tracking` and `snapshots` can be derived again."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, UniqueConstraint

from adapters.database import immutable, text_key

metadata = MetaData()

#: SQLite numbers rows only in a column that is INTEGER by name.
position_type = BigInteger().with_variant(Integer, "sqlite")

events = immutable(
    Table(
        "events",
        metadata,
        Column("position", position_type, primary_key=True, autoincrement=False),
        Column("tenant", text_key(), nullable=False),
        Column("stream", text_key(), nullable=False),
        Column("version", Integer, nullable=False),
        Column("topic", text_key(), nullable=False),
        Column("state", LargeBinary, nullable=False),
        UniqueConstraint("tenant", "stream", "version", name="events_stream_version"),
    )
)

tracking = Table(
    "tracking",
    metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("follower", text_key(), primary_key=True),
    Column("position", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("stream", text_key(), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("topic", text_key(), nullable=False),
    Column("state", LargeBinary, nullable=False),
)
