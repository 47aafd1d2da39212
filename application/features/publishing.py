"""From states to the feature store: what changed is read, packed, and put for those who serve.

The store is a copy that may lag or be lost: a process that begins to publish puts everything once, then what changes.
Values with a window are fresh until the end of their hour, others for ever: readers bring them to their own time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from attrs import define, field

from application.features.aging import fresh_until
from application.features.packing import Packing
from application.features.states import STATES, FeatureStates, state_key
from application.journal.journal import Journal
from application.projections.rows import View
from ports.clock import Clock
from ports.event_log import EventLog, ReadModels
from ports.feature_store import Entry, FeatureStore, Key, Token
from ports.measures import ENTITIES, Entity, References

WRITER = "features"
#: As many entities are read, packed and put at a time.
_PAGE = 500


@define(eq=False)
class Publisher:
    """Made for one process. `references`: what values are read against now.

    Of two processes that publish the one that began later is believed; the other gets `Fenced`, and should end.
    """

    states: FeatureStates
    store: FeatureStore
    log: EventLog
    read_models: ReadModels
    clock: Clock
    references: Callable[[], References] = References
    _packings: Mapping[Entity, Packing] = field(init=False)
    _token: Token | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self._packings = {entity: Packing(fold.measures) for entity, fold in self.states.folds.items()}

    def publish(self) -> int:
        """Put what changed since the last time, everything the first time; return how many entities were put.

        Errors: those of the store; what was not put is put the next time.
        """
        if self._token is None:
            token = self.store.acquire(WRITER)
            self.states.touched.clear()
            put = self._put(self._all(), token)
            self._token = token
            return put
        taken = dict(self.states.touched)
        self.states.touched.clear()
        try:
            return self._put(iter(taken), self._token)
        except BaseException:
            self.states.touched |= taken
            raise

    def _all(self) -> Iterator[Key]:
        known: Mapping[str, Entity] = {one: one for one in ENTITIES}
        for name, _ in View(self.read_models, Journal.name).all(STATES):
            entity, _, key = name.partition("/")
            yield known[entity], key

    def _put(self, keys: Iterator[Key], token: Token) -> int:
        references, done = self.references(), 0
        while page := list(islice(keys, _PAGE)):
            done += self._put_page(page, references, token)
        return done

    def _put_page(self, keys: Sequence[Key], references: References, token: Token) -> int:
        view = View(self.read_models, Journal.name)
        position = self.log.position(view.model)  # before the rows: they are of then or newer
        found = view.get(STATES, [state_key(*key) for key in keys])
        at = self.clock.now().timestamp()
        entries: list[Entry] = []
        gone: list[Key] = []
        for key in keys:
            state = found.get(state_key(*key))
            if state is None:
                gone.append(key)
                continue
            fold, packing = self.states.folds[key[0]], self._packings[key[0]]
            until = fresh_until(fold.measures, at)
            packed = packing.pack(fold.read(state, at, references))
            entries.append(Entry(*key, position, at, packed, None if until is None else until - at))
        if gone:
            self.store.delete(gone)
        if entries:
            self.store.put(entries, token)
        return len(entries)
