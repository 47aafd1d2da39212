"""`haberdasher features watch` and `health`: whether what comes in, and what is made of it, is as it was."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import click
from attrs import asdict

from application.features.health import Health
from application.watch.sampling import Sample
from application.watch.watching import Watch
from application.watch.watching import watch as watched
from domain.feed.policy import Alarm
from haberdasher.bootstrap import App, running
from haberdasher.cli.show import answer, fail, json_option, out, table
from haberdasher.feature_store import references_now
from haberdasher.settings import load

despite_drift_option = click.option(
    "--despite-drift", is_flag=True, help="Learn although what comes in is out of the ordinary."
)
_FEED = "feed"


def look(app: App) -> Watch:
    """Bring the read model of the feed up to date, so that what waits is not taken for silence; return what it says."""
    app.canonicaliser.catch_up()
    app.runner.catch_up([app.projections[_FEED]])
    planned = app.extensions.noise.periods.planned
    return watched(app.read_models, app.clock.now().timestamp(), planned=planned)


def refuse_drift(app: App) -> None:
    """Stop training while an alarm is open on a source: all of them are learned from. Errors: exit code 1."""
    if alarms := look(app).alarms:
        said = "; ".join(f"{one.source}: {in_words(one)}" for one in alarms[:3])
        more = f" and {len(alarms) - 3} more" if len(alarms) > 3 else ""  # as many as were said
        raise fail(
            f"training is blocked: {said}{more}; look at `haberdasher features watch`, "
            "or learn all the same with --despite-drift"
        )


def in_words(alarm: Alarm) -> str:
    """Return what is wrong in a line."""
    share = alarm.kind in {"nulls", "mix"} and "PSI" not in alarm.what
    low, high, seen = (f"{one:.1%}" if share else f"{one:,.2f}".removesuffix(".00") for one in _figures(alarm))
    what = {"silent": "nothing comes in", "volume": "volume", "nulls": f"{alarm.what} is empty"}
    said = what.get(alarm.kind, f"share of {alarm.what}")
    return f"{said}: {seen} in {alarm.window_s // 60} min, expected {low} to {high}, since {_time(alarm.since)}"


def _figures(alarm: Alarm) -> tuple[float, float, float]:
    return alarm.low, alarm.high, alarm.seen


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}Z"


@click.command()
@json_option
def watch(as_json: bool) -> None:
    """Hold volume, event mix and empty fields of every source against the last 14 days. Exit code 1 if any is out.

    A source without seven days of history, and imported history, is held against nothing.
    """
    with running(load()) as app:
        found = look(app)
    if as_json:
        answer({"alarms": [asdict(one) for one in found.alarms], "sources": [asdict(one) for one in found.sources]})
    else:
        rows = [(one.source, one.clock, one.known_days, _time(one.newest), one.said) for one in found.sources]
        table("Sources", ("source", "clock", "known days", "came in until", "not watched"), rows)
        if found.alarms:
            table("Alarms", ("source", "kind", "what"), [(one.source, one.kind, in_words(one)) for one in found.alarms])
        else:
            out.print("Calm: nothing is out of its band")
    if found.alarms:
        sys.exit(1)


@click.command("health")
@click.option("--sample", default=1000, show_default=True, type=click.IntRange(1), help="Of how many customers.")
@json_option
def show_health(sample: int, as_json: bool) -> None:
    """Say of each customer feature how many have no value, what the values are, and how old what they are made of."""
    with running(load()) as app:
        found = Sample(app.read_models, app.measures, partial(references_now, app.read_models), size=sample).health(
            app.clock.now().timestamp()
        )
    if as_json:
        answer([asdict(one) for one in found])
    else:
        show(found)


def show(found: Sequence[Health]) -> None:
    """Print a line for each feature."""
    columns = ("feature", "of", "asked", "no value", "outside", "at low", "at high", "least", "median", "most", "age")
    rows = []
    for one in found:
        shares = (f"{share:.1%}" for share in (one.null, one.outside, one.at_low, one.at_high))
        figures = ("" if number is None else f"{number:,.2f}" for number in (one.least, one.median, one.most))
        age = "" if one.age_s is None else f"{one.age_s / 3600:,.1f} h"
        rows.append((one.feature, one.entity, one.asked, *shares, *figures, age))
    table(f"Health of {len(found)} features", columns, rows)
