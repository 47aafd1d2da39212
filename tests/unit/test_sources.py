import gzip
import json
import lzma
import os
from datetime import datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import pytest

from adapters.sources.diginetica import TEST, TRAIN, Diginetica, published_test
from adapters.sources.files import FileSource, MissingFile
from adapters.sources.jsonl import JsonLines


def bodies(source: FileSource, path: Path) -> list[bytes]:
    """What is sent, all of it by the one source that these readers declare."""
    sent = list(source.events(path))
    assert {one.source for one in sent} <= {source.declarations[0].name}
    return [one.body for one in sent]


LINES = [b'{"event":"product_viewed","event_id":"1"}', b"{not json", b"\xff\xfe", b'"text"']


@pytest.fixture
def diginetica(tmp_path: Path) -> Path:
    """A folder as the real one is, of three visitors and two published test rows."""
    (tmp_path / TRAIN).write_bytes(lzma.compress(b"1 2\n3 4 5\n43097\n"))
    (tmp_path / TEST).write_bytes(lzma.compress(b"21 20 87\t63\n21\t20\n"))
    return tmp_path


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz", ".jsonl.xz"])
def test_lines_are_sent_as_they_stand(tmp_path: Path, ending: str) -> None:
    """Every line that is not blank is sent, bad ones included, from plain and compressed files."""
    content = b"\n".join([*LINES[:2], b"", b"  ", *LINES[2:]]) + b"\r\n"
    packed = {".jsonl": content, ".jsonl.gz": gzip.compress(content), ".jsonl.xz": lzma.compress(content)}
    file = tmp_path / f"events{ending}"
    file.write_bytes(packed[ending])
    source: FileSource = JsonLines()
    assert bodies(source, file) == bodies(source, tmp_path) == LINES
    assert source.total(file) == (len(LINES) if ending == ".jsonl" else None)


def test_a_folder_is_read_by_name(tmp_path: Path) -> None:
    """The files of a folder come in the order of their names; other files are left alone."""
    for name in ("b.jsonl", "a.jsonl", "readme.txt"):
        (tmp_path / name).write_text(f'"{name}"\n')
    assert bodies(JsonLines(), tmp_path) == [b'"a.jsonl"', b'"b.jsonl"']


def test_a_visitor_per_line(diginetica: Path) -> None:
    """Each click is one `product_viewed` of its line's visitor, under an id of its own."""
    source: FileSource = Diginetica()
    events = [json.loads(event) for event in bodies(source, diginetica)]
    assert source.total(diginetica) == len(events) == 6
    assert [(event["anonymous_id"], event["properties"]["product_id"]) for event in events] == [
        ("line-1", "1"),
        ("line-1", "2"),
        ("line-2", "3"),
        ("line-2", "4"),
        ("line-2", "5"),
        ("line-3", "43097"),
    ]
    assert {event["event"] for event in events} == {"product_viewed"}
    assert [event["event_id"] for event in events][:3] == ["train-1-1", "train-1-2", "train-2-1"]


def test_made_up_times_keep_the_order(diginetica: Path) -> None:
    """Visitors begin in the order of the lines, and nobody pauses long enough to begin a second session."""
    events = [json.loads(event) for event in bodies(Diginetica(), diginetica)]
    visits: dict[str, list[datetime]] = {}
    for event in events:
        visits.setdefault(event["anonymous_id"], []).append(datetime.fromisoformat(event["timestamp"]))
    begins = [times[0] for times in visits.values()]
    assert begins == sorted(set(begins))
    for times in visits.values():
        assert all(timedelta(0) < later - earlier < timedelta(minutes=30) for earlier, later in pairwise(times))
        assert times[0].utcoffset() == timedelta(0)


def test_the_published_test_is_read(diginetica: Path) -> None:
    """Prefixes and targets are product ids as text, row by row."""
    prefixes, targets = published_test(diginetica)
    assert [list(prefix) for prefix in prefixes] == [["21", "20", "87"], ["21"]]
    assert list(targets) == ["63", "20"]


@pytest.mark.parametrize("line", [b'1 "2"', b"1 \xc2\xb2", b"1,2", b"1 -2"])
def test_what_is_not_a_number_is_refused(tmp_path: Path, line: bytes) -> None:
    """A word that is not digits never reaches the JSON: the line is named instead."""
    (tmp_path / TRAIN).write_bytes(lzma.compress(b"1\n" + line + b"\n"))
    with pytest.raises(ValueError, match="line 2"):
        list(Diginetica().events(tmp_path))


@pytest.mark.parametrize("row", [b"1 2", b"1\t", b"1\t2 3"])
def test_a_test_row_has_one_target(tmp_path: Path, row: bytes) -> None:
    """A row without exactly one target is refused."""
    (tmp_path / TEST).write_bytes(lzma.compress(row + b"\n"))
    with pytest.raises(ValueError, match="exactly one target"):
        published_test(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error says which file was expected and where to point to it."""
    with pytest.raises(MissingFile, match=rf"{TRAIN}.*HABERDASHER_DATA"):
        list(Diginetica().events(tmp_path))
    with pytest.raises(MissingFile, match=rf"{TEST}.*HABERDASHER_DATA"):
        published_test(tmp_path / "absent")
    with pytest.raises(MissingFile, match=r"\*\.jsonl"):
        JsonLines().total(tmp_path)


def test_the_real_data_is_read() -> None:
    """The real files hold 906,140 clicks and 60,858 test rows."""
    if not (data := os.environ.get("HABERDASHER_DATA")):
        pytest.skip("HABERDASHER_DATA is not set")
    folder = Path(data) / "diginetica"
    assert Diginetica().total(folder) == 906_140
    assert len(list(islice(Diginetica().events(folder), 1_000))) == 1_000
    prefixes, targets = published_test(folder)
    assert len(prefixes) == len(targets) == 60_858
