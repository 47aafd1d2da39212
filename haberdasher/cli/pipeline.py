"""`haberdasher work pipeline`: the work behind doors that only collect."""

import signal
import threading

import click
from sqlalchemy.exc import InterfaceError, OperationalError

from haberdasher.bootstrap import App, running
from haberdasher.cli.show import err
from haberdasher.settings import load

_PAUSE_S = 0.05
_AFTER_TROUBLE_S = 1.0


@click.command()
def pipeline() -> None:
    """Turn what comes in into facts, and facts into read models, until Ctrl-C or SIGTERM."""
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    with running(load()) as app:
        err.print("working; Ctrl-C ends it")
        rounds = _work(app, ending)
        err.print(f"ended after {rounds:,} rounds; {app.live.work.waiting():,} arrivals wait")


def _work(app: App, ending: threading.Event) -> int:
    """Do rounds until told to end. A database that does not answer is waited for: nothing is lost meanwhile."""
    rounds, reached = 0, -1
    while not ending.is_set():
        try:
            position = app.live.work.round()
        except (OperationalError, InterfaceError, OSError) as error:
            err.print(f"waiting for the database: {error}")
            ending.wait(_AFTER_TROUBLE_S)
            continue
        rounds += 1
        if position == reached:
            ending.wait(_PAUSE_S)
        reached = position
    return rounds
