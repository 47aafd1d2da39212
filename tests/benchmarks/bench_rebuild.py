"""Rebuilding every read model from the log while the live ones answer: events a second, equal rows, no answer missed.

`python -m tests.benchmarks.bench_rebuild 10000000` is the long run: it prints a line for each read model.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from attrs import define, field
from rich.console import Console

from adapters.database import connect
from application.projections.rows import View, generation_name
from application.projections.sessions import SESSIONS
from haberdasher.bootstrap import App, bootstrap
from haberdasher.settings import Settings
from tests.benchmarks.row import Row
from tests.benchmarks.shopping import commits
from tests.support.read_model_digest import digest_of

EVENTS = 100_000
_PER_COMMIT = 5_000
#: Parts of the lake are named after the generation that wrote them, so their list differs.
_LISTS = frozenset(["lake.parts", "lake.forgetting", "lake.leaving"])


@define
class _Asking:
    """Reads from the live generation over and over, as serving does, until it is stopped."""

    app: App
    answers: int = 0
    empty: int = 0
    _stop: threading.Event = field(init=False, factory=threading.Event)

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        some = [key for key, _ in View(self.app.read_models, "sessions").all(SESSIONS, page=50)][:50]
        thread = threading.Thread(target=self._ask, args=(some,))
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _ask(self, some: list[str]) -> None:
        while not self._stop.wait(0.02):
            found = View(self.app.read_models, "sessions").get(SESSIONS, some)
            self.answers += 1
            self.empty += len(found) < len(some)


def rebuild(home: Path, events: int, console: Console | None = None) -> list[Row]:
    """Fill a log, project it, rebuild all; return the figures."""
    settings = Settings(home=home)
    app, engine = bootstrap(settings), connect(settings.database)
    try:
        started = perf_counter()
        for commit in commits(events // _PER_COMMIT, _PER_COMMIT):
            app.log.commit(commit)
        written = perf_counter()
        app.runner.catch_up(list(app.projections.values()))
        projected = perf_counter()
        rates, differing, asking = list[float](), list[str](), _Asking(app)
        with asking.meanwhile():
            for name, projection in app.projections.items():
                live = digest_of(engine, generation_name(name, app.read_models.live(name)), leaving_out=_LISTS)
                begun = perf_counter()
                app.runner.rebuild(projection)
                rates.append(events / (perf_counter() - begun))
                again = digest_of(engine, generation_name(name, app.read_models.live(name)), leaving_out=_LISTS)
                if again != live:
                    differing.append(name)
                if console is not None:
                    console.print(f"{name:<16} {rates[-1]:>10,.0f} events/s  {'equal' if again == live else 'DIFFERS'}")
    finally:
        app.close()
        engine.dispose()
    if differing:
        raise AssertionError(f"not what they were: {', '.join(differing)}")
    if asking.empty or not asking.answers:
        raise AssertionError(f"{asking.empty} of {asking.answers} readers saw half a read model")
    one_by_one = events / sum(events / rate for rate in rates)
    return [
        Row("events written to the log", [events / (written - started)], "events/s"),
        Row("all read models together, first time", [events / (projected - written)], "events/s"),
        Row(f"all {len(rates)} rebuilt one by one, equal, readers uninterrupted", [one_by_one], "events/s"),
        Row("answers from the live ones meanwhile, none of half a model", [float(asking.answers)], "answers"),
    ]


def run() -> list[Row]:
    with TemporaryDirectory() as folder:
        return rebuild(Path(folder), EVENTS)


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        out = Console()
        for row in rebuild(Path(folder), int(sys.argv[1]), out):
            out.print(f"{row.what}: {row.median:,.0f} {row.unit}")
