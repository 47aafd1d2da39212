"""Shopify's CSV files as they really come: several rows a product, broken bytes, broken rows."""

import csv
import gzip
import json
import os
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from adapters.sources.files import FileSource, MissingFile
from adapters.sources.shopify import Shopify
from application.intake import wire
from application.intake.reading import Reader
from domain.taxonomy.refusal import Reason, Refused
from tests.support.shopify import FILES, NOW

HEADER = "Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Inventory Qty\n"
SHIRT = 'shirt,"Shirt, fine",Size,S,50,1\nshirt,,,M,50,2\n'
HAT = "hat,Hat,Title,Default Title,20,0\n"
ORDERS = (
    "Name,Email,Currency,Total,Subtotal,Shipping,Taxes,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
    "#1,a@b.example,EUR,70.00,70.00,0.00,0.00,2026-01-15 10:00:00 +0100,1,Shirt - S,50.00\n"
    "#1,a@b.example,,,,,,,1,Hat,20.00\n"
    "#2,a@b.example,EUR,20.00,20.00,0.00,0.00,2026-01-16 10:00:00 +0100,1,Hat,20.00\n"
)


def sent(path: Path, content: bytes | str, reader: FileSource | None = None) -> list[Any]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [json.loads(one.body) for one in (reader or Shopify()).events(path)]


def reasons(path: Path, content: bytes) -> list[str]:
    """Read each message as the door does; return what was accepted or why not."""
    path.write_bytes(content)
    found = []
    for one in Shopify(currency="EUR").events(path):
        assert one.source == "shopify_csv"
        try:
            Reader().understand(wire.decode(one.body), FILES, NOW, "id-1")
        except Refused as no:
            found.append(no.reason.value)
        else:
            found.append("accepted")
    return found


def test_rows_of_a_product_are_one_message(tmp_path: Path) -> None:
    """With the time of the file, for there is no other, and without the cells that are blank."""
    file = tmp_path / "products.csv"
    file.write_text(HEADER + SHIRT + HAT)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    messages = [json.loads(one.body) for one in Shopify(currency="EUR").events(file)]
    assert [(one["export"], one["exported_at"], one["currency"]) for one in messages] == [
        ("products", "2023-11-14T22:13:20+00:00", "EUR")
    ] * 2
    assert messages[0]["rows"][1] == {
        "Handle": "shirt",
        "Option1 Value": "M",
        "Variant Price": "50",
        "Variant Inventory Qty": "2",
    }
    assert Shopify().total(file) is None


def test_rows_of_an_order_are_one_message_without_a_time_of_the_file(tmp_path: Path) -> None:
    """An order says when it was; exported again it is the same message."""
    messages = sent(tmp_path / "orders.csv", ORDERS)
    assert [(one["export"], len(one["rows"])) for one in messages] == [("orders", 2), ("orders", 1)]
    assert all(set(one) == {"export", "rows"} for one in messages)


@pytest.mark.parametrize(
    "content", ["\ufeff" + HEADER + SHIRT, (HEADER + SHIRT).replace("\n", "\r\n"), HEADER + "\n" + SHIRT + "\n,,,,,\n"]
)
def test_marks_and_blank_lines_are_nobodys_product(tmp_path: Path, content: str) -> None:
    """A byte order mark, other ends of lines and blank lines change nothing."""
    assert [one["rows"] for one in sent(tmp_path / "a.csv", content)] == [
        one["rows"] for one in sent(tmp_path / "b.csv", HEADER + SHIRT)
    ]


def test_a_cell_may_hold_lines_quotes_and_commas(tmp_path: Path) -> None:
    """The csv module reads and writes what a spreadsheet does."""
    out = StringIO()
    title = 'a "fine"\nshirt, red\r\nand 👗'
    csv.writer(out).writerows([["Handle", "Title"], ["shirt", title]])
    assert sent(tmp_path / "a.csv", out.getvalue().encode())[0]["rows"] == [{"Handle": "shirt", "Title": title}]


def test_a_file_may_be_packed_or_in_a_folder(tmp_path: Path) -> None:
    """Plain and gzip, a folder in the order of its names; other files are left alone."""
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress((HEADER + HAT).encode()))
    (tmp_path / "a.csv").write_text(HEADER + SHIRT)
    (tmp_path / "readme.txt").write_text("nothing")
    handles = [json.loads(one.body)["rows"][0]["Handle"] for one in Shopify().events(tmp_path)]
    assert handles == ["shirt", "hat"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (b"shirt,Sh\xefrt,Size,S,50,1\nhat,Hat,Title,Default Title,20,0\n", ["not_json", "accepted"]),
        (b"shirt,Shirt,Size,S,50\nhat,Hat,Title,Default Title,20,0\n", ["type_invalid", "accepted"]),
        (b"shirt,Shirt,Size,S,50,1,9,9\nhat,Hat,Title,Default Title,20,0\n", ["type_invalid", "accepted"]),
        (b"shirt,Shirt,Size,S,50,1\nshirt,\nhat,Hat,Title,Default Title,20,0\n", ["type_invalid", "accepted"]),
        (b"shirt,,Size,S,50,1\n", ["missing_required"]),
        (b",Shirt,Size,S,50,1\n", ["missing_required"]),
        (b"shirt,Shirt,Size,S,fifty,1\n", ["type_invalid"]),
        (b"shirt,Shirt,Size,S,50.999,1\n", ["money_precision"]),
        (b"shirt,Sh\x00irt,Size,S,50,1\n", ["text_invalid"]),
        (b'shirt,"Shirt,Size,S,50,1\nhat,Hat,Title,Default Title,20,0\n', ["type_invalid"]),
        (b"shirt," + b"x" * 70_000 + b",Size,S,50,1\n", ["oversize"]),
    ],
)
def test_what_is_broken_waits_with_its_reason(tmp_path: Path, rows: bytes, expected: list[str]) -> None:
    """A bad product is kept as it is and refused by reason; the next one is read."""
    assert reasons(tmp_path / "a.csv", HEADER.encode() + rows) == expected


def test_bytes_that_are_no_text_are_kept(tmp_path: Path) -> None:
    """What the quarantine holds of a file in another encoding is its own bytes."""
    file = tmp_path / "a.csv"
    file.write_bytes(HEADER.encode() + b"shirt,Sh\xefrt,Size,S,50,1\n")
    assert b"Sh\xefrt" in next(Shopify().events(file)).body


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "neither Handle nor Name"),
        (b"a,b\n1,2\n", "neither Handle nor Name"),
        ((HEADER + SHIRT).encode("utf-16"), "neither Handle nor Name"),
        (HEADER.encode() + b'shirt,"' + b"x" * 200_000, "get the file again"),
    ],
)
def test_another_kind_of_file_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    """Nobody has to guess why nothing came: the file and the remedy are named."""
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=said) as found:
        list(Shopify().events(file))
    assert str(file) in str(found.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """With what was looked for."""
    with pytest.raises(MissingFile, match=r"\*\.csv"):
        list(Shopify().events(tmp_path))


@pytest.mark.skipif(not os.environ.get("HABERDASHER_DATA"), reason="HABERDASHER_DATA is not set")
@pytest.mark.parametrize(
    ("name", "variants", "colours", "in_stock"),
    [("apparel", 22, 0, 22), ("home-and-garden", 21, 0, 0), ("jewelery", 23, 6, 0)],
)
def test_the_real_files_are_read(name: str, variants: int, colours: int, in_stock: int) -> None:
    """Shopify's own examples: twenty products each, every row a variant or a picture."""
    file = Path(os.environ["HABERDASHER_DATA"]) / "catalog" / f"shopify_{name}.csv"
    listed, counted = _understood(file)
    assert len(listed) == len(counted) == 20
    colourways = [way for one in listed for way in one["colourways"]]
    assert sum(len(way["variants"]) for way in colourways) == variants
    assert sum("colour" in way for way in colourways) == colours
    assert all(way["image_url"].startswith("https://burst.shopifycdn.com/") for way in colourways)
    assert sum(len(one["levels"]) for one in counted) == variants
    if in_stock:
        assert sum(level["quantity"] > 0 for one in counted for level in one["levels"]) == in_stock


def _understood(file: Path) -> tuple[Sequence[Any], Sequence[Any]]:
    read = [Reader().understand(wire.decode(one.body), FILES, NOW, "id-1") for one in Shopify("USD").events(file)]
    events = [part.canonical for parts in read for part in parts]
    return (
        [one.fields for one in events if one.name == "product_listed"],
        [one.fields for one in events if one.name == "stock_counted"],
    )


def test_a_listing_without_a_currency_waits(tmp_path: Path) -> None:
    """Its prices mean nothing until somebody says in what."""
    file = tmp_path / "a.csv"
    file.write_text(HEADER + SHIRT)
    with pytest.raises(Refused) as found:
        Reader().understand(wire.decode(next(Shopify().events(file)).body), FILES, NOW, "id-1")
    assert (found.value.reason, found.value.field) == (Reason.MISSING_REQUIRED, "currency")
