"""Archives of what Snowplow trackers sent."""

import base64
import gzip
import json
from pathlib import Path

from adapters.sources.files import FileSource, Sent
from adapters.sources.snowplow import Snowplow
from application.intake import wire
from application.intake.reading import Reader
from haberdasher.sources import FILE_SOURCES
from tests.support.snowplow import CONTEXTS, HAT, PAYLOAD, commerce, message
from tests.vendors.coverage import NOW

PACKED = base64.urlsafe_b64encode(json.dumps({"schema": CONTEXTS, "data": commerce(product=HAT)}).encode()).decode()
LINES = [
    json.dumps({"schema": PAYLOAD, "data": [message("pv", eid="1"), message("pp", eid="2") | {"cx": PACKED}]}),
    json.dumps(message("pv", eid="3")),
    '{"data":[{"e":"pv"},',
    "7",
    '{"schema":"x","data":[]}',
    '{"data": {}}',
]


def test_requests_and_events_are_cut_into_events(tmp_path: Path) -> None:
    """A request body is its events, an event is itself, and what is neither is sent as it stands."""
    file = tmp_path / "raw.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(LINES).encode()))
    source: FileSource = Snowplow()
    sent = list(source.events(file))
    assert {one.source for one in sent} == {source.declarations[0].name}
    bodies = [one.body for one in sent]
    assert bodies[0] == json.dumps(message("pv", eid="1")).encode()
    assert wire.decode(bodies[1])["decoded"] == ["cx"]
    assert bodies[2:] == [one.encode() for one in (*LINES[1:4], LINES[5])]
    assert source.total(file) is None
    plain = tmp_path / "raw.jsonl"
    plain.write_text("\n".join(LINES))
    assert source.total(plain) == len(sent)


def test_history_is_read_by_the_dialect(tmp_path: Path) -> None:
    """The command line knows the reader, and old events are no older than they were."""
    (tmp_path / "raw.jsonl").write_text(json.dumps(message("pv", dtm=1500000000000, stm=1600000000000)))
    source = FILE_SOURCES["snowplow"]
    [sent] = source.events(tmp_path)
    assert isinstance(sent, Sent)
    [one] = Reader().understand(wire.decode(sent.body), source.declarations[0], NOW, "id-1")
    assert one.canonical.occurred_at.isoformat() == "2017-07-14T02:40:00+00:00"
