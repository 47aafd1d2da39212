"""Nothing raw is kept for longer than it has to be: after so many days the key of its day is destroyed.

The bytes stay where they are, so the hash chain still verifies; nobody can open them. What became a fact stays a fact,
and an event that comes again after years is still a duplicate.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from attrs import field, frozen, validators

from application.intake.canonicaliser import FOLLOWER
from application.intake.key_ids import DATED, NAMELESS, day_of
from ports.clock import Clock
from ports.event_log import EventLog
from ports.idempotency import Idempotency
from ports.intake import IntakeLog
from ports.vault import Keyring

#: Bytes that name nobody can belong to anybody: nobody could ask for their erasure.
MOST_NAMELESS_DAYS = 30


class NotYetRead(Exception):
    """What is to be destroyed has not become facts yet."""


@frozen
class Policy:
    """Days that sent bodies can be opened for: those about somebody, and those about nobody known (1 to 30).

    `answers`: how long the answers to requests with an idempotency key are kept.
    """

    raw_days: int = field(default=90, validator=validators.ge(1))
    nameless_days: int = field(
        default=MOST_NAMELESS_DAYS, validator=[validators.ge(1), validators.le(MOST_NAMELESS_DAYS)]
    )
    answers: timedelta = timedelta(days=7)


@frozen
class Outlived:
    """Days (UTC) whose bodies are older than the policy and can still be opened, oldest first."""

    raw: Sequence[date]
    nameless: Sequence[date]


@frozen
class Retention:
    """To be enforced once a day. What the other end was given, such as a backup, is beyond it."""

    policy: Policy
    intake: IntakeLog
    log: EventLog
    keyring: Keyring
    idempotency: Idempotency
    clock: Clock

    def outlived(self) -> Outlived:
        """Say what `enforce` would destroy now, without doing it."""
        now = self.clock.now()
        return Outlived(
            raw=self._days(DATED, now - timedelta(days=self.policy.raw_days)),
            nameless=self._days(NAMELESS, now - timedelta(days=self.policy.nameless_days)),
        )

    def enforce(self) -> Outlived:
        """Destroy for ever the keys of the days that are outlived, and old answers; return which days. Idempotent.

        Nothing that came before `now` less the days of the policy can be opened afterwards, by any process; a day goes
        as a whole, when its first moment does. Errors: `NotYetRead`, and nothing was destroyed then.
        """
        outlived = self.outlived()
        self._require_read(outlived)
        self.keyring.destroy(
            [
                *(f"{DATED}{day.isoformat()}" for day in outlived.raw),
                *(f"{NAMELESS}{day.isoformat()}" for day in outlived.nameless),
            ]
        )
        self.idempotency.prune(self.clock.now() - self.policy.answers)
        return outlived

    def _days(self, prefix: str, until: datetime) -> Sequence[date]:
        days = map(day_of, self.keyring.named(prefix))
        return [day for day in days if day <= until.date()]

    def _require_read(self, outlived: Outlived) -> None:
        """An event was acknowledged: it may be forgotten after it has become a fact, and not instead."""
        reached = self.log.position(FOLLOWER)
        for record in self.intake.follow(after=reached, limit=1):
            came = record.arrival.received_at.date()
            if came in {*outlived.raw, *outlived.nameless}:
                raise NotYetRead(
                    f"{self.intake.head() - reached:,} arrivals wait since {came}, which is to be destroyed; "
                    "run `haberdasher project` first"
                )
