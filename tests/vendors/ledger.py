"""What a client says it sent, against what the house has of it."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from application.projections.quarantine import waiting
from haberdasher.bootstrap import App, bootstrap
from haberdasher.settings import Settings


@frozen
class Ledger:
    """`sent`: ids and names that a client was handed. `names`: canonical names by how many facts came of them."""

    vendor: str
    sent: Sequence[tuple[str, str]]
    stored: frozenset[str]
    quarantined: Counter[str]
    names: Counter[str]

    def show(self) -> str:
        kept = sum(self.quarantined.values())
        lines = [
            f"{self.vendor}: sent {len(self.sent)}, stored {len(self.stored)}, quarantined {kept}",
            f"  facts: {', '.join(f'{count} {name}' for name, count in sorted(self.names.items()))}",
            f"  quarantined: {', '.join(f'{count} {reason}' for reason, count in sorted(self.quarantined.items()))}",
        ]
        return "\n".join(lines)


def ledger_of(vendor: str, home: Path, sent: Sequence[tuple[str, str]]) -> Ledger:
    """Read a home that no server holds any more, after everything in it was canonicalised and projected."""
    app = bootstrap(Settings(home=home))
    try:
        app.live.work.round()
        return _ledger(app, vendor, sent)
    finally:
        app.close()


def _ledger(app: App, vendor: str, sent: Sequence[tuple[str, str]]) -> Ledger:
    records = app.intake.follow(after=0, limit=1_000_000)
    stored = frozenset(one.arrival.source_event_id for one in records if one.arrival.source == vendor)
    facts = Counter(
        type(one.event).__name__
        for one in app.log.follow(after=0, limit=1_000_000)
        if one.metadata.envelope is not None and one.metadata.envelope.source == vendor
    )
    aside = Counter(one.reason for one in waiting(app.read_models, source=vendor))
    return Ledger(vendor, sent, stored, aside, facts)
