"""`haberdasher features`: what is declared and what it means, and what is known of a customer."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from application.features.measures import MEASURES
from haberdasher.bootstrap import bootstrap
from haberdasher.cli.features import features
from haberdasher.settings import Settings
from ports.measures import CATEGORIES, ENTITIES
from tests.support.counter import listed
from tests.support.house import house, receive
from tests.support.shop import ordered, sent, viewed


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty shop with an extension."""
    (tmp_path / "haberdasher.toml").write_text('extensions = ["acme_shop:extension"]\n')
    return tmp_path


def ask(home: Path, *arguments: str) -> Result:
    env = {"HABERDASHER_HOME": str(home), "HABERDASHER_CONFIG": str(home / "haberdasher.toml")}
    return CliRunner().invoke(features, arguments, env=env, catch_exceptions=False)


def said(home: Path, *arguments: str) -> str:
    """Return what is printed, however it is wrapped."""
    done = ask(home, *arguments)
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("category", [None, *CATEGORIES])
def test_the_list_is_narrowed(home: Path, entity: str, category: str | None) -> None:
    """By entity and category: as many as are declared, none of another kind; JSON tells what has no bound as null."""
    wanted = [one.name for one in MEASURES if one.entity == entity and category in (None, one.category)]
    narrowed = ["--entity", entity, *(["--category", category] if category else [])]
    listed = json.loads(said(home, "list", *narrowed, "--json"))
    assert [one["name"] for one in listed if "." not in one["name"]] == wanted
    assert all(one["high"] is None or one["high"] > 0 for one in listed)
    words = said(home, "list", *narrowed)
    assert all(name in words for name in wanted)


def test_those_of_an_extension_are_listed_and_described(home: Path) -> None:
    """Beside ours, under a name that begins with the extension's; and the process that is wired knows them."""
    assert "acme_shop.wished_brands" in said(home, "list")
    assert "The 3 with the largest sum of wishlist by brand" in said(home, "describe", "acme_shop.wished_brands")
    ours = bootstrap(Settings(home=home))
    assert ours.measures == MEASURES
    ours.close()


@pytest.mark.parametrize("name", [one.name for one in MEASURES])
def test_everything_is_described(home: Path, name: str) -> None:
    """Every declared feature: unit, range, source, definition, engines, and the columns that it is computed from."""
    measure = next(one for one in MEASURES if one.name == name)
    found = json.loads(said(home, "describe", name, "--json"))
    assert found["declaration"]["aggregate"] == measure.aggregate
    words = found["in_words"]
    assert {"feature", "of", "category", "says", "unit", "range", "source", "engines", "equality"} <= words.keys()
    assert (words["unit"], words["source"]) == (measure.unit, measure.source)
    assert all(action in words["definition"] for action in measure.weight)
    assert {measure.entity, measure.key, measure.value} - {""} <= set(words["reads"].split(", "))


def test_a_description_says_what_people_ask(home: Path) -> None:
    """Weights, half-life, window, k, the error of an estimate, and what it is read against."""
    assert "8 x purchase by silhouette; each is worth half after 60 d" in said(home, "describe", "silhouette_affinity")
    assert "silhouette in the catalogue" in said(home, "describe", "silhouette_affinity")
    assert "in the last 168 hours" in said(home, "describe", "views_7d")
    assert "standard error 6.3 %" in said(home, "describe", "viewers")
    assert "exact in all" in said(home, "describe", "session_idle")
    assert "purchase, -1 x return by size" in said(home, "describe", "sizes_kept")
    assert "no bound to no bound" in said(home, "describe", "price_standing")


@pytest.mark.parametrize(
    ("name", "remedy"), [("stile_vector", "style_vector"), ("brand", "brand_fit"), ("§§§", "features list")]
)
def test_an_unknown_name_is_answered_with_close_ones(home: Path, name: str, remedy: str) -> None:
    """Exit code 1 and one line: the closest names, or where all are listed."""
    missing = ask(home, "describe", name)
    assert (missing.exit_code, remedy in missing.output) == (1, True), missing.output


def test_a_customer_s_values_are_said_as_people_say_them(home: Path) -> None:
    """Ages with their unit, facets from the catalogue, what is not there yet as that; numbers in JSON."""
    app = house(home)
    receive(app, "oms", [listed(0, product_id="coat", attributes={"silhouette": "a_line"})], "1")
    receive(app, "web", [viewed("coat", 5, user_id="ada"), viewed("coat", 6, user_id="ada")], "2")
    receive(app, "oms", [ordered("o-1", 9, "boots/38")], "3")
    app.close()
    shown = said(home, "show", "account:ada")
    values = json.loads(said(home, "show", "account:ada", "--json"))
    assert values["sizes_kept"].keys() == {"38"}
    assert values["silhouette_affinity"].keys() == {"a_line"}
    assert values["paid_price"] == 4000
    assert "4,000.00" in shown
    assert " d ago" in shown
    assert "nothing yet" in shown
    assert "a_line 0." in shown
    assert "acme_shop.wished_brands" in values


def test_never_is_said(home: Path) -> None:
    """Who only searched was never seen with a product: never in words, null in JSON; what was searched is there."""
    app = house(home)
    receive(app, "web", [sent("search_performed", 1, user_id="ada", properties={"query": "red boots"})])
    app.close()
    shown = said(home, "show", "account:ada")
    assert "never" in shown
    assert "red boots " in shown
    assert json.loads(said(home, "show", "account:ada", "--json"))["seconds_since_last"] is None


def test_somebody_unknown_is_an_error(home: Path) -> None:
    """Neither an identifier nor a surrogate: the word is named, and the exit code is 1."""
    missing = ask(home, "show", "nobody")
    assert (missing.exit_code, "nobody" in missing.output) == (1, True)
