"""The one way in which every broker's messages are settled: acknowledged once stored or buried, and never before."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from attrs import Factory, define, field

from adapters.broker.delivery import Delivery, Letter, PublishFailed, dead_topic
from adapters.broker.handing import Again, Dead, Outcome
from application.intake.door import Answer

_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.1, 5.0


@define
class Tally:
    """What became of the messages so far; `delayed` counts every time that one had to be delivered again."""

    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    dead: int = 0
    delayed: int = 0

    def count(self, answer: Answer) -> None:
        setattr(self, answer.outcome, getattr(self, answer.outcome) + 1)

    @property
    def settled(self) -> int:
        return self.accepted + self.duplicate + self.quarantined + self.dead


@define(eq=False)
class Settling:
    """`take`: hands deliveries to the door (called in a thread). `bury`: publishes dead letters, confirmed.

    `failed` is told (what, error) of whatever has to be tried again.
    """

    _topic: str
    _take: Callable[[Sequence[Delivery]], Sequence[Outcome]]
    _bury: Callable[[Sequence[Letter]], Awaitable[None]]
    _failed: Callable[[str, Exception], None]
    stopping: asyncio.Event = Factory(asyncio.Event)
    tally: Tally = Factory(Tally)
    _delay: float = field(init=False, default=_FIRST_DELAY_S)

    async def __call__(self, deliveries: Sequence[Delivery]) -> Sequence[bool]:
        """Say for each, in order, whether to acknowledge it; the others are to be delivered again.

        Where there are such, the answer comes late: that is the delay before they are. A stop cuts it short.
        """
        try:
            outcomes = await asyncio.to_thread(self._take, deliveries)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be acknowledged
            outcomes = [Again(error)] * len(deliveries)
        dead = [(one, outcome) for one, outcome in zip(deliveries, outcomes, strict=True) if isinstance(outcome, Dead)]
        buried = await self._bury_all([self._letter(one, outcome.reason) for one, outcome in dead])
        settled = [isinstance(one, Answer) or (isinstance(one, Dead) and buried) for one in outcomes]
        for outcome in outcomes:
            if isinstance(outcome, Answer):
                self.tally.count(outcome)
        self.tally.dead += len(dead) if buried else 0
        if trouble := next((one.error for one in outcomes if isinstance(one, Again)), None):
            self._failed("intake", trouble)
        await self._wait_unless(all(settled))
        self.tally.delayed += settled.count(False)
        return settled

    async def until_settled(
        self, deliveries: Sequence[Delivery], acknowledge: Callable[[Sequence[Delivery]], Awaitable[None]]
    ) -> None:
        """Keep on, for brokers that give nothing back: only a stop leaves something unsettled, and unacknowledged."""
        waiting = list(deliveries)
        while waiting:
            settled = await self(waiting)
            done = [one for one, yes in zip(waiting, settled, strict=True) if yes]
            if done:
                await acknowledge(done)
            waiting = [one for one, yes in zip(waiting, settled, strict=True) if not yes]
            if self.stopping.is_set():
                return

    async def _bury_all(self, letters: Sequence[Letter]) -> bool:
        if not letters:
            return True
        try:
            await self._bury(letters)
        except PublishFailed as error:
            self._failed("dead letters", error)
            return False
        return True

    async def _wait_unless(self, well: bool) -> None:  # noqa: FBT001 - one caller, and it reads as a sentence
        if well:
            self._delay = _FIRST_DELAY_S
            return
        delay, self._delay = self._delay, min(2 * self._delay, _LONGEST_DELAY_S)
        try:
            await asyncio.wait_for(self.stopping.wait(), delay)
        except TimeoutError:
            return

    def _letter(self, delivery: Delivery, reason: str) -> Letter:
        headers = {**delivery.headers, **delivery.origin, "reason": reason}
        return Letter(dead_topic(self._topic), delivery.place, delivery.place, delivery.body or b"", headers)
