"""What was stored once must be readable for ever: golden files for the events of an extension.

```python
class TestStoredEvents(StoredEvents):
    extension = extension
    samples = (FittingBooked("f-1", "p-1", MOMENT, "Rosa"), ...)
    folder = Path(__file__).parent / "golden"
```
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from adapters.event_log.codec import Codec
from haberdasher.extension import Extension
from haberdasher.names import stored_names
from ports.event_log import Fact, Metadata

MOMENT = datetime(2026, 11, 23, 12, 30, 15, 250_000, tzinfo=UTC)
_METADATA = Metadata("0193c7e0000070008000000000000001", MOMENT, MOMENT, 42)


def freeze(extension: Extension, samples: Sequence[Any], folder: Path) -> Sequence[Path]:
    """Write the golden file of every sample that has none, and return them. One that is there is never changed."""
    codec, written = Codec(stored_names([extension])), []
    folder.mkdir(parents=True, exist_ok=True)
    for sample in samples:
        topic, state = codec.encode(Fact(sample, _METADATA))
        path = folder / f"{topic}.json"
        if not path.exists():
            path.write_bytes(state + b"\n")
            written.append(path)
    return written


class StoredEvents:
    """`samples`: one of each event of the extension, every field set. `folder`: where `freeze` put its files."""

    extension: ClassVar[Extension]
    samples: ClassVar[Sequence[Any]]
    folder: ClassVar[Path]

    def test_every_event_has_a_sample_and_a_golden_file(self) -> None:
        """An event is released with a file that freezes it."""
        names = stored_names([self.extension])
        assert {type(sample) for sample in self.samples} == {cls for cls, _ in self.extension.events}
        missing = [topic for cls, _ in self.extension.events if not self._file(topic := names.of(cls).topic).exists()]
        assert missing == [], "call haberdasher.testing.stored_events.freeze, and commit what it writes"

    def test_what_was_stored_is_read_and_written_the_same(self) -> None:
        """A golden file of any version decodes; one of the current version is written back byte for byte."""
        names = stored_names([self.extension])
        codec, sample_of = Codec(names), {type(sample): sample for sample in self.samples}
        for path in sorted(self.folder.glob("*.json")):
            registered, version = names.resolve(path.stem)
            event, metadata = codec.decode(path.stem, path.read_bytes().rstrip(b"\n"))
            assert type(event) is registered.cls
            if version == registered.version:
                assert event == sample_of[registered.cls]
                assert codec.encode(Fact(event, metadata))[1] + b"\n" == path.read_bytes()

    def _file(self, topic: str) -> Path:
        return self.folder / f"{topic}.json"
