"""The newest slates that say with which features they were ranked, and what happened to the catalogue since."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from application.projections.rows import View
from application.projections.slates import SLATES
from domain.catalogue.product import DECIDER, Product, ProductListed
from domain.identity.person import PersonForgotten
from domain.slate.slate import SlateServed
from ports.event_log import EventLog, ReadModels, Recorded, stream_name
from ports.models import Progress

_PAGE = 5_000


@frozen
class Logged:
    """`position`: where in the log it stands. What stands behind it, serving cannot have read."""

    position: int
    served: SlateServed

    @property
    def at(self) -> float:
        return self.served.served_at.timestamp()


@frozen
class Since:
    """What came after the oldest of the slates. `listed`: products that were listed again. `forgotten`: position of the
    newest erasure, 0 if there was none.
    """

    slates: Sequence[Logged]
    listed: frozenset[str]
    forgotten: int


def newest(log: EventLog, read_models: ReadModels, count: int, *, upto: int, progress: Progress) -> Since:
    """Return the newest slates at a position up to `upto` that logged features, oldest first.

    Slates of people who were forgotten are none: what they were made of is gone.
    """
    found: list[Logged] = []
    listed: set[str] = set()
    forgotten = 0
    head = log.head()
    for page in _backwards(log, head):
        served = [Logged(one.position, one.event) for one in page if _has_features(one) and one.position <= upto]
        known = View(read_models, "slates").get(SLATES, [one.served.slate_id for one in served])
        found += [one for one in reversed(served) if one.served.slate_id in known]
        listed |= {one.event.product_id for one in page if isinstance(one.event, ProductListed)}
        forgotten = max([forgotten, *(one.position for one in page if isinstance(one.event, PersonForgotten))])
        progress(min(len(found), count), count, "slates found")
        if len(found) >= count:
            break
    return Since(found[:count][::-1], frozenset(listed), forgotten)


def listed_since(log: EventLog, moment: datetime) -> frozenset[str]:
    """Return the products that were listed again in what became known after a moment."""
    listed: set[str] = set()
    for page in _backwards(log, log.head()):
        listed |= {one.event.product_id for one in page if isinstance(one.event, ProductListed)}
        if page and page[0].metadata.known_at < moment:
            break
    return frozenset(listed)


def catalogue_then(
    log: EventLog,
    tenant: str,
    products: Mapping[str, Product],
    changed: frozenset[str],
    counted: Callable[[Recorded], bool],
) -> Mapping[str, Product]:
    """Return the catalogue as the events made it that `counted` says yes to.

    `products`: as they are now; all but those that `changed` since then are taken from there.
    """
    then = dict(products)
    for product_id in changed:
        state = DECIDER.initial()
        for recorded in log.read(stream_name(tenant, DECIDER.category, product_id)):
            if counted(recorded):
                state = DECIDER.evolve(state, recorded.event)
        then[product_id] = state
    return then


def _backwards(log: EventLog, head: int) -> Iterator[Sequence[Recorded]]:
    """Yield the events up to `head` in pages, the newest page first, each in order."""
    while head > 0:
        after = max(0, head - _PAGE)
        yield [one for one in log.follow(after=after, limit=_PAGE) if one.position <= head]
        head = after


def _has_features(recorded: Recorded) -> bool:
    event = recorded.event
    return isinstance(event, SlateServed) and bool(event.feature_names) and bool(event.slots)
