"""Deliveries to the door, in as few calls as there are sources, and what to do where a call fails.

Whatever is wrong with an event, the door has a reason and stores it. What is left are errors: trouble of ours, which
is tried again for ever, and errors nobody foresaw, which are tried a few times, alone, and then belong to the dead.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import sleep

from attrs import Factory, define, evolve, field, frozen

from adapters.broker.delivery import Delivery
from adapters.broker.trouble import is_transient
from application.intake.deposit import Deposited, Unsealed
from application.intake.door import Answer, Door

MAX_TRIES = 5
#: Sources whose events are handed over at one time; they share a commit.
_AT_ONCE = 8
_FIRST_PAUSE_S = 0.02
#: No event can call itself so: the door lets nothing pass that has NUL in it.
_NAMELESS = "\0"


@frozen
class Again:
    """Nothing is known to be stored: deliver it again, later."""

    error: Exception


@frozen
class Dead:
    """It cannot be handed over, ever."""

    reason: str


Outcome = Answer | Again | Dead


@define(eq=False)
class Handing:
    """Called from one thread at a time. `source`: of events whose message does not name one."""

    _door: Door
    _source: str
    _pause: Callable[[float], None] = sleep
    _pool: ThreadPoolExecutor = field(
        init=False, default=Factory(lambda: ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="handing"))
    )

    def take(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """Return what became of each, in order. An `Answer` is durable."""
        outcomes: dict[int, Outcome] = {}
        by_source: dict[str, list[int]] = {}
        for n, delivery in enumerate(deliveries):
            if (reason := self._undeliverable(delivery)) is not None:
                outcomes[n] = Dead(reason)
            else:
                by_source.setdefault(self._source_of(delivery), []).append(n)
        groups = list(by_source.values())
        handed = self._pool.map(lambda group: self._hand([deliveries[n] for n in group]), groups)
        for group, answers in zip(groups, handed, strict=True):
            outcomes.update(zip(group, answers, strict=True))
        return [outcomes[n] for n in range(len(deliveries))]

    def close(self) -> None:
        """Give the threads back."""
        self._pool.shutdown()

    def _undeliverable(self, delivery: Delivery) -> str | None:
        if delivery.body is None:
            return "body_missing"
        if delivery.headers.get("tenant", self._door.tenant) != self._door.tenant:
            return "tenant_unknown"
        return None

    def _source_of(self, delivery: Delivery) -> str:
        return delivery.headers.get("source", self._source)

    def _hand(self, group: Sequence[Delivery]) -> Sequence[Outcome]:
        try:
            return self._call(group)
        except Exception as error:  # noqa: BLE001 - nothing is swallowed: it is tried again, or buried with its reason
            if is_transient(error):
                return [Again(error)] * len(group)
            return [self._try_alone(delivery, error) for delivery in group]

    def _try_alone(self, delivery: Delivery, error: Exception) -> Outcome:
        """Try what has failed once, alone or in company, as often as is left."""
        for before in range(MAX_TRIES - 1):
            self._pause(_FIRST_PAUSE_S * 2**before)
            try:
                return self._call([delivery])[0]
            except Exception as again:  # noqa: BLE001 - as above
                if is_transient(again):
                    return Again(again)
                error = again
        return Dead(f"handler_failed: {type(error).__name__}")  # its text may hold what the event says of a person

    def _call(self, group: Sequence[Delivery]) -> Sequence[Answer]:
        """Let the door take a group of one source.

        The door calls an event that has no name of its own after its batch. Here a batch is chance, so such an event
        is called after the place of its message, which is the same when it is delivered again.
        """

        def deposit(items: Sequence[Unsealed]) -> Sequence[Deposited]:
            return self._door.deposit([_named(item, one) for item, one in zip(items, group, strict=True)])

        door = evolve(self._door, deposit=deposit)
        return door.receive(self._source_of(group[0]), [one.body or b"" for one in group], batch_id=_NAMELESS)


def _named(item: Unsealed, delivery: Delivery) -> Unsealed:
    if not item.source_event_id.startswith(_NAMELESS):
        return item
    return evolve(item, source_event_id=delivery.place.replace("\0", ""))
