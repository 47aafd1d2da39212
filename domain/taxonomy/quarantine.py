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


Event = EventQuarantined


@frozen
class State:
    reason: str | None = None


def evolve(state: State, event: Event) -> State:
    match event:
        case EventQuarantined(reason=reason):
            return amend(state, reason=reason)
        case _:
            assert_never(event)


def quarantine(
    state: State, refused: Refused, *, intake_position: int, source: str, taxonomy_version: str
) -> tuple[Event, ...]:
    """Set an event aside; the same reason again is nothing to do."""
    if state.reason == refused.reason.value:
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


DECIDER = Decider(category="quarantine", initial=State, evolve=evolve)
EVENTS: tuple[tuple[type, str], ...] = ((EventQuarantined, "intake.event_quarantined"),)
