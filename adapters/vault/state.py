"""The row that all processes of a tenant ask before they believe what they remember of its vault."""

from attrs import frozen
from sqlalchemy import Connection, Engine, bindparam, select, text, update

from adapters.database import fetch, write
from adapters.vault.pepper import check_pepper, pepper_id
from adapters.vault.tables import vaults

_FETCH = {
    "sqlite": "SELECT pepper_id, changes FROM vaults WHERE tenant = :tenant",
    "postgresql": "SELECT pepper_id, changes FROM vaults WHERE tenant = %(tenant)s",
}
_BEGIN = text(
    "INSERT INTO vaults (tenant, pepper_id, changes) VALUES (:tenant, :pepper_id, 0) ON CONFLICT (tenant) DO NOTHING"
)
_PEPPER = select(vaults.c.pepper_id).where(vaults.c.tenant == bindparam("tenant"))


@frozen
class VaultState:
    """`changes` counts the times that surrogates were forgotten. It never falls."""

    pepper_id: bytes
    changes: int


def begun(engine: Engine, tenant: str, pepper: bytes) -> VaultState:
    """Return the state, after making it with this pepper where there was none. Processes may race."""
    if not (rows := fetch(engine, _FETCH, {"tenant": tenant})):
        with write(engine) as connection:
            connection.execute(_BEGIN, {"tenant": tenant, "pepper_id": pepper_id(pepper)})
        rows = fetch(engine, _FETCH, {"tenant": tenant})
    return VaultState(*rows[0])


def hold_pepper(connection: Connection, tenant: str, ours: bytes) -> None:
    """Check the pepper and keep it as it is until the transaction ends. Errors: `PepperRefused`."""
    check_pepper(connection.execute(_PEPPER.with_for_update(read=True), {"tenant": tenant}).scalar_one(), ours)


def take_pepper(connection: Connection, tenant: str) -> bytes:
    """Return the id of the pepper, empty if none is known; until the transaction ends nobody creates a surrogate."""
    connection.execute(_BEGIN, {"tenant": tenant, "pepper_id": b""})
    pepper: bytes = connection.execute(_PEPPER.with_for_update(), {"tenant": tenant}).scalar_one()
    return pepper


def change_pepper(connection: Connection, tenant: str, new: bytes) -> None:
    connection.execute(update(vaults).where(vaults.c.tenant == tenant).values(pepper_id=new))


def count_change(connection: Connection, tenant: str) -> None:
    connection.execute(update(vaults).where(vaults.c.tenant == tenant).values(changes=vaults.c.changes + 1))
