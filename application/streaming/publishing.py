"""From states to the feature store: what changed is read, packed, and put for those who serve.

The store is a copy that may lag or be lost: a process that begins to publish puts everything once, then what changes.
Values with a window are fresh until the end of their hour, others for ever: readers bring them to their own time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from math import inf

from attrs import define, field

from application.features.aging import fresh_until
from application.features.packing import Packing
from application.journal.journal import Journal
from application.projections.rows import View
from application.streaming.states import CHANGED, STATES, FeatureStates, key_of, state_key
from ports.clock import Clock
from ports.event_log import Advance, Commit, EventLog, PositionConflict, ReadModels, RowChange
from ports.feature_store import Entry, FeatureStore, Fenced, Key, Token
from ports.measures import Entity, References

#: In whose name values are put, and the follower that says how far what changed has been put.
WRITER = "features"
#: As many entities are read, packed and put at a time.
_PAGE = 500
#: For so long the catalogue is taken to be what it was.
_READ_EVERY_S = 60.0
#: After so long without anything being put, whoever was fenced takes over again.
_PATIENCE_S = 300.0


@define(eq=False)
class Publisher:
    """Made for one process. `references`: what values are read against now.

    Of two processes that publish the one that began later is believed: the other hears `Fenced` once, and puts no more
    until it sees that for minutes nobody has.
    """

    states: FeatureStates
    store: FeatureStore
    log: EventLog
    read_models: ReadModels
    clock: Clock
    references: Callable[[], References] = References
    _packings: Mapping[Entity, Packing] = field(init=False)
    _token: Token | None = field(init=False, default=None)
    _fenced: bool = field(init=False, default=False)
    _waiting: tuple[float, str] = field(init=False, default=(-inf, ""))
    _model: str = field(init=False, default="")
    _read: tuple[float, References] = field(init=False, factory=lambda: (-inf, References()))

    def __attrs_post_init__(self) -> None:
        self._packings = {entity: Packing(fold.measures) for entity, fold in self.states.folds.items()}

    def publish(self) -> int:
        """Put what changed since the last time, everything the first time and after a rebuild; return how many.

        Errors: those of the store; what was not put is put the next time, unless it was `Fenced`.
        """
        view = View(self.read_models, Journal.name)
        if self._fenced and not self._deserted(view):
            return 0
        try:
            if self._token is None or view.model != self._model:
                return self._put_all(view)
            return self._put_changed(view)
        except Fenced:
            self._fenced = True
            raise

    def _deserted(self, view: View) -> bool:
        """Tell whether what waits to be put is what waited some minutes ago; if so, begin again."""
        now = self.clock.now().timestamp()
        if now - self._waiting[0] < _PATIENCE_S:
            return False
        oldest = next((name for name, _ in view.all(CHANGED, page=1)), "")
        deserted = oldest != "" and oldest == self._waiting[1]
        self._waiting = now, oldest
        if deserted:
            self._fenced, self._token = False, None
        return deserted

    def withdraw(self) -> None:
        """Delete from the store what was erased. Whoever publishes does it again."""
        view = View(self.read_models, Journal.name)
        changed = [key_of(name) for _, names in view.all(CHANGED) for name in names]
        found = view.get(STATES, [state_key(*key) for key in changed])
        gone = [key for key in changed if state_key(*key) not in found]
        if gone:
            self.store.delete(gone)

    def _put_all(self, view: View) -> int:
        token = self.store.acquire(WRITER)
        reached = self.log.position(view.model)
        batches = {name: changed for name, changed in view.all(CHANGED) if int(name) <= reached}
        put = self._put((key_of(name) for name, _ in view.all(STATES)), view, token)
        self._put(map(key_of, {name: None for changed in batches.values() for name in changed}), view, token)
        self._token, self._model = token, view.model
        self._settle(view, list(batches))
        return put

    def _put_changed(self, view: View) -> int:
        assert self._token is not None, "acquired before"
        batches = dict(view.all(CHANGED))
        names = dict.fromkeys(name for every in batches.values() for name in every)
        put = self._put(map(key_of, names), view, self._token)
        self._settle(view, list(batches))
        return put

    def _settle(self, view: View, done: Sequence[str]) -> None:
        """Strike off what was put. Where another process was faster it is put twice, which changes nothing."""
        if not done:
            return
        at = self.log.position(WRITER)
        gone = [RowChange(view.model, CHANGED.name, name, None) for name in done]
        try:
            self.log.commit(Commit(rows=gone, advances=[Advance(WRITER, at, at + 1)]))
        except PositionConflict:
            return

    def _put(self, keys: Iterator[Key], view: View, token: Token) -> int:
        now, done = self.clock.now().timestamp(), 0
        if now - self._read[0] > _READ_EVERY_S:
            self._read = now, self.references()
        while page := list(islice(keys, _PAGE)):
            done += self._put_page(page, view, token)
        return done

    def _put_page(self, keys: Sequence[Key], view: View, token: Token) -> int:
        position = self.log.position(view.model)  # before the rows: they are of then or newer
        found = view.get(STATES, [state_key(*key) for key in keys])
        at = self.clock.now().timestamp()
        fresh = {entity: fresh_until(fold.measures, at) for entity, fold in self.states.folds.items()}
        entries: list[Entry] = []
        gone: list[Key] = []
        for key in keys:
            state = found.get(state_key(*key))
            if state is None:
                gone.append(key)
                continue
            fold, packing = self.states.folds[key[0]], self._packings[key[0]]
            until = fresh[key[0]]
            packed = packing.pack(fold.read(state, at, self._read[1]))
            entries.append(Entry(*key, position, at, packed, None if until is None else until - at))
        if gone:
            self.store.delete(gone)
        if entries:
            self.store.put(entries, token)
        return len(entries)
