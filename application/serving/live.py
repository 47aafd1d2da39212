"""The house at work behind a server: what came in is canonicalised and projected at once, and new releases are opened.

One thread does it all; requests only read what it has put in place. Whoever must see what was just written waits for
the intake position that the door has answered with.
"""

import threading
from collections.abc import Callable
from time import monotonic

from attrs import define, field

from application.index_gate import RecallTooLow
from application.serving.shelf import Shelf
from application.serving.stack import Makers, Stack, dynamics_of, open_stack
from application.work import Work
from ports.artifacts import ReleaseRefused, Releases
from ports.clock import Clock
from ports.event_log import ReadModels


@define(eq=False)
class Live:
    """`every`: seconds between two looks when nobody knocks. `look_for_releases`: seconds between two looks for those.

    `refresh_popularity`: seconds after which what moves with every event is read again, as training reads it.

    `failed` is told (what, error) of whatever went wrong; the thread goes on with the next round.
    """

    work: Work
    shelf: Shelf
    releases: Releases
    make: Makers
    read_models: ReadModels
    clock: Clock
    failed: Callable[[str, Exception], None] = field(default=lambda _what, _error: None)
    every: float = 0.25
    look_for_releases: float = 2.0
    refresh_popularity: float = 300.0
    stack: Stack | None = field(init=False, default=None)
    _reached: int = field(init=False, default=0)
    _knocked: bool = field(init=False, default=False)
    _closed: bool = field(init=False, default=False)
    _changed: threading.Condition = field(init=False, factory=threading.Condition)
    _working: threading.Lock = field(init=False, factory=threading.Lock)
    _thread: threading.Thread | None = field(init=False, default=None)
    _looked_at: float = field(init=False, default=float("-inf"))
    _popular_at: float = field(init=False, factory=monotonic)
    _refused: set[str] = field(init=False, factory=set)
    _new_products: bool = field(init=False, default=False)

    def start(self) -> None:
        """Do a first round, so that the first request finds everything in place, then go on in a thread."""
        self.round()
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish the round that is under way and stop. Idempotent."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def knock(self) -> None:
        """Say that something came in."""
        with self._changed:
            self._knocked = True
            self._changed.notify_all()

    def wait_for(self, intake_position: int, timeout: float = 0.25) -> bool:
        """Wait until everything up to an intake position is projected; tell whether it was in time."""
        self.knock()
        with self._changed:
            return self._changed.wait_for(lambda: self._reached >= intake_position, timeout=timeout)

    def serving(self) -> Stack:
        """Return what is served from now. Errors: `RuntimeError` before the first round."""
        if self.stack is None:
            raise RuntimeError("start() has not been called")
        return self.stack

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def round(self) -> None:
        """Bring everything up to date once. Safe to call from any thread; raises what went wrong."""
        with self._working:
            now = self.clock.now()
            reached = self.work.round()
            changed = self.shelf.refresh(now)
            self._new_products = self._new_products or bool(changed)
            if self.stack is not None:
                self.stack.restock(self.shelf, changed)
                if monotonic() - self._popular_at > self.refresh_popularity:
                    self.stack.dynamics = dynamics_of(self.stack.vocabulary, self.read_models, now.timestamp())
                    self._popular_at = monotonic()
            self._open_newest()
        with self._changed:
            self._reached = max(self._reached, reached)
            self._changed.notify_all()

    def _open_newest(self) -> None:
        """Open a release that was published since; one that cannot be opened is reported, and the old one serves on.

        Where there is none to open, what is listed is served by popularity; new listings then need another look.
        """
        if self.stack is not None and monotonic() - self._looked_at < self.look_for_releases:
            return
        self._looked_at = monotonic()
        newest = next((one for one in reversed(self.releases.list()) if one.release_id not in self._refused), None)
        serving = self.stack.release_id if self.stack else None
        if newest is None and (serving is None or (serving == "" and self._new_products)):
            self._new_products = False
            self.stack = open_stack(None, self.make, self.shelf, self.read_models, self.clock.now().timestamp())
        if newest is None or newest.release_id == serving:
            return
        try:
            release = self.releases.open(newest.release_id)
            self.stack = open_stack(release, self.make, self.shelf, self.read_models, self.clock.now().timestamp())
        except (ReleaseRefused, RecallTooLow, ValueError, LookupError, OSError) as error:
            self._refused.add(newest.release_id)
            self._looked_at = float("-inf")
            self.failed("release", error)
            if self.stack is None:
                self._open_newest()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._knocked, timeout=self.every)
                if self._closed:
                    return
                self._knocked = False
            try:
                self.round()
            except Exception as error:  # noqa: BLE001 - the thread must live: it is told, and tried again
                self.failed("round", error)
