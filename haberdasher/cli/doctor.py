"""`haberdasher doctor`: says whether this installation is safe to use."""

import sys
from collections import Counter
from collections.abc import Iterator

import click
from attrs import asdict, frozen

from adapters.broker import BrokerUnusable
from adapters.database import connect, safety
from application.intake.reconciliation import Reconciling
from haberdasher.bootstrap import App, running
from haberdasher.bus import doubts
from haberdasher.cli.show import answer, json_option, table
from haberdasher.secret_settings import read_secrets
from haberdasher.settings import Settings, load
from ports.feature_store import StoreUnavailable


@frozen
class Finding:
    """`level`: ok, warning (works, but not for production) or unsafe (events or secrets could be lost)."""

    level: str
    what: str
    remedy: str = ""


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at secrets, the durability of both databases, the hash chain and the projections."""
    secrets = read_secrets(settings)
    settings.home.mkdir(parents=True, exist_ok=True)  # with secrets of its own nothing has made it yet
    if secrets.generated:
        remedy = "set HABERDASHER_MASTER_KEY, _PEPPER and _SIGNING_KEY, and keep copies apart from the data"
        yield Finding("warning", f"secrets were made by us below {settings.home / 'secrets'}", remedy)
    else:
        yield Finding("ok", "secrets come from the environment")
    if settings.database == settings.keys:
        yield Finding("unsafe", "keys lie in the database that they open", "give keys_url a database of its own")
    for name, url in (("database", settings.database), ("keys", settings.keys)):
        engine = connect(url)
        for trouble, remedy in safety.troubles(engine):
            yield Finding("unsafe", f"{name}: {trouble}", remedy)
        yield Finding("ok", f"{name}: reachable at {engine.url.render_as_string(hide_password=True)}")
        engine.dispose()
    with running(settings) as app:
        broken = app.intake.verify()
        if broken is None:
            yield Finding("ok", f"intake hash chain holds over {app.intake.head():,} positions")
        else:
            yield Finding("unsafe", f"intake hash chain breaks at position {broken}", "restore from a backup")
        for status in map(app.runner.status, app.projections.values()):
            if status.lag:
                yield Finding("warning", f"{status.name} is {status.lag:,} events behind", "run `haberdasher project`")
        yield Finding("ok", f"{len(app.releases.list())} complete releases")
        if settings.feature_store:
            yield _feature_store(app)
        for one in app.extensions.all:
            yield Finding("ok", f"extension {one.name}: {', '.join(event.name for event in one.canonical)}")
        yield from _reconciled(app)


def _feature_store(app: App) -> Finding:
    """Say whether values can be put where the setting says."""
    try:
        app.feature_store.get([("product", "doctor")], app.clock.now().timestamp())
    except StoreUnavailable as error:
        return Finding("warning", f"feature store: {error}", "nothing is put until it answers; then everything is")
    return Finding("ok", "feature store: reachable")


def _reconciled(app: App) -> Iterator[Finding]:
    """Every arrival is a fact, waits in the quarantine, or says why it is neither."""
    hours = Reconciling(
        app.settings.tenant,
        app.intake,
        app.log,
        app.read_models,
        app.vault,
        app.keyring,
        app.sources,
        app.ids,
        app.reader,
    ).hours()
    for one in hours:
        if one.lost:
            what = (
                f"{len(one.lost):,} of {one.received:,} arrivals of {one.source} in the hour of {one.hour:%Y-%m-%dT%H}Z"
            )
            remedy = (
                "their bytes are in the intake log; restore the event log from a backup, then `haberdasher project`"
            )
            yield Finding("unsafe", f"{what} left no trace, the first at position {one.lost[0]}", remedy)
    fates = Counter[str]()
    for one in hours:
        fates.update(one.fates)
    told = ", ".join(f"{count:,} {fate}" for fate, count in fates.items() if count) or "nothing came in"
    yield Finding("ok", f"{fates.total():,} arrivals: {told}")


def broker_findings(url: str) -> Iterator[Finding]:
    """Say which settings of a broker can lose what it has confirmed."""
    try:
        told = doubts(url)
    except BrokerUnusable as error:
        yield Finding("unsafe", f"broker: {error}", "give --broker the URL of one that runs")
        return
    for doubt in told:
        yield Finding("warning", f"broker: {doubt}", "see docs/reference/messages.md")
    if not told:
        yield Finding("ok", "broker: nothing that it shows is unsafe")


@click.command()
@click.option(
    "--broker", default="", metavar="URL", help="Also look at a broker: nats://, redis://, amqp://, kafka://."
)
@json_option
def doctor(broker: str, as_json: bool) -> None:
    """Name unsafe settings, verify the hash chain and say what is behind. Exit code 1 if anything is unsafe."""
    found = [*findings(load()), *(broker_findings(broker) if broker else ())]
    if as_json:
        answer([asdict(one) for one in found])
    else:
        table("Doctor", ("level", "what", "remedy"), [(one.level, one.what, one.remedy) for one in found])
    if any(one.level == "unsafe" for one in found):
        sys.exit(1)
