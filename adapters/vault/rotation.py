"""A new pepper for a vault: same identifiers, same surrogates, other digests."""

from collections.abc import Callable, Iterator, Sequence

from attrs import frozen
from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, select, union, update

from adapters.database import create_tables, read, write
from adapters.vault.disk import sweep
from adapters.vault.pepper import digest, pepper_id
from adapters.vault.sql_vault import seal_context
from adapters.vault.state import change_pepper, take_pepper
from adapters.vault.tables import identifiers as table
from adapters.vault.tables import vault_metadata, vaults
from ports.vault import Identifier, Keyring

_PAGE = 5_000

_REHASH = (
    update(table)
    .where(table.c.tenant == bindparam("of_tenant"), table.c.surrogate == bindparam("of_surrogate"))
    .values(digest=bindparam("new_digest"))
)


@frozen
class Rotated:
    """`lost`: rows whose key is gone. Nobody can know whom they meant, so they were deleted."""

    identifiers: int = 0
    lost: int = 0


def vault_tenants(engine: Engine) -> Sequence[str]:
    """Return the tenants that have a vault here."""
    create_tables(engine, vault_metadata)
    with read(engine) as connection:
        return sorted(connection.execute(union(select(vaults.c.tenant), select(table.c.tenant))).scalars())


def rotate_pepper(
    engine: Engine, tenant: str, keyring: Keyring, pepper: bytes, report: Callable[[int, int], None]
) -> Rotated:
    """Digest every identifier of a tenant under a new pepper, in one transaction: a kill leaves all or nothing.

    Idempotent: a vault that has this pepper already is left alone. The old one is not needed, as values are sealed by
    `keyring`; for the same reason what is sealed stays as it is. Meanwhile nobody else can create surrogates, and
    afterwards every vault with the old pepper refuses to work. `report` is called with (done, total) after each page.
    """
    done = lost = 0
    with write(engine) as connection:
        if take_pepper(connection, tenant) == pepper_id(pepper):
            return Rotated()
        total = connection.execute(select(func.count()).where(table.c.tenant == tenant)).scalar_one()
        for rows in _pages(connection, tenant):
            surrogates = [row.surrogate for row in rows]
            contexts = [seal_context(surrogate) for surrogate in surrogates]
            values = keyring.unseal(surrogates, [row.sealed for row in rows], contexts)
            kept = [
                {
                    "of_tenant": tenant,
                    "of_surrogate": row.surrogate,
                    "new_digest": digest(pepper, tenant, Identifier(row.kind, value.decode())),
                }
                for row, value in zip(rows, values, strict=True)
                if value is not None
            ]
            if kept:
                connection.execute(_REHASH, kept)
            if gone := [one for one, value in zip(surrogates, values, strict=True) if value is None]:
                connection.execute(delete(table).where(table.c.tenant == tenant, table.c.surrogate.in_(gone)))
            done, lost = done + len(kept), lost + len(gone)
            report(done + lost, total)
        change_pepper(connection, tenant, pepper_id(pepper))
    sweep(engine)
    return Rotated(done, lost)


def _pages(connection: Connection, tenant: str) -> Iterator[Sequence[Row[str, str, bytes]]]:
    after = ""
    while rows := connection.execute(
        select(table.c.surrogate, table.c.kind, table.c.sealed)
        .where(table.c.tenant == tenant, table.c.surrogate > after)
        .order_by(table.c.surrogate)
        .limit(_PAGE)
    ).all():
        yield rows
        after = rows[-1].surrogate
