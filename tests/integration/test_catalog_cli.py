"""Products and stock from the shell: what is imported is listed, what is counted is in stock, what is wrong is said."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from haberdasher.bootstrap import bootstrap
from haberdasher.cli.catalog import catalog
from haberdasher.cli.inventory import inventory
from haberdasher.settings import Settings

SHIRTS = (
    "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty\n"
    "shirt,Shirt,Size,S,sh-s,50,1\nshirt,,,M,sh-m,50,0\nhat,Hat,Title,Default Title,hat-1,20,3\n"
)
LISTED = {
    "event": "product_listed",
    "properties": {
        "product_id": "coat",
        "title": "Coat",
        "colourways": [{"colourway_id": "coat", "variants": [{"variant_id": "coat/m"}]}],
    },
}


@click.group()
def cli() -> None:
    """The two commands, as the command line mounts them."""


cli.add_command(catalog)
cli.add_command(inventory)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [one for one in os.environ if one.startswith("HABERDASHER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HABERDASHER_HOME", str(tmp_path / "home"))
    return tmp_path


def ran(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == code, (result.output, result.exception)
    return result


def answered(*arguments: str) -> Any:
    return json.loads(ran(*arguments, "--json").stdout)


def in_stock(home: Path, product: str) -> list[str]:
    app = bootstrap(Settings(home=home / "home"))
    try:
        app.live.work.round()
        app.shelf.refresh(app.clock.now())
        return [variant.variant_id for _, variant in app.shelf.in_stock(product)]
    finally:
        app.close()


def shirts(home: Path) -> str:
    file = home / "products.csv"
    file.write_text(SHIRTS)
    return str(file)


def test_a_product_file_is_listed_and_counted(home: Path) -> None:
    """Two products of three rows, and again nothing new."""
    file = shirts(home)
    first = answered("catalog", "import", file, "--currency", "eur")
    assert (first["source"], first["listed"], first["ingested"]["accepted"]) == ("shopify", 2, 2)
    again = answered("catalog", "import", file, "--currency", "EUR")
    assert (again["listed"], again["ingested"]["duplicate"]) == (2, 2)
    assert in_stock(home, "shirt") == ["sh-s"]
    assert in_stock(home, "hat") == ["hat-1"]


def test_prices_without_a_currency_wait_and_the_remedy_is_said(home: Path) -> None:
    """Nothing is listed by guess."""
    said = ran("catalog", "import", shirts(home)).output
    assert "missing_required" in said
    assert "0 products are listed now" in said
    assert "--currency EUR" in said


def test_the_source_is_found_out_from_the_file(home: Path) -> None:
    """JSON lines by their ending, a CSV file with a mapping beside it as a mapped one; both are the shop's own word."""
    (home / "p.jsonl").write_text(json.dumps(LISTED) + "\n{broken\n")
    found = answered("catalog", "import", str(home / "p.jsonl"))
    assert (found["source"], found["listed"], found["ingested"]["reasons"]) == ("jsonl", 1, {"not_json": 1})
    (home / "q.mapping.toml").write_text(
        'source = "csv_server"\nevent = "product_listed"\n[columns]\n'
        'id = "properties.product_id"\nname = "properties.title"\n'
        'way = "properties.colourways[].colourway_id"\nsku = "properties.colourways[].variants[].variant_id"\n'
    )
    (home / "q.csv").write_text("id,name,way,sku\nscarf,Scarf,scarf,scarf-1\n")
    found = answered("catalog", "import", str(home / "q.csv"))
    assert (found["source"], found["listed"]) == ("csv", 2)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--currency", "XYZ"], 2, "ISO 4217"),
        (["--source", "jsonl", "--currency", "EUR"], 2, "--currency is for Shopify"),
        (["--source", "songs"], 2, "--source"),
    ],
)
def test_a_bad_option_is_said(home: Path, arguments: list[str], code: int, said: str) -> None:
    """Before anything is read."""
    assert said in ran("catalog", "import", shirts(home), *arguments, code=code).output


def test_a_damaged_file_is_said(home: Path) -> None:
    """A packed file that is cut off ends with its remedy, and without a trace."""
    file = home / "products.csv.gz"
    file.write_bytes(gzip.compress(SHIRTS.encode())[:-12])
    assert "damaged or cut off" in ran("catalog", "import", str(file), "--currency", "EUR", code=1).output


def test_stock_is_set_from_the_shell(home: Path) -> None:
    """At nought it is out of stock; a variant that nobody knows is refused with the remedy."""
    ran("catalog", "import", shirts(home), "--currency", "EUR")
    assert "levels: 1, products: 1" in ran("inventory", "set", "sh-m", "4").output
    assert in_stock(home, "shirt") == ["sh-s", "sh-m"]
    ran("inventory", "set", "sh-s", "0")
    assert in_stock(home, "shirt") == ["sh-m"]
    assert "no product is listed" in ran("inventory", "set", "nowhere", "1", code=1).output
    assert "listed under another product" in ran("inventory", "set", "sh-s", "1", "--product", "hat", code=1).output
    assert ran("inventory", "set", "later", "1", "--product", "later").exit_code == 0
    assert ran("inventory", "set", "sh-s", "-1", code=2).exit_code == 2


def test_stock_is_imported_from_a_file(home: Path) -> None:
    """Shopify's inventory export: locations are added up, oversold is nothing, others are left as they are."""
    ran("catalog", "import", shirts(home), "--currency", "EUR")
    file = home / "stock.csv"
    file.write_text(
        "\ufeffHandle,Title,SKU,Location,Available\nshirt,Shirt,sh-s,Paris,2\nshirt,Shirt,sh-s,Rome,not stocked\n"
        "shirt,Shirt,sh-m,Paris,-3\nshirt,Shirt,sh-m,Rome,2\n\n"
    )
    found = answered("inventory", "import", str(file))
    assert (found["levels"], [one["outcome"] for one in found["events"]]) == (2, ["accepted"])
    assert in_stock(home, "shirt") == ["sh-s"]
    assert in_stock(home, "hat") == ["hat-1"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "none of the columns variant_id"),
        ("variant_id\nsh-s\n", "none of the columns quantity"),
        ("variant_id,quantity\n", "no row below the header"),
        ("variant_id,quantity\nsh-s,1\nsh-m,many\n", "line 3: quantity: expected a whole number"),
        ("variant_id,quantity\nsh-s,1\nsh-m,-1\n", "line 3.quantity: expected 0 to"),
        ("variant_id,quantity\nsh-s,1\nnowhere,1\n", "line 3.variant_id: no product"),
        ("variant_id,quantity\nsh-s,1\n,1\n", "line 3: no variant_id"),
        ("variant_id,quantity\nsh-s,1,9\n", "line 2: 3 cells under 2 columns"),
        ("variant_id,quantity\nsh-s," + "9" * 5_000 + "\n", "expected a whole number"),
        (b"variant_id,quantity\nsh-\xff,1\n", "UTF-8"),
        ('variant_id,quantity\n"' + "x" * 200_000, "is no CSV"),
    ],
)
def test_a_bad_stock_file_changes_nothing(home: Path, content: str | bytes, said: str) -> None:
    """The line and the remedy are named, and what stands above it is not taken either."""
    ran("catalog", "import", shirts(home), "--currency", "EUR")
    ran("inventory", "set", "sh-s", "0")
    file = home / "stock.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    assert said in ran("inventory", "import", str(file), code=1).output
    assert in_stock(home, "shirt") == []


@pytest.mark.skipif(not os.environ.get("HABERDASHER_DATA"), reason="HABERDASHER_DATA is not set")
def test_the_real_files_are_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shopify's three example catalogues: sixty products, none of them refused."""
    data = Path(os.environ["HABERDASHER_DATA"]) / "catalog"
    monkeypatch.setenv("HABERDASHER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HABERDASHER_CONFIG", raising=False)
    for number, name in enumerate(["apparel", "home-and-garden", "jewelery"], start=1):
        found = answered("catalog", "import", str(data / f"shopify_{name}.csv"), "--currency", "USD")
        print(name, found["ingested"], "listed", found["listed"])
        assert (found["ingested"]["accepted"], found["ingested"]["quarantined"]) == (20, 0)
        assert found["listed"] == 20 * number
