"""`haberdasher secrets`: new ones in the place of old ones."""

from collections.abc import Mapping

import click

from adapters.database import connect
from adapters.vault import EnvelopeKeyring, Rotated, SqlKeyStore, rewrite, rotate_pepper, vault_tenants
from haberdasher.cli.show import answer, json_option, out, progress, table
from haberdasher.secret_settings import coming_pepper, read_secrets
from haberdasher.settings import Settings, load
from ports.models import Progress


@click.group()
def secrets() -> None:
    """Rotate the secrets that the vault is built on."""


@secrets.command("rotate-pepper")
@json_option
def rotate(as_json: bool) -> None:
    """Digest all identifiers, of every tenant, under a new pepper. They keep their surrogates: no event changes.

    Where HABERDASHER_PEPPER (or _FILE) is set, it names the new one; the old one is not needed. Otherwise a new one is
    made, which takes the old one's place below `home`. Processes that run with the old pepper refuse to work from then
    on: restart them. If this was interrupted, run it again.
    """
    with progress("rotate") as report:
        rotated = rotate_everywhere(load(), report)
    if as_json:
        answer(rotated)
        return
    table(
        "Rotated",
        ("tenant", "identifiers", "lost"),
        [(name, one.identifiers, one.lost) for name, one in rotated.items()],
    )
    if any(one.lost for one in rotated.values()):
        out.print("lost: their keys had been destroyed; nobody can know whom they meant, so their rows were deleted.")
    if any(one.identifiers for one in rotated.values()):
        out.print("Restart what runs with the old pepper.")
    else:
        out.print("No identifier needed it. Where HABERDASHER_PEPPER is set, set it to a new one first.")


def rotate_everywhere(settings: Settings, report: Progress) -> Mapping[str, Rotated]:
    """Rotate the vault of every tenant of this installation, and leave no old digest on the disk.

    Idempotent; what was interrupted goes on.
    """
    master_key = read_secrets(settings).master_key
    engine = connect(settings.keys)

    def rotated(tenant: str, pepper: bytes) -> Rotated:
        keyring = EnvelopeKeyring(SqlKeyStore(engine, tenant), tenant, master_key)
        return rotate_pepper(engine, tenant, keyring, pepper, lambda done, total: report(done, total, tenant))

    try:
        with coming_pepper(settings) as pepper:
            found = {tenant: rotated(tenant, pepper) for tenant in vault_tenants(engine)}
        rewrite(engine)
    finally:
        engine.dispose()
    return found
