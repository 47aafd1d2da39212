"""Orders that a robot led to: the last touch of the account before, within a day, was one's (see `marks.bots_orders`).

Few accounts ever have a robot among their sessions. Only these are noted and looked at again with everything they do.
"""

from collections.abc import Iterable

from application.features.touch import ACTION_OF
from application.journal.noise import Noise
from application.journal.origins import VISITS, VISITS_OF, Visit
from application.projections.marks import LEADS_TO
from application.projections.rows import Collection, Rows

#: accounts with a session that was ever taken for a robot's
ROBOTIC: Collection[bool] = Collection("robotic", bool)
#: Actions that are touches of a product.
ABOUT_PRODUCTS = frozenset(ACTION_OF.values())


class Robots:
    """`touched`: the noted accounts whose sessions are others now, and since when (Unix seconds), until it is cleared.

    What was ordered before that was led to by what it was before.
    """

    def __init__(self, rows: Rows, noise: Noise) -> None:
        self._rows, self._noise = rows, noise
        self.touched: dict[str, float] = {}

    def changed(self, row: Visit, since: float = float("-inf")) -> None:
        """A session is another now, or what is in it since then, or what its visitor is taken for."""
        account = row.account
        if not account:
            return
        if self._noise.is_robot(row.visitor):
            self._rows.put(ROBOTIC, account, True)
        if self._rows.get(ROBOTIC, account) is not None:
            self.touched[account] = min(since, self.touched.get(account, since))

    def led_to(self, account: str, at: float) -> bool:
        """Tell whether a robot led to what an account ordered at a time (Unix seconds)."""
        if not account or self._rows.get(ROBOTIC, account) is None:
            return False
        self._rows.prefetch(VISITS, ids := self._rows.get(VISITS_OF, account) or [])
        led = [one for session_id in ids for one in self._looked(session_id) if at - LEADS_TO <= one[0] <= at]
        return max(led, default=(0.0, False))[1]

    def forget(self, identifiers: Iterable[str]) -> None:
        self._rows.drop(ROBOTIC, identifiers)

    def _looked(self, session_id: str) -> list[tuple[float, bool]]:
        """Return when products were touched in a session, and whether by a robot."""
        row = self._rows.get(VISITS, session_id)
        if row is None:
            return []
        is_robot = self._noise.is_robot(row.visitor)
        homes = [self._rows.get(VISITS, one) for one in (session_id, *row.guests)]
        touches = [one for home in homes if home is not None for one in home.kept]
        return [(one.at, is_robot) for one in touches if one.session == session_id and one.action in ABOUT_PRODUCTS]
