"""The simulated shop with its machines, through the whole house, and how well the marks find out who they are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import sqrt
from pathlib import Path

from attrs import frozen

from adapters.bots import CrawlerList
from adapters.sources.simulation.feed import feed
from adapters.sources.simulation.season import Season
from adapters.sources.simulation.truth import Truth
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from application.projections.traffic import TrafficProjection, verdicts
from haberdasher.bootstrap import App, bootstrap
from haberdasher.cli.ingest import send_all
from haberdasher.settings import Settings

UNDECLARED = ("scraper", "rotating", "carding")
Z95 = 1.959964


@frozen
class Share:
    """`low`, `high`: Wilson's 95 % interval."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        n, p, z = self.of, self.value, Z95
        if not n:
            return 0.0, 1.0
        centre, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits} of {self.of}: {self.value:.2%} [{low:.2%}, {high:.2%}]"


@frozen
class Found:
    """`verdicts`: what each class was taken for, visitors by verdict. `rules`: which rules fired for it, visitors."""

    verdicts: Mapping[str, Counter[str]]
    rules: Mapping[str, Counter[str]]

    def share(self, classes: Sequence[str], *, taken_for: Sequence[str]) -> Share:
        """Return how many visitors of the classes were taken for one of the verdicts."""
        counts = sum((self.verdicts[one] for one in classes), Counter[str]())
        return Share(sum(counts[one] for one in taken_for), counts.total())

    @property
    def declared(self) -> Share:
        return self.share(["declared"], taken_for=["bot"])

    @property
    def undeclared(self) -> Share:
        """Flagged: a suspect's weight is a quarter, a robot's none."""
        return self.share(UNDECLARED, taken_for=["bot", "suspect"])

    @property
    def agents(self) -> Share:
        return self.share(["agent"], taken_for=["agent"])

    @property
    def wronged(self) -> Share:
        """People who are not taken for people."""
        return self.share(["human"], taken_for=["bot", "suspect", "agent"])


def shop(home: Path, season: Season) -> App:
    """Send a season through the door and project it, with the traffic."""
    app = bootstrap(Settings(home=home))
    ingested = send_all(app, feed(season), "season", lambda _: None)
    assert ingested.accepted == ingested.received, ingested
    app.canonicaliser.catch_up()
    others = [one for one in app.projections.values() if one.name != TrafficProjection.name]
    app.runner.catch_up([*others, TrafficProjection(CrawlerList())])
    return app


def found(app: App, season: Season) -> Found:
    """Compare the verdict on every visitor with what it really is."""
    truth, marks = Truth.of(season), verdicts(app.read_models)
    visitors = {session.visitor for _, session in View(app.read_models, "sessions").all(SESSIONS)}
    by_verdict: dict[str, Counter[str]] = {}
    by_rule: dict[str, Counter[str]] = {}
    for visitor in sorted(visitors):
        identifier = app.vault.reveal(visitor)
        really, mark = truth.class_of(identifier.kind, identifier.value), marks.get(visitor)
        by_verdict.setdefault(really, Counter())[mark.verdict if mark else "human"] += 1
        by_rule.setdefault(really, Counter()).update(mark.rules if mark else ())
    return Found(by_verdict, by_rule)
