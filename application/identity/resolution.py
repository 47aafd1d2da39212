"""Process manager: keeps the identity read model and announces every merge and split to the persons concerned."""

from collections.abc import Sequence

from application.pending import Pending
from application.projections.identity import IdentityProjection, Reorganisation
from application.projections.rows import Rows
from domain.identity import person
from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy
from domain.kernel import tenant_namespace
from ports.event_log import Metadata, Recorded


class IdentityResolution(IdentityProjection):
    """The identity projection, told to the persons: rows, announcements and position are one commit.

    Announcements are named after their cause, and `settle` tells nobody the same twice, so a retry is harmless.
    """

    def __init__(self, tenant: str, policy: IdentityPolicy = DEFAULT_POLICY) -> None:
        super().__init__(policy)
        self._namespace = tenant_namespace(tenant)

    def react(self, batch: Sequence[Recorded], rows: Rows, pending: Pending) -> None:
        for change in self.refold(batch, rows):
            self._announce(change, pending)
        pending.keep()

    def _announce(self, change: Reorganisation, pending: Pending) -> None:
        news = person.reorganise(
            change.old,
            change.new,
            tenant=self._namespace,
            cause=change.cause.rpartition("-")[2],
            policy_version=self.policy.version,
            decided_at=change.at,
        )
        metadata = Metadata("", change.at, change.at)
        for who, announced in news.items():
            told = pending.state(person.DECIDER, who)
            pending.take(person.DECIDER, who, person.settle(told, announced), metadata)
