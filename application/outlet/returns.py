"""From what was routed of a return to `ReturnRouted`: once when it is said, and once more when it no longer is."""

from collections.abc import Iterator, Sequence

from attrs import frozen

from application.projections.rows import Rows
from domain.returns.routes import SignalRouted, SignalWithdrawn
from ports.event_log import Recorded
from ports.messages import ReturnRouted


@frozen
class ReturnMessages:
    tenant: str

    def prefetch(self, batch: Sequence[Recorded], rows: Rows) -> None:
        """Nothing is remembered of returns."""

    def translate(self, recorded: Recorded, rows: Rows) -> Iterator[ReturnRouted]:
        """Yield what is to be said of a return, each thing in a message of its own."""
        del rows
        match recorded.event:
            case SignalRouted() as routed:
                yield self._message(routed, recorded, withdrawn=False)
            case SignalWithdrawn(routed):
                yield self._message(routed, recorded, withdrawn=True)
            case _:
                pass

    def _message(self, routed: SignalRouted, recorded: Recorded, *, withdrawn: bool) -> ReturnRouted:
        return ReturnRouted(
            message_id=recorded.metadata.event_id,
            tenant=self.tenant,
            return_id=routed.return_id,
            line=routed.line,
            order_id=routed.order_id,
            product_id=routed.product_id,
            variant_id=routed.variant_id,
            customer=routed.customer,
            destination=routed.destination,
            what=routed.what,
            body_part=routed.body_part,
            dimension=routed.dimension,
            weight=routed.weight,
            policy_version=routed.policy_version,
            routed_at=recorded.event.withdrawn_at if withdrawn else routed.routed_at,
            revision=recorded.position,
            withdrawn=withdrawn,
        )
