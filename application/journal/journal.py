"""The journal: folds the event log into observations, event by event, so that what was known at any moment can be read.

Read models hold the present. The journal tells every version of every touch instead: each as the event made it that it
became known by. It keeps the newest version of each, finds what an event changes, and tells the difference. All of it
is a function of the events in their order, so neither batches nor rebuilds matter.
"""

from collections.abc import Sequence

from application.features.touch import Observation
from application.journal.listening import Change, Forgotten, Listener, Watcher
from application.journal.noise import Noise
from application.journal.origins import VISITS, VISITS_OF
from application.journal.robots import Robots
from application.journal.sales import Sales
from application.journal.versions import Versions
from application.journal.visits import DECISIONS, FACTS, Visits
from application.journal.whose import Whose
from application.projections.purchases import order_of
from application.projections.rows import Rows
from domain.identity.attribution import anonymous_person
from domain.identity.person import PersonForgotten
from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy
from domain.session import session
from domain.traffic.policy import NOISE, NoisePolicy
from ports.bots import BotList
from ports.event_log import Recorded

_OF_SESSIONS = FACTS | frozenset(DECISIONS)


class Journal:
    """`listeners` hear of every version, `watchers` see every change; what they keep commits with the position."""

    name = "journal"

    def __init__(
        self,
        bots: BotList,
        listeners: Sequence[Listener] = (),
        identity: IdentityPolicy = DEFAULT_POLICY,
        noise: NoisePolicy = NOISE,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        self.bots, self.listeners, self.identity, self.noise = bots, listeners, identity, noise
        self.watchers = watchers

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        page = _Page(self, rows)
        page.load(batch)
        told: list[Observation] = []
        forgotten: Forgotten | None = None
        after = batch[0].position - 1 if batch else 0
        for recorded in batch:
            if isinstance(recorded.event, PersonForgotten):
                self._tell(told, forgotten, rows, after, recorded.position - 1)
                told, after = [], recorded.position - 1
                forgotten = page.forget(recorded)
                for watcher in self.watchers:
                    watcher.forgot(forgotten.dropped, rows)
            if changes := page.apply(recorded):
                told += [one.new for one in changes]
                for watcher in self.watchers:
                    watcher.saw(changes, rows)
        self._tell(told, forgotten, rows, after, batch[-1].position if batch else 0)

    def _tell(self, told: Sequence[Observation], forgotten: Forgotten | None, rows: Rows, after: int, to: int) -> None:
        if told or forgotten is not None:
            for listener in self.listeners:
                listener.heard(told, forgotten, rows, after, to)


class _Page:
    """The journal over the rows of one batch."""

    def __init__(self, journal: Journal, rows: Rows) -> None:
        self._rows = rows
        self._whose = Whose(journal.identity, rows)
        self._noise = Noise(journal.bots, journal.noise, rows)
        self._robots = Robots(rows, self._noise)
        self._visits = Visits(rows, self._whose, self._noise, self._robots)
        self._sales = Sales(rows, self._whose, self._noise, self._robots)

    def load(self, batch: Sequence[Recorded]) -> None:
        """Read in a few queries what the events of a batch ask for one by one."""
        sessions = dict.fromkeys(_key(one) for one in batch if type(one.event) in _OF_SESSIONS)
        self._rows.prefetch(VISITS, sessions)
        visits = (self._rows.get(VISITS, one) for one in sessions)
        visitors = {row.visitor for row in visits if row is not None}
        starting = {one.event.visitor for one in batch if isinstance(one.event, session.SessionStarted)}
        accounts = {one.event.account for one in batch if isinstance(one.event, session.SessionIdentityBound)}
        self._rows.prefetch(VISITS_OF, sorted(starting | accounts))
        self._noise.load(sessions, sorted(visitors | starting))
        self._whose.load(batch, sorted(starting | accounts | set(self._sales.load(batch))))

    def apply(self, recorded: Recorded) -> Sequence[Change]:
        """Take in an event; return the versions that it makes."""
        versions = Versions.by(recorded)
        if touched := self._whose.apply(recorded):
            subjects = sorted(touched)
            self._visits.refresh_all(subjects, versions)
            self._sales.refresh_all(subjects, versions)
        event = recorded.event
        if type(event) in _OF_SESSIONS:
            self._visits.apply(recorded, _key(recorded), versions)
        elif (order_id := order_of(event)) is not None:
            self._sales.apply(recorded, order_id, versions)
        if self._robots.touched:
            for account, since in sorted(self._robots.touched.items()):
                self._sales.refresh_all((account,), versions, since)
            self._robots.touched.clear()
        return versions.told()

    def forget(self, recorded: Recorded) -> Forgotten:
        """Drop whatever is of a person who is forgotten; return what that was."""
        event: PersonForgotten = recorded.event
        dropped = (*self._visits.forget(event), *self._sales.forget(recorded))
        self._noise.forget(recorded)
        self._robots.forget(event.identifiers)
        customers = {*event.identifiers, *map(anonymous_person, event.identifiers)}
        return Forgotten(event.person, frozenset(customers), event.sessions, event.orders, dropped)


def _key(recorded: Recorded) -> str:
    return recorded.stream.rpartition("-")[2]
