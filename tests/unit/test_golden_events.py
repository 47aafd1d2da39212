"""Stored events are for ever: names, fields and meanings of what was released do not change."""

import re
from pathlib import Path

import pytest

from adapters.event_log.codec import Codec
from haberdasher.names import stored_names
from ports.event_log import Fact
from tests.golden import EVENTS, FOLDER, golden_file
from tests.golden.samples import sample

NAMES = stored_names()


@pytest.mark.parametrize("name", [name for _, name in EVENTS])
def test_every_event_has_a_golden_file(name: str) -> None:
    """An event is released with a file that freezes it: `python -m tests.golden` writes what is missing."""
    assert golden_file(NAMES.named(name).topic).exists(), f"{name}: run `python -m tests.golden` and commit the file"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_what_was_stored_is_read_and_written_the_same(path: Path) -> None:
    """Every golden file, of whatever version, decodes; one of the current version is written back byte for byte."""
    topic, stored = path.stem, path.read_bytes().rstrip(b"\n")
    codec = Codec(NAMES)
    event, metadata = codec.decode(topic, stored)
    registered, version = NAMES.resolve(topic)
    assert type(event) is registered.cls
    if version == registered.version:
        assert codec.encode(Fact(event, metadata)) == (topic, stored)
        assert event == sample(registered.cls)


def test_stored_names_say_nothing_of_where_code_lives() -> None:
    """No import path, no class name, no vendor: `area.what_happened`."""
    for _, name in EVENTS:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", name), name
    vendors = re.compile(r"shopify|segment|snowplow|google|ga4|amazon", re.IGNORECASE)
    assert not [path.name for path in FOLDER.glob("*.json") if vendors.search(path.name + path.read_text())]
