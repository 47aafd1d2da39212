"""`haberdasher export`: everything that is known of one person."""

from pathlib import Path

import click
import msgspec

from application.privacy.exporting import Exporting
from haberdasher.bootstrap import App, running
from haberdasher.cli.erase import surrogate_of
from haberdasher.cli.project import project_all
from haberdasher.cli.show import err
from haberdasher.names import stored_names
from haberdasher.settings import load


@click.command()
@click.option("--customer", metavar="KIND:VALUE", required=True, help="Whom, as the shop knows them, or a surrogate.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Into this new file.")
def export(customer: str, out: Path) -> None:
    """Write a JSON document of all there is about a person: see docs/reference/export.md.

    It holds personal data in clear. Only its owner can read the file; look after it.
    """
    with running(load()) as app:
        project_all(app)
        document = exporting_of(app).export(surrogate_of(app, customer))
    out.touch(mode=0o600, exist_ok=False)
    out.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
    counts = f"{len(document['received']):,} messages, {len(document['sessions']):,} sessions"
    err.print(f"{counts}, {len(document['orders']):,} orders: {out}", markup=False)


def exporting_of(app: App) -> Exporting:
    return Exporting(
        *(app.settings.tenant, app.intake, app.log, app.read_models, app.vault, app.keyring),
        names=stored_names(app.extensions.all),
        clock=app.clock,
        policy=app.extensions.identity,
    )
