"""The newest slates that say with which features they were ranked, and what happened to the catalogue since."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import frozen

from application.parity.computing import Showing
from application.projections.rows import View
from application.projections.slates import SLATES
from domain.catalogue.product import ProductListed
from domain.identity.person import PersonForgotten
from domain.slate.slate import SlateServed
from ports.event_log import EventLog, ReadModels, Recorded
from ports.models import Progress

_PAGE = 5_000


@frozen
class Since:
    """Slates, and what came after the oldest of them.

    `listed`: products that were listed again; `listings`: at which positions, rising. `forgotten`: position of the
    newest erasure, 0 if there was none.
    """

    slates: Sequence[Showing]
    listed: frozenset[str]
    listings: Sequence[int]
    forgotten: int


def newest(log: EventLog, read_models: ReadModels, count: int, *, upto: int, progress: Progress) -> Since:
    """Return the newest slates at a position up to `upto` that logged features, oldest first.

    Slates of people who were forgotten are none: what they were made of is gone.
    """
    found: list[Showing] = []
    listed: dict[int, str] = {}
    forgotten = 0
    head = log.head()
    for page in _backwards(log, head):
        served = [Showing.of(one.position, one.event) for one in page if _has_features(one) and one.position <= upto]
        known = View(read_models, "slates").get(SLATES, [one.served.slate_id for one in served])
        found += [one for one in reversed(served) if one.served.slate_id in known]
        listed |= {one.position: one.event.product_id for one in page if isinstance(one.event, ProductListed)}
        forgotten = max([forgotten, *(one.position for one in page if isinstance(one.event, PersonForgotten))])
        progress(min(len(found), count), count, "slates found")
        if len(found) >= count:
            break
    return Since(found[:count][::-1], frozenset(listed.values()), sorted(listed), forgotten)


def listed_since(log: EventLog, moment: datetime) -> frozenset[str]:
    """Return the products that were listed again in what became known after a moment."""
    listed: set[str] = set()
    for page in _backwards(log, log.head()):
        listed |= {one.event.product_id for one in page if isinstance(one.event, ProductListed)}
        if page and page[0].metadata.known_at < moment:
            break
    return frozenset(listed)


def _backwards(log: EventLog, head: int) -> Iterator[Sequence[Recorded]]:
    """Yield the events up to `head` in pages, the newest page first, each in order."""
    while head > 0:
        after = max(0, head - _PAGE)
        yield [one for one in log.follow(after=after, limit=_PAGE) if one.position <= head]
        head = after


def _has_features(recorded: Recorded) -> bool:
    event = recorded.event
    return isinstance(event, SlateServed) and bool(event.feature_names) and bool(event.slots)
