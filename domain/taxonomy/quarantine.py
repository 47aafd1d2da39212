"""An event that the taxonomy refused waits here with its reason; its bytes stay in the intake log.

Stream per intake position, so that what happens to it later (a release after a new alias) follows on.
"""

from typing import assert_never

from attrs import evolve as amend
from attrs import frozen

from domain.kernel import Decider
from domain.taxonomy.refusal import Refused


@frozen
class EventQuarantined:
    """`detail` and `suggested_name` never repeat a value that was sent."""

    intake_position: int
    source: str
    reason: str
    field: str
    detail: str
    taxonomy_version: str
    suggested_name: str = ""


@frozen
class EventReleased:
    """A newer vocabulary, or an operator's word on a conflict, made facts of it. They say when it happened."""

    intake_position: int
    source: str
    taxonomy_version: str
    became: tuple[str, ...]


Event = EventQuarantined | EventReleased


@frozen
class State:
    """`released`: it is a fact now and cannot become one again."""

    reason: str | None = None
    released: bool = False


def evolve(state: State, event: Event) -> State:
    match event:
        case EventQuarantined(reason=reason):
            return amend(state, reason=reason)
        case EventReleased():
            return amend(state, released=True)
        case _:
            assert_never(event)


def quarantine(
    state: State, refused: Refused, *, intake_position: int, source: str, taxonomy_version: str
) -> tuple[Event, ...]:
    """Set an event aside; the same reason again is nothing to do, and what was released stays released."""
    if state.released or state.reason == refused.reason.value:
        return ()
    return (
        EventQuarantined(
            intake_position=intake_position,
            source=source,
            reason=refused.reason.value,
            field=refused.field,
            detail=refused.detail,
            taxonomy_version=taxonomy_version,
            suggested_name=refused.suggested_name,
        ),
    )


def release(
    state: State, *, intake_position: int, source: str, taxonomy_version: str, became: tuple[str, ...]
) -> tuple[Event, ...]:
    """Let an event out, once. `became`: the canonical names of its facts. One that never waited is nothing to do."""
    if state.reason is None or state.released:
        return ()
    return (EventReleased(intake_position, source, taxonomy_version, became),)


DECIDER: Decider[State, Event] = Decider(category="quarantine", initial=State, evolve=evolve)
EVENTS: tuple[tuple[type, str], ...] = (
    (EventQuarantined, "intake.event_quarantined"),
    (EventReleased, "intake.event_released"),
)
