"""What other systems hear of us: integration messages, and the outlet that takes them to a broker.

They are not domain events: each says what a reader outside needs, whole, in words that do not change when the inside
does. The version is in the name of the topic: fields are added to v1, never changed or taken away. No personal data:
persons are surrogates, and a surrogate says nothing once its vault row is erased.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from attrs import Factory, frozen

#: Events come in here: one of the taxonomy per message, as its source sends it.
INTAKE = "haberdasher.intake.v1"
SESSIONS = "haberdasher.sessions.v1"
ORDERS = "haberdasher.orders.v1"
RETURNS = "haberdasher.returns.v1"
IDENTITY = "haberdasher.identity.v1"


@frozen(kw_only=True)
class IntakeEvent:
    """What comes in: the generic wire form of one event, or the form of the vendor that its source is registered for.

    `event_id` makes it once, however often and through however many brokers it is sent; without one, `timestamp` and
    content do, and without either the place of its message. What else it carries is kept; see the taxonomy.
    """

    event: str
    event_id: str | None = None
    timestamp: str | None = None
    anonymous_id: str | None = None
    user_id: str | None = None
    properties: Mapping[str, Any] = Factory(dict)


@frozen(kw_only=True)
class SessionClosed:
    """A session as it was found to have ended. A later `revision` of a `session_id` replaces an earlier one.

    `visitor`, `account`: surrogates. `counts`: facts by kind. `ended_at`: of its last fact. Late facts, and late
    knowledge of whose session it was, make revisions. If `absorbed_by` is set, all that was in it belongs to that
    session now: count this one no more.
    """

    message_id: str
    tenant: str
    session_id: str
    revision: int
    visitor: str
    account: str | None
    channel: str
    device_type: str | None
    started_at: datetime
    ended_at: datetime
    reason: str
    counts: Mapping[str, int]
    absorbed_by: str | None = None
    type: Literal["session_closed"] = "session_closed"
    version: Literal[1] = 1

    @property
    def key(self) -> str:
        return self.session_id


@frozen(kw_only=True)
class OrderLine:
    """`unit_price_minor`: after markdown, before discounts."""

    line_id: str
    product_id: str
    variant_id: str
    quantity: int
    unit_price_minor: int
    line_discount_minor: int = 0


@frozen(kw_only=True)
class OrderPlaced:
    """An order as the order system placed it. Amounts in minor units of `currency`.

    `customer`: the strongest surrogate that it named: account, else loyalty, else e-mail. `adds_up`: total equals the
    sum of its parts; `None` where that cannot be said, because currencies are mixed.
    """

    message_id: str
    tenant: str
    order_id: str
    customer: str | None
    channel: str
    store_id: str | None
    placed_at: datetime
    currency: str
    total_minor: int
    shipping_minor: int
    discount_minor: int
    adds_up: bool | None
    lines: tuple[OrderLine, ...]
    type: Literal["order_placed"] = "order_placed"
    version: Literal[1] = 1

    @property
    def key(self) -> str:
        return self.order_id


@frozen(kw_only=True)
class ReturnRouted:
    """One thing that a returned line says, to one destination. A later `revision` about the same replaces an earlier.

    About the same: equal `return_id`, `line`, `destination`, `what`, `body_part`, `dimension` and `variant_id`. If
    `withdrawn`, it is no longer said. `destination`: size_model, taste, catalogue, supplier, logistics or review, which
    is for humans only. `customer`: a surrogate. `weight`: by the policy of that version; 0 to taste is no example.
    """

    message_id: str
    tenant: str
    return_id: str
    line: str
    order_id: str
    product_id: str
    variant_id: str
    customer: str | None
    destination: str
    what: str
    body_part: str | None
    dimension: str | None
    weight: float
    policy_version: str
    routed_at: datetime
    revision: int
    withdrawn: bool = False
    type: Literal["return_routed"] = "return_routed"
    version: Literal[1] = 1

    @property
    def key(self) -> str:
        return self.return_id


@frozen(kw_only=True)
class PersonsMerged:
    """Two persons turned out to be one: `absorbed` is `survivor` now. All are surrogates of identifiers.

    `identifiers`: everything that `survivor` answers for now, itself first; whoever keeps, for each identifier, what
    the highest `revision` says of it has the persons of the house. Histories are folded anew, never added up.
    """

    message_id: str
    tenant: str
    survivor: str
    absorbed: str
    identifiers: tuple[str, ...]
    decided_at: datetime
    revision: int
    type: Literal["persons_merged"] = "persons_merged"
    version: Literal[1] = 1

    @property
    def key(self) -> str:
        return self.survivor


@frozen(kw_only=True)
class PersonSplit:
    """What was taken for one person is two: `identifiers` are of `part` now, and of `person` no more.

    The highest `revision` about an identifier is the truth, as in `PersonsMerged`.
    """

    message_id: str
    tenant: str
    person: str
    part: str
    identifiers: tuple[str, ...]
    decided_at: datetime
    revision: int
    type: Literal["person_split"] = "person_split"
    version: Literal[1] = 1

    @property
    def key(self) -> str:
        return self.person


Content = SessionClosed | OrderPlaced | ReturnRouted | PersonsMerged | PersonSplit

#: Where each kind is published. A new kind has its class above, its line here, and its translation in the outlet.
TOPICS: Mapping[type, str] = {
    SessionClosed: SESSIONS,
    OrderPlaced: ORDERS,
    ReturnRouted: RETURNS,
    PersonsMerged: IDENTITY,
    PersonSplit: IDENTITY,
}


@frozen
class Message:
    """A message on its way. `body`: its content as JSON in UTF-8. `key`: what it is about; one key, one partition.

    `message_id`: the same whenever the same thing is said again, in every process and for ever; no other message's.
    """

    topic: str
    message_id: str
    key: str
    type: str
    body: bytes


class OutletUnavailable(Exception):
    """The broker did not confirm all messages; any part of them may be there. Publish the same ones again."""


class Outlet(Protocol):
    """Takes messages to a broker, at least once: readers that must count once deduplicate by `message_id`."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish all; every one is confirmed by the broker on return.

        Order: that of the call, until a part fails and is sent again; content says what is later (`revision`).
        Idempotent for readers that deduplicate; an empty call does nothing. Errors: `OutletUnavailable`.
        """
        ...
