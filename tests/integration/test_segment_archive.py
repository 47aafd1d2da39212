"""Archives of Segment and RudderStack, read as their buckets have them."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.sources.files import MissingFile
from adapters.sources.segment import RUDDER, SEGMENT, Archive
from haberdasher.cli.ingest import ingest_files
from tests.support.house import house
from tests.vendors.segment_coverage import message


def archived(number: int, **changes: Any) -> bytes:
    """Return a line as the vendor's server wrote it, years ago, of a device whose clock was wrong."""
    sent = dict(message("Product Viewed", {"product_id": "coat"})) | {
        "messageId": f"m-{number}",
        "originalTimestamp": "1970-01-01T00:00:00Z",
        "sentAt": "1970-01-01T00:00:01Z",
        "timestamp": f"2020-03-0{number}T09:00:00.000Z",
        "receivedAt": f"2020-03-0{number}T09:00:01.000Z",
    }
    return json.dumps(sent | changes).encode()


@pytest.mark.parametrize(
    ("name", "source", "file"),
    [
        ("segment", SEGMENT, "segment-logs/source-1/1583020800000/1583053200.56c7f4.{}.gz"),
        ("rudder", RUDDER, "rudder-logs/source-1/03-01-2020/1583053200.source-1.{}.json.gz"),
    ],
)
def test_a_bucket_is_read_once_however_often(tmp_path: Path, name: str, source: Archive, file: str) -> None:
    """All its folders, with the times that the vendor corrected; bad lines wait; a second time changes nothing."""
    bucket = tmp_path / "bucket"
    for number, lines in ((1, [archived(1), archived(2)]), (2, [archived(3), b"{half", archived(4, event="Warp")])):
        path = bucket / file.format(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n\n"))
    assert source.total(bucket) is None
    app = house(tmp_path / "home")
    try:
        first = ingest_files(app, name, bucket)
        again = ingest_files(app, name, bucket)
        app.live.work.round()
        days = [
            one.metadata.occurred_at.isoformat()
            for one in app.log.follow(after=0, limit=100)
            if type(one.event).__name__ == "ProductViewed"
        ]
    finally:
        app.close()
    assert (first.received, first.accepted, first.quarantined) == (5, 3, 2)
    assert first.reasons == {"not_json": 1, "unknown_event_name": 1}
    assert (again.accepted, again.duplicate) == (0, 5)
    assert days == [f"2020-03-0{day}T09:00:00+00:00" for day in (1, 2, 3)]


def test_plain_files_say_how_many_lines_they_have(tmp_path: Path) -> None:
    """Progress needs a total where a total is cheap; a folder without any file says what was expected."""
    (tmp_path / "day.json").write_bytes(archived(1) + b"\n" + archived(2))
    assert SEGMENT.total(tmp_path) == SEGMENT.total(tmp_path / "day.json") == 2
    with pytest.raises(MissingFile, match=r"\*\.gz"):
        list(RUDDER.events(tmp_path / "day.json" / "none"))
