"""Which files count, which may yet, which did, and which never will: told from their names and what is committed."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from application.lake.listing import LEAVING, Listing, Name, listing, scan
from application.projections.rows import generation_name
from ports.event_log import EventLog, ReadModels
from ports.lake import Lake


@frozen
class Sorted:
    """`writing`: by a process that has still to commit; those of a rebuild (`building`) may wait for one for ever.

    `dead`: never listed, and never will be.

    `leaving`: listed once, or not ours; from when on it may be deleted (Unix seconds), None if it was not noted yet.
    `building`: as `leaving`. `gone`: noted, and no longer there. `strays`: those of the leaving that are not ours.
    """

    listing: Listing
    writing: Sequence[str]
    building: Mapping[str, float | None]
    dead: Sequence[str]
    leaving: Mapping[str, float | None]
    gone: Sequence[str]
    strays: Sequence[str]


def sort(lake: Lake, log: EventLog, read_models: ReadModels, name: str) -> Sorted:
    """Look at the files, then at what is committed: whatever was being written then is listed now, or still to be.

    A part of the journal begins where the journal stood when it was written. Once it has moved on from there, that
    part is listed, or its writer lost the race and will be refused. So are those of an upkeep by their epoch.
    """
    files = lake.stored()
    found = listing(log, read_models, name)
    noted = dict(scan(read_models, generation_name(name, found.live), LEAVING))
    listed = {part.name for chapter in found.chapters.values() for part in chapter.parts.values()}
    writing: list[str] = []
    dead: list[str] = []
    building: dict[str, float | None] = {}
    leaving: dict[str, float | None] = {}
    for file in files:
        called = Name.of(file)
        if file in listed:
            continue
        if called is not None and _may_be_listed(called, found):
            writing.append(file)
            if called.generation > found.live:
                building[file] = noted.get(file)
        elif file in noted or called is None or called.generation < found.live:
            leaving[file] = noted.get(file)
        else:
            dead.append(file)
    strays = [file for file in leaving if Name.of(file) is None]
    return Sorted(found, writing, building, dead, leaving, sorted(noted.keys() - set(files)), strays)


def _may_be_listed(called: Name, found: Listing) -> bool:
    if called.generation not in found.chapters:
        return False
    if called.epoch:
        return called.epoch > found.epoch
    return called.first > found.chapters[called.generation].position
