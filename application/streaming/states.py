"""Streaming features: the state of every entity's measures, kept as observations come, in one commit with the journal.

What is new is added. Where an observation takes the place of an older one, the customers and sessions it concerns
are folded again from what is known of them now, and nobody else is. Products and brands have too much for that: of them
the older one is taken out again, which leaves the estimates of `distinct` to fewer hashes, and ages and lists as they
were.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from attrs import define, field

from application.features.fold import Fold
from application.features.steps import State
from application.features.touch import Observation
from application.journal.current import of_customer, of_session
from application.journal.listening import Change, Forgotten
from application.projections.rows import Collection, Rows
from ports.measures import ENTITIES, Entity, Measure

#: "entity/key" -> cells of its measures
STATES: Collection[State] = Collection("states", State)

#: position up to which a batch went -> "entity/key" of what it changed, until whoever publishes has put it
CHANGED: Collection[list[str]] = Collection("states.changed", list[str])

_KEYS: Mapping[Entity, Callable[[Observation], str]] = {one: attrgetter(one) for one in ENTITIES}
_ENTITIES: Mapping[str, Entity] = {one: one for one in ENTITIES}
_LARGE = frozenset[Entity](["product", "brand"])


def state_key(entity: Entity, key: str) -> str:
    return f"{entity}/{key}"


def key_of(name: str) -> tuple[Entity, str]:
    """Return what `state_key` was made of."""
    entity, _, key = name.partition("/")
    return _ENTITIES[entity], key


@define(eq=False)
class FeatureStates:
    """Watches the journal, event by event, so that batches do not matter. `measures`: all that are declared.

    `published`: whether values are put into a feature store, so that what changed has to be remembered until then.
    """

    measures: Sequence[Measure]
    published: bool = False
    folds: Mapping[Entity, Fold] = field(init=False)
    #: What changed in the batch so far.
    touched: dict[tuple[Entity, str], None] = field(init=False, factory=dict)
    _read: Callable[[Observation], object] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.folds = {one: Fold([m for m in self.measures if m.entity == one]) for one in ENTITIES}
        told = {name for one in self.measures for name in (one.key, one.value) if name}
        self._read = attrgetter("action", "at", "counts", "revoked", *sorted(told))

    def saw(self, changes: Sequence[Change], rows: Rows) -> None:
        """Take in what one event changed. `rows` are the journal's, as they are after it."""
        again: dict[tuple[Entity, str], None] = {}
        for change in changes:
            if change.old is None:
                self._add(change.new, rows)
            else:
                again |= self._replace(change.old, change.new, rows)
        for entity, key in again:
            self._refold(entity, key, rows)

    def forgot(self, dropped: Sequence[Observation], rows: Rows) -> None:
        """Let go of what was erased, which the journal no longer has."""
        again: dict[tuple[Entity, str], None] = {}
        for one in dropped:
            for entity, key in _named(one):
                if entity not in _LARGE:
                    again[entity, key] = None
                elif not one.revoked:
                    self._change(entity, key, rows, self.folds[entity].remove, one)
        for entity, key in again:
            self._refold(entity, key, rows)

    def heard(
        self, observations: Sequence[Observation], forgotten: Forgotten | None, rows: Rows, after: int, to: int
    ) -> None:
        """Put down what a batch changed, as a listener of the journal."""
        del observations, forgotten, after
        if self.published and self.touched:
            rows.put(CHANGED, f"{to:020d}", [state_key(*key) for key in self.touched])
        self.touched.clear()

    def _add(self, one: Observation, rows: Rows) -> None:
        if one.revoked:
            return
        for entity, key in _named(one):
            self._change(entity, key, rows, self.folds[entity].add, one)

    def _replace(self, old: Observation, new: Observation, rows: Rows) -> dict[tuple[Entity, str], None]:
        """Change what can be changed in place; return what has to be folded again."""
        again: dict[tuple[Entity, str], None] = {}
        alike = self._read(old) == self._read(new)
        for entity, key_of in _KEYS.items():
            before, after = key_of(old), key_of(new)
            if alike and before == after:
                continue
            if entity not in _LARGE:
                again |= {(entity, key): None for key in (before, after) if key}
                continue
            if before and not old.revoked:
                self._change(entity, before, rows, self.folds[entity].remove, old)
            if after and not new.revoked:
                self._change(entity, after, rows, self.folds[entity].add, new)
        return again

    def _change(
        self, entity: Entity, key: str, rows: Rows, change: Callable[[State, Observation], None], one: Observation
    ) -> None:
        state = rows.get(STATES, state_key(entity, key)) or {}
        change(state, one)
        self._put(entity, key, state, rows)

    def _refold(self, entity: Entity, key: str, rows: Rows) -> None:
        state: State = {}
        for one in _current(entity, key, rows):
            self.folds[entity].add(state, one)
        self._put(entity, key, state, rows)

    def _put(self, entity: Entity, key: str, state: State, rows: Rows) -> None:
        self.touched[entity, key] = None
        if any(state.values()):
            rows.put(STATES, state_key(entity, key), state)
        else:
            rows.delete(STATES, state_key(entity, key))


def _named(one: Observation) -> Iterable[tuple[Entity, str]]:
    """Yield the entities that an observation is of."""
    return ((entity, key) for entity, key_of in _KEYS.items() if (key := key_of(one)))


def _current(entity: Entity, key: str, rows: Rows) -> Iterable[Observation]:
    """Return what is known of a customer, a session, or of a customer in a category, in an order that never changes."""
    if entity == "session":
        found = list(of_session(rows, key))
    else:
        customer, _, category = key.partition("/")
        theirs = of_customer(rows, customer)
        found = [one for one in theirs if entity == "customer" or one.category == category]
    return sorted(found, key=lambda one: (one.at, one.id))
