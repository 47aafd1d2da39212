"""Histories whose touches were always known to be of whom they are of now: what tests of learning need of a journal."""

from collections.abc import Iterator

from msgspec.structs import asdict

from application.features.touch import Observation
from application.learning.histories import Histories


def observed(histories: Histories) -> Histories:
    """Give histories an observation for each touch of each person, and return them."""
    histories.observations = tuple(_observations(histories))
    return histories


def _observations(histories: Histories) -> Iterator[Observation]:
    for person, touches in histories.people():
        for number, touch in enumerate(touches):
            about = asdict(touch)
            yield Observation(**about, id=f"{person}/{number}", position=0, customer=person, visitor=person)
        for member in histories.members(person) if person else ():
            yield Observation(0.0, 0.0, "known", "", id=f"member {member}", position=0, customer=person, visitor=member)
