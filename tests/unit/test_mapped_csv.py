"""Any CSV file becomes events by the mapping beside it, and a mapping that cannot be names its key."""

import csv
import gzip
import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.files import MissingFile
from adapters.sources.mapped_csv import MappedCsv
from adapters.sources.mapped_csv_plan import BadMapping, Times, read_plan
from application.intake import wire
from application.intake.reading import Reader
from application.intake.transactions import bill_of
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Declaration

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
VIEWS = """
event = { column = "Action" }
timestamp = { column = "When", format = "%d.%m.%Y %H:%M", zone = "Europe/Berlin" }
separator = ";"
decimal = ","
numbers = ["Price"]

[columns]
"Visitor" = "anonymous_id"
"Article" = ["properties.product_id", "properties.variant_id"]
"Price" = "properties.unit_price"

[constants]
channel = "app_ios"
"properties.currency" = "EUR"
"consent.analytics" = true

[values.Action]
"ATC" = "add_to_cart"
"View" = "product_viewed"
"""
ROWS = (
    "Visitor;When;Action;Article;Price;Clerk\n"
    "v-1;24.11.2026 09:30;View;coat;1.299,50;Ann\n"
    "v-1;24.11.2026 09:31;ATC;coat;;Ann\n"
)
ORDERS = """
source = "csv_server"
event = "order_placed"
timestamp = "created"
group = "order"

[columns]
order = "properties.order_id"
mail = "email"
total = "properties.total"
sku = "properties.items[].variant_id"
pieces = "properties.items[].quantity"
price = "properties.items[].unit_price"

[constants]
"properties.currency" = "EUR"
"""
ORDER_ROWS = (
    "order,created,mail,total,sku,pieces,price\n"
    "o-1,2026-01-05T10:00:00Z,a@b.example,30.00,coat,1,20.00\n"
    "o-1,2026-01-05T10:00:00Z,a@b.example,30.00,hat,1,5.00\n"
    "o-1,2026-01-05T10:00:00Z,a@b.example,30.00,hat,1,5.00\n"
    "o-2,2026-01-06T10:00:00Z,a@b.example,5.00,hat,1,5.00\n"
)


def sent(folder: Path, mapping: str, content: str | bytes, name: str = "a.csv") -> list[Any]:
    """Write a file with its mapping and return what the source sends."""
    (folder / f"{name.partition('.csv')[0]}.mapping.toml").write_text(mapping)
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return [json.loads(one.body) for one in MappedCsv().events(folder / name)]


def test_columns_become_fields(tmp_path: Path) -> None:
    """Names, times, numbers, values and constants by the mapping; a column that nobody named is not sent."""
    view, cart = sent(tmp_path, VIEWS, ROWS)
    assert view == {
        "event": "product_viewed",
        "timestamp": "2026-11-24T09:30:00+01:00",
        "anonymous_id": "v-1",
        "properties": {"product_id": "coat", "variant_id": "coat", "unit_price": "1299.50", "currency": "EUR"},
        "channel": "app_ios",
        "consent": {"analytics": True},
    }
    assert (cart["event"], "unit_price" in cart["properties"]) == ("add_to_cart", False)
    assert "Ann" not in json.dumps([view, cart])


def test_what_is_mapped_is_understood(tmp_path: Path) -> None:
    """The door reads it as it reads any event of the wire form."""
    source = Declaration(name="csv", clock="backfill")
    names = [
        Reader().understand(wire.decode(wire.encode(one)), source, NOW, "id-1")[0].canonical.name
        for one in sent(tmp_path, VIEWS, ROWS)
    ]
    assert names == ["product_viewed", "product_added_to_cart"]


def test_rows_below_each_other_are_one_order(tmp_path: Path) -> None:
    """Each row of a group adds a line, also one that is equal to another; the bill is the whole group's."""
    first, second = sent(tmp_path, ORDERS, ORDER_ROWS)
    assert len(first["properties"]["items"]) == 3
    source = Declaration(name="csv_server", clock="backfill", authority="server", legal_basis="contract")
    placed = Reader().understand(wire.decode(wire.encode(first)), source, NOW, "id-1")[0].canonical
    assert (placed.name, bill_of(placed.fields).unexplained_minor()) == ("order_placed", 0)
    assert second["properties"]["order_id"] == "o-2"


def test_the_source_is_the_one_that_the_mapping_names(tmp_path: Path) -> None:
    """Behaviour by default; what the shop's own systems say under `csv_server`."""
    sent(tmp_path, ORDERS, ORDER_ROWS)
    assert {one.source for one in MappedCsv().events(tmp_path / "a.csv")} == {"csv_server"}
    sent(tmp_path, VIEWS, ROWS)
    assert {one.source for one in MappedCsv().events(tmp_path / "a.csv")} == {"csv"}


def test_lists_within_lists_are_opened_again(tmp_path: Path) -> None:
    """Colourways and their sizes: rows of one colourway are one object, whose list grows."""
    mapping = """
event = "product_listed"
group = "style"
[columns]
style = "properties.product_id"
name = "properties.title"
colour_code = "properties.colourways[].colourway_id"
colour = "properties.colourways[].colour"
sku = "properties.colourways[].variants[].variant_id"
size = "properties.colourways[].variants[].size_label"
"""
    rows = (
        "style,name,colour_code,colour,sku,size\ncoat,Coat,c1,Red,1,S\ncoat,,c1,Red,2,M\n"
        "coat,,c2,Blue,3,S\ncoat,,c1,Red,4,L\nhat,Hat,h1,,5,\n"
    )
    coat, hat = sent(tmp_path, mapping, rows)
    assert coat["properties"]["title"] == "Coat"
    assert [
        (one["colour"], [v["variant_id"] for v in one["variants"]]) for one in coat["properties"]["colourways"]
    ] == [
        ("Red", ["1", "2", "4"]),
        ("Blue", ["3"]),
    ]
    assert hat["properties"]["colourways"] == [{"colourway_id": "h1", "variants": [{"variant_id": "5"}]}]


def test_a_mapping_may_be_shared_by_a_folder(tmp_path: Path) -> None:
    """A file's own mapping comes first, also for a packed file; without any the remedy is said."""
    (tmp_path / "mapping.toml").write_text('event = "page_viewed"\n[columns]\nv = "anonymous_id"\n')
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"v\nx\n"))
    (tmp_path / "a.csv").write_text("v\ny\n")
    (tmp_path / "b.mapping.toml").write_text('event = "app_opened"\n[columns]\nv = "anonymous_id"\n')
    events = [json.loads(one.body)["event"] for one in MappedCsv().events(tmp_path)]
    assert events == ["page_viewed", "app_opened"]
    (tmp_path / "mapping.toml").unlink()
    for ask in (MappedCsv().total, lambda path: list(MappedCsv().events(path))):
        with pytest.raises(MissingFile, match=r"write a\.mapping\.toml"):
            ask(tmp_path)
    with pytest.raises(MissingFile, match=r"\*\.csv"):
        list(MappedCsv().events(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("mapping", "key"),
    [
        ("event = ", "no TOML"),
        ("", "event: required"),
        ("event = 7", "event: expected text"),
        ('event = { colum = "x" }', "event.colum: no such key"),
        ("event = {}", "event.column: expected text"),
        ('event = "x"\nformat = "y"', "format: no such key"),
        ('event = "x"\nseparator = ";;"', "separator: expected one character"),
        ('event = "x"\ndecimal = ""', "decimal"),
        ('event = "x"\nencoding = "klingon"', "encoding: 'klingon'"),
        ('event = "x"\nnumbers = "Price"', "numbers: expected a list"),
        ('event = "x"\ntimestamp = { format = "%d" }', "timestamp.column: expected text"),
        ('event = "x"\ntimestamp = { column = "a", zone = "Mars/North" }', "timestamp.zone: 'Mars/North'"),
        ('event = "x"\ntimestamp = { column = "a", zone = "../../etc/passwd" }', "timestamp.zone"),
        ('event = "x"\ntimestamp = 5', "timestamp: expected a table"),
        ('event = "x"\ncolumns = 5', "columns: expected a table"),
        ('event = "x"\n[columns]\na = 5', "columns.a: expected a field"),
        ('event = "x"\n[columns]\na = []', "columns.a: expected a field"),
        ('event = "x"\n[columns]\na = "wide"', "columns.a: no field 'wide'"),
        ('event = "x"\n[columns]\na = "timestamp"', "columns.a: no field 'timestamp'.*use the key"),
        ('event = "x"\n[columns]\na = "properties"', "columns.a: 'properties'"),
        ('event = "x"\n[columns]\na = "user_id.b"', "columns.a: 'user_id.b'"),
        ('event = "x"\n[columns]\na = "properties.items[]"', r"columns.a: 'properties.items\[\]'"),
        ('event = "x"\n[columns]\na = "properties..b"', "columns.a: 'properties..b'"),
        ('event = "x"\n[columns]\na = "properties.b"\nc = "properties.b.d"', "columns: properties.b is a value"),
        ('event = "x"\n[columns]\na = "properties.b[].c"\nd = "properties.b.e"', "columns: properties.b is a list"),
        ('event = "x"\n[constants]\n"properties.b[].c" = 1', r"constants.properties.b\[\].c: a list"),
        ('event = "x"\n[constants]\n"properties.b" = [1]', "constants.properties.b: expected text"),
        ('event = "x"\n[constants]\n"properties.b" = 2026-01-01', "constants.properties.b: expected text"),
        ('event = "x"\n[values]\na = 1', "values.a: expected a table"),
        ('event = "x"\n[values.a]\nb = 1', "values.a.b: expected text"),
        ('event = "x"\ngroup = "nothere"', "group: a.csv has no column 'nothere'"),
        ('event = "x"\n[columns]\nnothere = "user_id"', "columns.nothere: a.csv has no column"),
        ('event = { column = "nothere" }', "event.column: a.csv has no column"),
        ('event = "x"\ntimestamp = "nothere"', "timestamp.column: a.csv has no column"),
    ],
)
def test_a_bad_mapping_names_its_key(tmp_path: Path, mapping: str, key: str) -> None:
    """The file, the key, and what would do."""
    with pytest.raises(BadMapping, match=key) as found:
        sent(tmp_path, mapping, "a,b\n1,2\n")
    assert str(found.value).startswith("a.mapping.toml: ")


@pytest.mark.parametrize(
    ("decimal", "cell", "read"),
    [
        (",", "1.299,50", "1299.50"),
        (",", "12,5", "12.5"),
        (",", "1.299", "1299"),
        (",", "12.50", "12.50"),  # no group of three: it is not made a hundred times as much
        (",", "1 234 567,8", "1234567.8"),
        (".", "1,299.50", "1299.50"),
        (".", "1,29", "1,29"),  # is refused by the taxonomy
        (".", "19.90", "19.90"),
    ],
)
def test_numbers_are_read_by_their_decimal_sign(tmp_path: Path, decimal: str, cell: str, read: str) -> None:
    """Groups of three digits lose what stands between them, and nothing else does."""
    mapping = (
        f'event = "x"\nseparator = ";"\ndecimal = "{decimal}"\nnumbers = ["p"]\n[columns]\np = "properties.price"\n'
    )
    assert sent(tmp_path, mapping, f"p\n{cell}\n")[0]["properties"]["price"] == read


def test_constants_keep_their_digits(tmp_path: Path) -> None:
    """A price in TOML goes as it is written."""
    mapping = 'event = "x"\n[constants]\n"properties.unit_price" = 19.90\n"properties.quantity" = 2\n'
    assert sent(tmp_path, mapping, "a\n1\n")[0]["properties"] == {"unit_price": "19.90", "quantity": 2}


@pytest.mark.parametrize(
    ("times", "cell", "read"),
    [
        (Times("t"), "2026-01-02", "2026-01-02T00:00:00+00:00"),
        (Times("t"), "2026-01-02T03:04:05+02:00", "2026-01-02T03:04:05+02:00"),
        (Times("t", "unix"), "1700000000", "2023-11-14T22:13:20+00:00"),
        (Times("t", "unix_ms"), "1700000000123", "2023-11-14T22:13:20.123000+00:00"),
        (Times("t", "%Y-%m-%d %H:%M:%S %z"), "2026-01-15 10:23:45 -0500", "2026-01-15T10:23:45-05:00"),
        (Times("t", "%d/%m/%y"), "31/02/26", "31/02/26"),
        (Times("t", "unix"), "9" * 40, "9" * 40),
        (Times("t"), "soon", "soon"),
    ],
)
def test_a_time_is_read_or_left_to_be_refused(times: Times, cell: str, read: str) -> None:
    """What is no time goes as it is, and the taxonomy refuses it by name."""
    assert times.read(cell) == read


@pytest.mark.parametrize(
    "row", [b"v-1;24.11.2026 09:30;View", b"a;b;c;d;e;f;g", b"v-1;24.11.2026 09:30;View;co\xffat;1;A"]
)
def test_a_broken_row_goes_as_it_is(tmp_path: Path, row: bytes) -> None:
    """The wrong number of cells, or bytes that are no text: the door refuses and keeps it, and the rest is read."""
    (tmp_path / "a.mapping.toml").write_text(VIEWS)
    (tmp_path / "a.csv").write_bytes(ROWS.encode() + row + b"\n" + ROWS.encode().splitlines()[1] + b"\n")
    bodies = [one.body for one in MappedCsv().events(tmp_path / "a.csv")]
    assert len(bodies) == 4
    assert bodies[0] == bodies[3]
    with pytest.raises(Refused) as found:
        Reader().understand(wire.decode(bodies[2]), Declaration(name="csv", clock="backfill"), NOW, "id-1")
    assert found.value.reason is (Reason.NOT_JSON if b"\xff" in row else Reason.TYPE_INVALID)


def test_other_encodings_are_read(tmp_path: Path) -> None:
    """As the mapping says; UTF-8 with or without its mark by default."""
    mapping = 'event = "page_viewed"\nencoding = "cp1252"\n[columns]\nv = "anonymous_id"\n'
    assert sent(tmp_path, mapping, "v\nJosé €\n".encode("cp1252"))[0]["anonymous_id"] == "José €"
    plain = mapping.replace('encoding = "cp1252"\n', "")
    assert sent(tmp_path, plain, "\ufeffv\nJosé\n")[0]["anonymous_id"] == "José"


def test_a_cell_without_an_end_is_said(tmp_path: Path) -> None:
    """The file and the line, instead of a crash."""
    mapping = 'event = "page_viewed"\n[columns]\nv = "anonymous_id"\n'
    with pytest.raises(ValueError, match=r"a\.csv: line .* get the file again"):
        sent(tmp_path, mapping, b'v\n"' + b"x" * 200_000)


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=4))
def test_no_cell_is_a_crash(tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str, str]]) -> None:
    """Whatever stands in the rows: each is an event, or part of one, or goes as it is."""
    out = StringIO()
    csv.writer(out).writerows([["order", "sku", "pieces"], *table])
    mapping = 'event = "x"\ngroup = "order"\n[columns]\norder = "properties.order_id"\nsku = "properties.items[].sku"\n'
    folder = tmp_path_factory.mktemp("cells")
    events = sent(folder, mapping, out.getvalue())
    assert len(events) <= len(table)
    kept = [cells for cells in table if any(cell.strip() for cell in cells)]
    skus = [item["sku"] for one in events for item in one.get("properties", {}).get("items", ())]
    assert skus == [cells[1].strip() for cells in kept if cells[1].strip()]


def test_the_mappings_of_the_guide_can_be_read(tmp_path: Path) -> None:
    """What the documentation shows works as it stands."""
    guide = Path(__file__).parents[2] / "docs" / "how-to" / "doors" / "csv.md"
    blocks = [one.partition("```")[0] for one in guide.read_text().split("```toml\n")[1:]]
    for number, block in enumerate(blocks):
        file = tmp_path / f"{number}.toml"
        file.write_text(block)
        assert read_plan(file).columns
    assert len(blocks) >= 2
