"""What came in, by source and five minutes: how many of each canonical event, and how many lacked a field.

The time is `known_at`, when we could have used it: of a live source its arrival, so that nothing comes late; of history
when it happened and its delay. Counts of events of nobody in particular: nothing here is personal.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from re import sub
from typing import Any

import msgspec
from attrs import Factory, define, fields, has

from application.projections.rows import Collection, Rows, View
from domain.feed.policy import SLOT_S, SLOTS_AN_HOUR
from domain.session.facts import ProductRef
from domain.taxonomy.envelope import Envelope
from domain.taxonomy.quarantine import EventQuarantined
from domain.taxonomy.source import Declaration, SourceRedeclared, SourceRegistered
from ports.event_log import ReadModels, Recorded

HOUR_S = SLOT_S * SLOTS_AN_HOUR
#: Hours that are kept of a source, up to its newest: fourteen days, the day that is judged, and one to spare.
KEPT_HOURS = 16 * 24
QUARANTINED = "event_quarantined"

#: Fields that features read, where an event has them.
_OWN = ("unit_price", "list_price", "category_id", "brand_id", "page_view_id", "account")
_OF_PRODUCT = ("category_id", "brand_id", "colour", "size_label")
_Read = tuple[str, tuple[tuple[str, Callable[[Any], Any]], ...]]
_WATCHED: dict[type, _Read] = {}


class Hour(msgspec.Struct, array_like=True):
    """Twelve counts each. `events`: by canonical event. `nulls`: by `event.field`, how many did without."""

    events: dict[str, list[int]]
    nulls: dict[str, list[int]]


class Feeding(msgspec.Struct, array_like=True):
    """A source: its clock as declared, the first hour and the newest (since 1970), -1 before anything came."""

    clock: str = ""
    first: int = -1
    newest: int = -1


#: by `hour source`, the hour since 1970 with eight digits
HOURS: Collection[Hour] = Collection("hours", Hour)
#: by source
FEEDS: Collection[Feeding] = Collection("feeds", Feeding)


class FeedProjection:
    name = "feed"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        counting = _Counting(rows)
        for recorded in batch:
            event, envelope = recorded.event, recorded.metadata.envelope
            if envelope is not None:
                counting.came(envelope.source, recorded, envelope)
            elif isinstance(event, EventQuarantined):
                # An arrival that waits has no time of its own: that of its arrival says nothing of history.
                if counting.feed(event.source).clock != "backfill":
                    counting.came(event.source, recorded, None)
            elif isinstance(event, SourceRegistered | SourceRedeclared):
                counting.declared(event.declaration)
        counting.put()


@define
class _Counting:
    """A batch at work: rows are changed in place, and put once."""

    rows: Rows
    hours: dict[str, Hour] = Factory(dict)
    feeds: dict[str, Feeding] = Factory(dict)

    def feed(self, source: str) -> Feeding:
        if (feed := self.feeds.get(source)) is None:
            feed = self.feeds[source] = self.rows.get(FEEDS, source) or Feeding()
        return feed

    def came(self, source: str, recorded: Recorded, envelope: Envelope | None) -> None:
        """Count an event, unless it is older than what is kept (and before 1970 there were no shops like this)."""
        hour, place = divmod(int(recorded.metadata.known_at.timestamp()) // SLOT_S, SLOTS_AN_HOUR)
        feed = self.feed(source)
        if hour > feed.newest:
            self._move_on(source, feed, hour)
        elif hour <= max(feed.newest - KEPT_HOURS, -1):
            return
        if not 0 <= feed.first <= hour:
            feed.first = hour
        key = key_of(hour, source)
        if (row := self.hours.get(key)) is None:
            row = self.hours[key] = self.rows.get(HOURS, key) or Hour({}, {})
        _count(row, recorded.event, envelope, place)

    def declared(self, declaration: Declaration) -> None:
        """Note the clock. A source with another clock is another feed, and begins anew."""
        feed = self.feed(declaration.name)
        if feed.clock not in {"", declaration.clock} and feed.newest >= 0:
            self._forget(declaration.name, range(feed.newest - KEPT_HOURS + 1, feed.newest + 1))
            feed.first = feed.newest = -1
        feed.clock = declaration.clock

    def put(self) -> None:
        for key, row in self.hours.items():
            self.rows.put(HOURS, key, row)
        for source, feed in self.feeds.items():
            self.rows.put(FEEDS, source, feed)

    def _move_on(self, source: str, feed: Feeding, hour: int) -> None:
        """Let the newest hour be another one, and the oldest go."""
        if feed.newest >= 0:
            oldest = max(feed.first, feed.newest - KEPT_HOURS + 1)
            self._forget(source, range(oldest, min(feed.newest, hour - KEPT_HOURS) + 1))
        feed.newest = hour

    def _forget(self, source: str, hours: Iterable[int]) -> None:
        for hour in hours:
            key = key_of(hour, source)
            self.hours.pop(key, None)
            self.rows.delete(HOURS, key)


def key_of(hour: int, source: str) -> str:
    return f"{hour:08d} {source}"


def hours_of(read_models: ReadModels) -> tuple[Mapping[str, Feeding], Mapping[str, Mapping[int, Hour]]]:
    """Return the sources, and of each of them what came in by hour."""
    view = View(read_models, FeedProjection.name)
    feeds = dict(view.all(FEEDS))
    hours: dict[str, dict[int, Hour]] = {}
    for key, row in view.all(HOURS):
        hour, _, source = key.partition(" ")
        hours.setdefault(source, {})[int(hour)] = row
    return feeds, hours


def _count(row: Hour, event: Any, envelope: Envelope | None, place: int) -> None:
    name, watched = _WATCHED.get(type(event)) or _watched(type(event))
    if (counts := row.events.get(name)) is None:
        counts = row.events[name] = [0] * SLOTS_AN_HOUR
    counts[place] += 1
    if envelope is None:
        return
    lacking = [key for key, read in watched if not read(event)]
    if not envelope.subject:
        lacking.append(f"{name}.subject")
    if not envelope.session_hint:
        lacking.append(f"{name}.session_hint")
    if not envelope.context.get("device_type"):
        lacking.append(f"{name}.device_type")
    for key in lacking:
        if (nulls := row.nulls.get(key)) is None:
            nulls = row.nulls[key] = [0] * SLOTS_AN_HOUR
        nulls[place] += 1


def _watched(kind: type) -> _Read:
    """Return the canonical name of an event and what is read of it, by `event.field`; remembered."""
    name = sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
    own = {one.name: one.type for one in fields(kind)} if has(kind) else {}
    found: list[tuple[str, Callable[[Any], Any]]] = [(f"{name}.{one}", attrgetter(one)) for one in _OWN if one in own]
    if own.get("product") is ProductRef:
        found += [(f"{name}.{one}", attrgetter(f"product.{one}")) for one in _OF_PRODUCT]
    read = _WATCHED[kind] = name, tuple(found)
    return read
