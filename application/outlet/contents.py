"""What a session holds as the outlet follows it, decision by decision: the row behind `SessionClosed`."""

from datetime import datetime

import msgspec

from application.projections.rows import Collection


class Held(msgspec.Struct, omit_defaults=True):
    """`facts`: times by kind. `over`: it has ended, as far as is known. `published`: others have heard of it."""

    visitor: str
    started_at: datetime
    channel: str = ""
    device_type: str | None = None
    account: str | None = None
    bound_at: datetime | None = None
    facts: dict[str, list[datetime]] = msgspec.field(default_factory=dict)
    reason: str = ""
    ended_at: datetime | None = None
    over: bool = False
    absorbed_by: str | None = None
    published: bool = False

    @property
    def first_at(self) -> datetime:
        return min((min(times) for times in self.facts.values()), default=self.started_at)

    @property
    def counts(self) -> dict[str, int]:
        return {kind: len(times) for kind, times in sorted(self.facts.items())}

    def add(self, kind: str, times: list[datetime]) -> None:
        """Take facts in. One that happened after the end says that it was not the end: another will be found."""
        self.facts.setdefault(kind, []).extend(times)
        if self.ended_at is not None and max(times) > self.ended_at:
            self.over = False

    def give(self, since: datetime | None) -> dict[str, list[datetime]]:
        """Give away what was recorded at `since` or later (None: all of it)."""
        given = {
            kind: there
            for kind, times in self.facts.items()
            if (there := [at for at in times if since is None or at >= since])
        }
        kept = {kind: [at for at in times if since is not None and at < since] for kind, times in self.facts.items()}
        self.facts = {kind: times for kind, times in kept.items() if times}
        return given


HELD: Collection[Held] = Collection("held", Held)
