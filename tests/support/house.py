"""A whole house wired over a temporary folder, as `bootstrap` wires it, with two history sources declared."""

from collections.abc import Sequence
from pathlib import Path

from application.intake.door import Answer
from application.projections.identity import IDENTIFIERS
from application.projections.rows import View
from domain.taxonomy.source import Declaration
from haberdasher.bootstrap import App, bootstrap
from haberdasher.settings import Settings
from ports.event_log import ReadModels

#: What the shop's trackers and its order system declare.
SOURCES = {
    "web": Declaration(name="web", clock="backfill"),
    "oms": Declaration(name="oms", clock="backfill", authority="server", delay_s=60, legal_basis="contract"),
    "live": Declaration(name="live"),
}


def house(home: Path, database_url: str = "") -> App:
    return bootstrap(Settings(home=home, database_url=database_url, batch=100, sources=SOURCES))


def receive(app: App, source: str, bodies: Sequence[bytes], batch_id: str = "batch-1") -> Sequence[Answer]:
    """Send a batch through the door and bring everything behind it up to date."""
    answers = app.door.receive(source, bodies, batch_id=batch_id)
    app.canonicaliser.catch_up()
    app.runner.catch_up(list(app.projections.values()))
    return answers


def person_of(read_models: ReadModels, surrogate: str) -> str | None:
    """Return the person that the identity read model says an identifier is of."""
    known = View(read_models, "identity").one(IDENTIFIERS, surrogate)
    return None if known is None else known.person
