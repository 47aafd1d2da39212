"""What the journal tells, and to whom: the lake and the streaming states keep what they hear in the same commit."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from application.features.touch import Observation
from application.projections.rows import Rows


@frozen
class Forgotten:
    """A person was erased: what names one of `customers`, and every version of `observations` (by id), has to go.

    `dropped`: their newest versions.

    `customers`: identifiers as `Observation` has them, so that also what was once taken for theirs is found.
    `sessions`, `orders`: ids of what was theirs.
    """

    person: str
    customers: frozenset[str]
    sessions: tuple[str, ...]
    orders: tuple[str, ...]
    dropped: tuple[Observation, ...]

    @property
    def observations(self) -> frozenset[str]:
        return frozenset(one.id for one in self.dropped)


@frozen
class Change:
    """A new version, and the one it takes the place of, None for what was not known before."""

    old: Observation | None
    new: Observation


class Watcher(Protocol):
    """Sees every change as it comes, event by event, for what depends on how things stood just then."""

    def saw(self, changes: Sequence[Change], rows: Rows) -> None:
        """Take in what one event changed; `rows` are the journal's, as they are after it, and commit with it.

        Order: that of the log. Errors: what is raised stops the journal before this batch.
        """
        ...

    def forgot(self, dropped: Sequence[Observation], rows: Rows) -> None:
        """Let go of what was erased, which is in `rows` no more."""
        ...


class Listener(Protocol):
    """Hears of every version once, in the order of the log."""

    def heard(
        self, observations: Sequence[Observation], forgotten: Forgotten | None, rows: Rows, after: int, to: int
    ) -> None:
        """Take in what the events with a position above `after`, up to `to`, said. Not called where they said nothing.

        Order: calls follow each other in the log; of one call, `forgotten` is meant first. How the log falls into calls
        says nothing. `rows` are the journal's: what is put there (in collections that begin with a name of one's own)
        commits with its position, so every version counts once. Whatever is done elsewhere may be done again, by this
        process or another, and must be idempotent by position. Errors: what is raised stops the journal before this.
        """
        ...
