"""How much of Segment's and RudderStack's published events has a meaning here, and why the rest has none."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.vendors.coverage import Coverage, covered
from tests.vendors.segment_coverage import examples, message, rows

TARGET = 0.9
DATA = os.environ.get("HABERDASHER_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="HABERDASHER_DATA is not set")
SCHEMAS = Path(DATA, "event_schemas")


def of(vendor: str) -> Sequence[Coverage]:
    return [row for row in rows(SCHEMAS) if row.vendor == vendor]


def specified(page: str, level: str) -> Sequence[str]:
    """Headings of a page that name events; the others are overviews."""
    lines = (SCHEMAS / page).read_text().splitlines()
    return [line.removeprefix(level) for line in lines if line.startswith(level) and "verview" not in line]


@pytest.mark.parametrize("vendor", ["Segment e-commerce", "RudderStack e-commerce"])
def test_nine_tenths_of_the_specification_have_a_meaning(vendor: str) -> None:
    """The target, and no more waits than what shares a whole cart."""
    found = of(vendor)
    assert len(found) == 28
    assert sum(row.mapped for row in found) >= TARGET * len(found)
    assert [(row.name, row.reason) for row in found if not row.mapped] == [("Cart Shared", "unknown_event_name")]


def test_every_heading_has_its_row() -> None:
    """No event of the specifications is left out of the table."""
    assert {row.name for row in of("Segment e-commerce")} == set(specified("segment_ecommerce_v2.md", "### "))
    pages = [page for page in (SCHEMAS / "rudderstack").glob("*.mdx") if page.stem != "index"]
    named = {name for page in pages for name in specified(f"rudderstack/{page.name}", "## ")}
    assert {row.name for row in of("RudderStack e-commerce")} == named
    assert {row.name for row in of("Segment calls")} == {one.name for one in (SCHEMAS / "iglu/com.segment").iterdir()}


def test_every_example_is_read_or_says_why_not() -> None:
    """Not only the first example of an event: each that the vendors publish."""
    found = [
        covered(page.stem, name, message(name, properties), "segment")
        for page in (SCHEMAS / "segment_ecommerce_v2.md", *sorted((SCHEMAS / "rudderstack").glob("*.mdx")))
        for name, properties in examples(page.read_text())
    ]
    assert len(found) >= 56
    assert {(row.name, row.reason) for row in found if not row.mapped} == {("Cart Shared", "unknown_event_name")}
