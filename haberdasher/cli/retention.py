"""`haberdasher retention`: what was sent is not kept for longer than the policy says."""

import click

from adapters.database import connect
from adapters.vault import rewrite
from application.privacy.retention import NotYetRead, Outlived, Policy, Retention
from haberdasher.bootstrap import KEYS_KEPT, App, running
from haberdasher.cli.show import answer, fail, json_option, out, table
from haberdasher.settings import load


@click.command()
@click.option("--dry-run", is_flag=True, help="Say which days would go, and destroy nothing.")
@json_option
def retention(dry_run: bool, as_json: bool) -> None:
    """Destroy the keys of days whose raw events are older than `raw_days` and `nameless_days`. Run it once a day.

    The bytes stay and cannot be opened by anybody, ever again: neither to export them nor to let them out of the
    quarantine. Facts, the hash chain and the recognition of duplicates are not touched.
    """
    with running(load()) as app:
        keeping = retention_of(app)
        try:
            days = keeping.outlived() if dry_run else keeping.enforce()
        except NotYetRead as error:
            raise fail(str(error)) from None
        policy = keeping.policy
        if not dry_run and (days.raw or days.nameless):
            _rewrite_keys(app)
    if as_json:
        answer(days)
        return
    _show(days, policy, dry_run=dry_run)


def retention_of(app: App) -> Retention:
    policy = Policy(app.settings.raw_days, app.settings.nameless_days, KEYS_KEPT)
    return Retention(policy, app.intake, app.log, app.keyring, app.idempotency, app.clock)


def _rewrite_keys(app: App) -> None:
    """Copies of a key may be left in the gaps of a file after it was destroyed."""
    engine = connect(app.settings.keys)
    try:
        rewrite(engine)
    finally:
        engine.dispose()


def _show(days: Outlived, policy: Policy, *, dry_run: bool) -> None:
    rows = [
        (what, limit, len(gone), gone[0] if gone else "", gone[-1] if gone else "")
        for what, limit, gone in (
            ("about somebody", policy.raw_days, days.raw),
            ("about nobody known", policy.nameless_days, days.nameless),
        )
    ]
    title = "Would be destroyed" if dry_run else "Destroyed"
    table(title, ("raw events", "kept for days", "days gone", "from", "to"), rows)
    if dry_run and (days.raw or days.nameless):
        out.print("Nothing was destroyed. Without --dry-run, there is no way back.")
