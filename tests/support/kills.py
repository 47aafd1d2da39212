"""Start a worker in a process of its own and kill it at a moment of our choosing."""

import threading
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

#: Each worker is forked from a process that has imported everything: a kill then takes a fraction of a second.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.support.intake_worker", "tests.support.pipeline_worker"])


def run_and_kill(work: Callable[..., Any], arguments: tuple[Any, ...], after: float) -> list[int]:
    """Run `work(*arguments, answers)`, SIGKILL it `after` seconds from ready; return the numbers it sent.

    The worker sends None when it is ready, then one number for each thing that it acknowledges.
    """
    answers, theirs = PROCESSES.Pipe(duplex=False)
    worker = PROCESSES.Process(target=work, args=(*arguments, theirs), daemon=True)
    worker.start()
    theirs.close()
    assert answers.recv() is None
    killer = threading.Timer(after, worker.kill)
    killer.start()
    acknowledged = []
    with answers:
        try:
            while True:
                acknowledged.append(answers.recv())
        except (EOFError, OSError):
            killer.join()
    worker.join()
    assert worker.exitcode == -9
    return acknowledged
