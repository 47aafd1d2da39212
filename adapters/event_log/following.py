"""Positions of followers: moved exactly once, however many workers try."""

from sqlalchemy import Connection, select, text

from adapters.event_log.tables import tracking
from ports.event_log import Advance, PositionConflict

_UPSERT = (
    "INSERT INTO tracking (tenant, follower, position) VALUES (:tenant, :follower, :to)"
    " ON CONFLICT (tenant, follower) DO UPDATE SET position = excluded.position WHERE tracking.position {guard}"
    " RETURNING position"
)
_GROW = text(_UPSERT.format(guard="< excluded.position"))
_BEGIN = text(_UPSERT.format(guard="= 0"))
_MOVE = text(
    "UPDATE tracking SET position = :to WHERE tenant = :tenant AND follower = :follower AND position = :expected"
    " RETURNING position"
)


def position_of(connection: Connection, tenant: str, follower: str) -> int | None:
    """Return the position, None if the follower never committed."""
    found = select(tracking.c.position).where(tracking.c.tenant == tenant, tracking.c.follower == follower)
    return connection.execute(found).scalar_one_or_none()


def advance(connection: Connection, tenant: str, step: Advance) -> None:
    """Compare and set. A racing worker waits here for the other's commit, and then fails: `PositionConflict`."""
    parameters = {"tenant": tenant, "follower": step.follower, "expected": step.expected, "to": step.to}
    statement = _MOVE if step.expected else _BEGIN
    if connection.execute(statement, parameters).first() is None:
        raise PositionConflict(f"{step.follower} is no longer at {step.expected}")


def grow(connection: Connection, tenant: str, follower: str, to: int) -> bool:
    """Move forward only, the library's rule; return False if the follower is at or beyond `to` already."""
    return connection.execute(_GROW, {"tenant": tenant, "follower": follower, "to": to}).first() is not None
