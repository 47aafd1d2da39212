"""`python -m tests.golden` writes the golden file of every event that has none. It never changes one that is there."""

from adapters.event_log.codec import Codec
from haberdasher.names import stored_names
from ports.event_log import Fact, Metadata
from tests.golden import EVENTS, golden_file
from tests.golden.samples import MOMENT, sample

METADATA = Metadata("0193c7e0000070008000000000000001", MOMENT, MOMENT, 42)


def main() -> None:
    names = stored_names()
    codec = Codec(names)
    for cls, _ in EVENTS:
        topic, state = codec.encode(Fact(sample(cls), METADATA))
        path = golden_file(topic)
        if not path.exists():
            path.write_bytes(state + b"\n")
            print(f"wrote {path.name}")


main()
