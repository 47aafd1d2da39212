"""`haberdasher release`: what has been published."""

import click

from haberdasher.bootstrap import running
from haberdasher.cli.show import answer, fail, json_option, out, table
from haberdasher.settings import load


@click.group()
def release() -> None:
    """List releases, or show one."""


@release.command("list")
@json_option
def list_releases(as_json: bool) -> None:
    """List all complete releases with a good signature, oldest first."""
    with running(load()) as app:
        manifests = app.releases.list()
    if as_json:
        answer(manifests)
        return
    rows = [(one.release_id, one.model, f"{one.created_at:%Y-%m-%d %H:%M}", one.data_to) for one in manifests]
    table("Releases", ("release", "model", "published (UTC)", "events up to"), rows)


@release.command("show")
@click.argument("release_id")
@json_option
def show(release_id: str, as_json: bool) -> None:
    """Show the signed manifest of a release, after verifying every file of it."""
    with running(load()) as app:
        try:
            manifest = app.releases.open(release_id).manifest
        except KeyError:
            raise fail(f"no release is called {release_id!r}; see `haberdasher release list`") from None
    if as_json:
        answer(manifest)
        return
    rows = [
        ("model", manifest.model),
        ("published", manifest.created_at.isoformat()),
        ("events", f"{manifest.data_from:,} to {manifest.data_to:,}"),
        ("feature schema", manifest.feature_schema),
        ("code", manifest.code_version),
    ]
    table(f"Release {manifest.release_id}", ("", ""), rows)
    table("Metrics", ("metric", "value"), [(name, f"{value:.4f}") for name, value in manifest.metrics.items()])
    table("Files", ("file", "SHA-256"), sorted(manifest.files.items()))
    out.print("Signature and digests verified.")
