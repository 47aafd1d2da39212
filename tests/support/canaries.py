"""Customers with values that occur nowhere else, everything that can happen to them, and a search for their bytes."""

import base64
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from attrs import frozen

from application.intake.deposit import seal_context, sealed_id
from haberdasher.bootstrap import App
from ports.vault import Erased
from tests.support.shop import ordered, sent, viewed


@frozen
class Canary:
    """`number` makes every value of a customer unlike any other. The address is known to be truncated at the door."""

    number: int

    @property
    def values(self) -> Mapping[str, str]:
        tag = f"{self.number}q{self.number * 7919 % 9973}z"
        return {
            "account": f"acct-{tag}",
            "email": f"mail-{tag}@canary.example",
            "phone": f"+4915{self.number:03d}77{self.number * 7919 % 9973:05d}",
            "loyalty": f"card-{tag}",
            "device": f"device-{tag}",
            "cookie": f"cookie-{tag}",
            "second": f"second-{tag}",
            "name": f"Zoë Näme-{tag}",
            "comment": f"zu eng für mich {tag} an der Hüfte",
            "ip": f"198.51.{self.number}.217",
        }

    def web(self) -> Sequence[bytes]:
        """Visits before and after a login, in two browsers; a wish; what is refused, in several ways."""
        v, n = self.values, self.number * 300
        who = {"user_id": v["account"], "email": v["email"], "phone": v["phone"], "device_id": v["device"]}
        context = {"ip": v["ip"], "device_type": "mobile", "geo": {"latitude": 52.5, "longitude": 13.4}}
        return [
            viewed("p-1", n + 1, cookie=v["cookie"], context=context),
            viewed("p-2", n + 2, cookie=v["cookie"], customer_name=v["name"], **who),
            viewed("p-3", n + 60, cookie=v["second"], user_id=v["account"], loyalty_id=v["loyalty"]),
            sent(
                "slate_viewed",
                n + 61,
                anonymous_id=v["second"],
                properties={"slate_id": f"s{n}", "items": [{"product_id": "p-4"}]},
            ),
            sent("consent_changed", n + 62, **who, properties={"geo": "denied", "ads": "denied"}),
            sent("warp_drive", n + 63, **who, properties={"note": v["name"]}),
            sent(
                "product_viewed",
                n + 64,
                anonymous_id=v["cookie"],
                event_id=f"twice-{n}",
                properties={"product_id": "p-5"},
            ),
            sent(
                "product_viewed",
                n + 64,
                anonymous_id=v["cookie"],
                event_id=f"twice-{n}",
                properties={"product_id": "p-6"},
                customer_name=v["name"],
            ),
            sent("product_viewed", n + 65, email=v["email"], properties={"product_id": ["not", v["name"]]}),
        ]

    @property
    def nonsense(self) -> bytes:
        """Bytes that name nobody whom the door could read."""
        return f"{{not json {self.values['email']} {self.values['name']}".encode()

    def shop(self) -> Sequence[bytes]:
        """An order by account, its return with the shopper's words, and a guest's order by address."""
        v, n = self.values, self.number * 300
        items = [{"variant_id": "p-2/red/s", "quantity": 1, "reason": "too_small", "comment": v["comment"]}]
        returned = {"return_id": f"r-{n}", "order_id": f"o-{n}", "items": items}
        guest = json.loads(ordered(f"g-{n}", n + 71, "p-3/s")) | {"email": v["email"], "billing_name": v["name"]}
        del guest["user_id"]
        return [
            ordered(f"o-{n}", n + 70, "p-2/red/s", user=v["account"]),
            sent("return_requested", n + 80, properties=returned),
            json.dumps(guest).encode(),
        ]


def forms(text: str) -> Iterator[bytes]:
    """Yield the ways in which a text may lie in bytes."""
    plain = text.encode()
    yield plain
    yield json.dumps(text)[1:-1].encode()
    yield quote(text).encode()
    for encoding in ("utf-16-le", "utf-16-be", "latin-1"):
        yield text.encode(encoding)
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for shift in range(3):  # wherever it stands in a longer text; the ends depend on the neighbours
        inner = base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 :]
        yield inner.rstrip(b"=")[: len(inner.rstrip(b"=")) - 3]


def unpacked(blob: bytes) -> Iterator[bytes]:
    """Yield bytes, and what is compressed in them."""
    yield blob
    if zipfile.is_zipfile(io.BytesIO(blob)):
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    start = blob.find(b"\x1f\x8b\x08")
    while start >= 0:
        with suppress(zlib.error):
            yield zlib.decompressobj(wbits=31).decompress(blob[start:])
        start = blob.find(b"\x1f\x8b\x08", start + 1)


def hits(blobs: Mapping[str, bytes], texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return (where, text) of every text that lies in the bytes in any form."""
    wanted = [(text, form) for text in texts for form in dict.fromkeys(forms(text))]
    return sorted(
        {
            (where, text)
            for where, blob in blobs.items()
            for part in unpacked(blob)
            for text, form in wanted
            if form in part
        }
    )


def files(*folders: Path) -> Mapping[str, bytes]:
    """Return every file below the folders, databases and their write-ahead logs as they lie."""
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def legible(app: App) -> Mapping[str, bytes]:
    """Return all that somebody with every key of the house can read: bodies, vault, facts, snapshots, rows."""
    tenant, found = app.settings.tenant, dict[str, bytes]()
    records = app.intake.follow(after=0, limit=100_000)
    arrivals = [one.arrival for one in records]
    contexts = [seal_context(tenant, one.source, sealed_id(one)) for one in arrivals]
    sealed = [place for place, one in enumerate(arrivals) if not one.source.startswith("#")]
    bodies = app.keyring.unseal(
        [arrivals[place].key_id for place in sealed],
        [arrivals[place].sealed for place in sealed],
        [contexts[place] for place in sealed],
    )
    for place, body in zip(sealed, bodies, strict=True):
        found[f"body {records[place].position} {arrivals[place].key_id.partition(':')[0]}"] = body or b""
    for surrogate in {name for one in arrivals for name in one.key_id.split("+") if ":" in name}:
        try:
            found[f"vault {surrogate}"] = app.vault.reveal(surrogate).value.encode()
        except (KeyError, Erased):
            continue
    for one in app.log.follow(after=0, limit=1_000_000):
        found[f"fact {one.position}"] = repr(one).encode()
    return found


def gzipped(text: str) -> bytes:
    """For the proof that the search looks into what is compressed."""
    return b"before" + gzip.compress(b"some " + text.encode() + b" text") + b"after"


def named(customer: Canary, *kinds: str) -> list[str]:
    """Return the values of a customer, all or of some kinds."""
    return [value for kind, value in customer.values.items() if not kinds or kind in kinds]


def every(customers: Sequence[Canary]) -> list[str]:
    return [value for one in customers for value in named(one)]


def asked(customer: Canary) -> dict[str, Any]:
    """Return the question for a slate."""
    return {"customer": {"user_id": customer.values["account"], "email": customer.values["email"]}, "k": 4}
