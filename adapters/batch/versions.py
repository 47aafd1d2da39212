"""Which observations take part in which answer: versions resolved, each request with what it knew of its entity.

Of each id the moment K knows the version of the highest position among those with `known` <= K. So a version holds from
its `known` until the earliest `known` of a later position, and both questions below are one comparison with that.
"""

from collections.abc import Iterable
from typing import Any

import ibis
from attrs import frozen

#: What says whether and when an observation counts, and for how much.
FIXED = ("id", "position", "known", "revoked", "at", "action", "counts")
#: Columns of the live rows beside those that measures name. `asked`: the time that the request is about.
LIVE = ("request", "asked", "at", "action", "counts")


@frozen
class Moment:
    """One time for everybody, Unix seconds: what happened before `at`, as known by `known`."""

    at: float
    known: float


def asked_of_all(observations: Any, moment: Any, entity: str) -> Any:
    """Return a request for everybody who has an observation at the moment: request, key, asked, known."""
    held = _holding(observations, (entity,)).rename(held_from="known").cross_join(moment)
    keys = _taking_part(held, entity).select(key=held[entity]).distinct()
    numbered = keys.mutate(request=ibis.row_number().over(order_by=keys.key))
    return numbered.cross_join(moment).select("request", "key", "asked", "known")


def live_of(observations: Any, asked: Any, entity: str, columns: Iterable[str]) -> Any:
    """Return what takes part, a row for each request and observation: `LIVE` and `columns`.

    `observations`: the lake. `asked`: request, key, asked, known.
    """
    wanted = sorted({*columns} - {*LIVE})
    held = _holding(observations, {*wanted, entity}).rename(held_from="known")
    joined = held.inner_join(asked, [held[entity] == asked.key])
    return _taking_part(joined, entity).select(*LIVE, *wanted)


def known_in_time(rows: Any) -> Any:
    """Return whether a version was the one that the request knew."""
    return (rows.held_from <= rows.known) & (rows.held_until.isnull() | (rows.held_until > rows.known))


def happened_in_time(rows: Any) -> Any:
    return rows["at"] < rows.asked


def valid(rows: Any) -> Any:
    """Return whether a version says that something happened, and that it counts."""
    return ~rows.revoked & (rows.counts > 0)


def held_until(rows: Any) -> Any:
    """Return from when on another version of the same id is known, null if there is none."""
    return rows.known.min().over(group_by=rows.id, order_by=rows.position, rows=(1, None))


def _holding(observations: Any, columns: Iterable[str]) -> Any:
    rows = observations.select(*FIXED, *sorted({*columns} - {*FIXED}))
    return rows.mutate(held_until=held_until(rows)).drop("id", "position")


def _taking_part(rows: Any, entity: str) -> Any:
    return rows.filter(known_in_time(rows), happened_in_time(rows), valid(rows), rows[entity] != "")
