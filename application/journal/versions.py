"""The versions that one event makes: of each observation one, and none where the event left it as it was."""

from collections.abc import Sequence
from typing import Any

from attrs import define, field
from msgspec.structs import replace

from application.features.touch import Observation
from application.journal.listening import Change
from ports.event_log import Recorded


@define
class Versions:
    """`position`, `known` (Unix seconds): of the event."""

    position: int
    known: float
    _before: dict[str, Observation | None] = field(init=False, factory=dict)
    _now: dict[str, Observation] = field(init=False, factory=dict)

    @classmethod
    def by(cls, recorded: Recorded) -> "Versions":
        return cls(recorded.position, recorded.metadata.known_at.timestamp())

    def first(self, observation: Observation) -> Observation:
        """Take in an observation that is new; return it."""
        self._before.setdefault(observation.id, None)
        self._now[observation.id] = observation
        return observation

    def changed(self, observation: Observation, **changes: Any) -> Observation:
        """Return an observation as it is from this event on.

        It was not known before what it was made of: where events come with an older time of being known than the ones
        before them, the newest of these times holds.
        """
        if all(getattr(observation, name) == value for name, value in changes.items()):
            return observation
        self._before.setdefault(observation.id, observation)
        known = max(observation.known, self.known)
        now = replace(observation, **(changes | {"position": self.position, "known": known}))
        self._now[now.id] = now
        return now

    def told(self) -> Sequence[Change]:
        """Return what is other than it was before the event, in the order in which it was met."""
        changes = (Change(self._before[key], one) for key, one in self._now.items())
        return [one for one in changes if not _same(one.old, one.new)]


def _same(before: Observation | None, now: Observation) -> bool:
    return before is not None and replace(before, position=now.position, known=now.known) == now
