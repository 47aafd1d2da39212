"""`haberdasher noise`: what was marked, by which rules, and what it weighs."""

from datetime import UTC, datetime

import click

from application.projections.noise import Noise
from haberdasher.bootstrap import running
from haberdasher.cli.show import answer, json_option, out, table
from haberdasher.settings import load

#: What the rules look for, in a word.
RULES = {
    "B1": "known program",
    "B2": "too many at once",
    "B3": "pace of a clock",
    "B4": "everything, unread",
    "B5": "never sleeps",
    "B6": "grabs or tries cards",
    "B7": "in a trap",
    "B8": "shops for somebody",
}


@click.command()
@json_option
def noise(as_json: bool) -> None:
    """Show the marks: robots, slips, bounces, carts left behind, bulk orders, strange periods.

    A mark never changes what is stored. Other rules are another version: `haberdasher project --rebuild traffic`.
    """
    with running(load()) as app:
        found = Noise.read(app.read_models, app.extensions.noise)
    if as_json:
        answer(found)
        return
    _show(found)


def _show(found: Noise) -> None:
    out.print(f"Rules [bold]{', '.join(found.rule_versions)}[/bold], {found.visits:,} visits")
    rows = [
        (
            one.verdict,
            one.visitors,
            ", ".join(f"{rule} {RULES[rule]}: {count:,}" for rule, count in one.rules.items()),
            one.behaviour,
            one.orders,
        )
        for one in found.verdicts
    ]
    table("Visitors", ("verdict", "visitors", "rules that fired", "behaviour weighs", "orders weigh"), rows)
    touches = [(one.mark, one.count, one.weight) for one in found.clicks]
    table("Touches", ("mark", "touches", "weight"), touches)
    rest = [
        ("bounces", found.bounces, "in no sequence"),
        *((f"carts left behind, {one.mark}", one.count, f"weight {one.weight}") for one in found.carts),
        *((f"bulk orders by {one.mark}", one.count, "nobody's taste") for one in found.bulk_orders),
    ]
    table("Sessions and orders", ("mark", "count", "means"), rest)
    periods = [(one.kind, _hour(one.begin), _hour(one.end), one.z, one.name) for one in found.periods]
    table("Periods", ("kind", "from", "to", "robust z", "name"), periods)


def _hour(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"
