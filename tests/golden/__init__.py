"""One frozen file per released event and version: what was stored once must be readable for ever."""

from pathlib import Path

from haberdasher.names import EVENTS as EVENTS

FOLDER = Path(__file__).parent / "events"


def golden_file(topic: str) -> Path:
    return FOLDER / f"{topic}.json"
