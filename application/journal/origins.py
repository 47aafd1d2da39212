"""What the journal keeps of its own: the newest version of every observation, by the session or order it came from."""

import msgspec

from application.features.touch import Observation
from application.projections.rows import Collection


class Visit(msgspec.Struct, omit_defaults=True):
    """A session. `kept`: what was recorded in it, in order, wherever bridges and cuts have it now (its `session`).

    `guests`: other sessions some of whose records are here now. `slips`: ids of what was recorded here and was none.
    `customer`: whose the session is. `weight`: what counts of what is in it, but for slips. `started`, `bound` (when
    the account was first known): Unix seconds.
    """

    visitor: str
    started: float
    device: str = ""
    account: str = ""
    bound: float | None = None
    customer: str = ""
    weight: float = 1.0
    kept: list[Observation] = msgspec.field(default_factory=list)
    guests: list[str] = msgspec.field(default_factory=list)
    slips: list[str] = msgspec.field(default_factory=list)

    @property
    def subject(self) -> str:
        """The account if one was bound, back-dated to the whole session, else the visitor."""
        return self.account or self.visitor


#: by session
VISITS: Collection[Visit] = Collection("visits", Visit)
#: subject -> ids of their sessions
VISITS_OF: Collection[list[str]] = Collection("visits_of", list[str])
#: by order: what was ever bought or brought back of it, what was revoked too
SALES: Collection[list[Observation]] = Collection("sales", list[Observation])
