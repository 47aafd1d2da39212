"""`python -m haberdasher.reference` prints docs/reference/taxonomy.md from the code; a test holds the two equal."""

import sys
from collections.abc import Iterator

from domain.taxonomy.aliases import SERVER_ONLY, TABLES, TAXONOMY_VERSION
from domain.taxonomy.interpret import IDENTIFIERS
from domain.taxonomy.refusal import Reason
from domain.taxonomy.schemas import SCHEMAS
from domain.taxonomy.source import CHANNELS
from haberdasher.names import EVENTS

_INTRODUCTION = """# Taxonomy VERSION

Generated from the code by `python -m haberdasher.reference`.

## The wire form

One JSON object per event, at most 64 KB:

```json
{"event": "add_to_cart", "event_id": "your-id-1", "timestamp": "2026-11-23T12:00:00Z", "anonymous_id": "cookie-1",
 "properties": {"product_id": "dress-7", "sku": "dress-7/m", "price": "49.90", "currency": "EUR"}}
```

- `event`: any spelling below; unknown names wait in the quarantine, with a suggestion where one is close.
- `event_id`: yours, unique per source. Without it, an event with a `timestamp` is known by its content, one without
  either by the batch it came in and its place there.
- `timestamp`, `sent_at`: ISO 8601. Required from backfill sources.
- Identifiers, at least one unless the order system speaks: IDENTIFIERS.
- `channel`: CHANNELS. `context`: `device_type`. `session_id`: evidence only.
- Names of fields may be spelled in any case; amounts are in major units, with a `currency`.
"""


def pages() -> Iterator[str]:
    identifiers = ", ".join(f"`{name}`" for name in IDENTIFIERS)
    introduction = _INTRODUCTION.replace("VERSION", TAXONOMY_VERSION).replace("IDENTIFIERS", identifiers)
    yield introduction.replace("CHANNELS", ", ".join(sorted(CHANNELS)))
    yield "## Canonical events\n"
    for name in sorted(SCHEMAS):
        aliases = sorted(
            {alias for table in TABLES.values() for alias, to in table.items() if to.canonical == name} - {name}
        )
        server = ' (from sources with `authority = "server"` only)' if name in SERVER_ONLY else ""
        yield f"### {name}{server}\n"
        yield f"Also: {', '.join(f'`{alias}`' for alias in aliases) or 'no other name'}\n"
        fields = SCHEMAS[name].fields
        if fields:
            yield "| field | | also sent as |\n|---|---|---|"
            for one in fields:
                also = ", ".join(f"`{alias}`" for alias in one.also)
                yield f"| `{one.name}` | {'required' if one.required else ''} | {also} |"
            yield ""
    yield "## Reasons of the quarantine\n"
    yield ", ".join(f"`{reason.value}`" for reason in Reason) + "\n"
    yield "## Stored events\n"
    yield ", ".join(f"`{name}`" for name in sorted(name for _, name in EVENTS))


def document() -> str:
    return "\n".join(pages()) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
