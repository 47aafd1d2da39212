"""`haberdasher features parity` over a house in a folder: its log, its lake, DuckDB, and Spark at night."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result

from adapters.batch import DuckDBEngine
from application.features.fold import base_of
from application.features.measures import MEASURES
from application.features.ranking import CUSTOMER_FOLD, RANKING_FEATURES
from application.parity.past import LakePast
from application.projections.rows import Rows
from application.serving.asked import Asked
from application.streaming.states import STATES
from domain.slate.slate import SlateServed
from haberdasher.cli import cli
from ports.batch import Request
from ports.event_log import Commit
from ports.vault import Identifier
from tests.support.http import PRODUCTS
from tests.support.services import absent
from tests.unit.parity.fold_past import FoldPast
from tests.unit.serving.small_house import SmallHouse

ANN = Identifier("anonymous", "ann")


@pytest.fixture
def house(tmp_path: Path) -> SmallHouse:
    """A shop with a release, in which ann and bob look at things between their slates."""
    house = SmallHouse(tmp_path)
    house.app.live.work.unhurried_s = 0.0
    house.open()
    house.publish()
    house.send("http", looked("ann", 1), looked("ann", 5, "product_added_to_cart"), looked("bob", 3))
    house.app.live.round()
    for number in range(4):
        ask(house, number)
        house.send("http", looked("ann", number + 6), looked("bob", number + 9))
        house.app.live.round()
    return house


def looked(cookie: str, n: int, event: str = "product_viewed") -> dict[str, Any]:
    about = {"product_id": f"p-{n}", "category_id": f"c-{n % 4}", "brand_id": f"b-{n % 8}", "color": "red"}
    money = {"unit_price": f"{15 + n}.00", "list_price": "40.00", "currency": "EUR"}
    return {"event": event, "anonymous_id": cookie, "properties": about | money}


def ask(house: SmallHouse, number: int) -> SlateServed:
    who = (ANN if number % 2 else Identifier("anonymous", "bob"),)
    house.app.recommending.answer(
        Asked(surface="similar", request_id=f"s-{number}", who=who, product_id="p-3", k=PRODUCTS)
    )
    return house.app.recommending.answer(Asked(surface="home", request_id=f"h-{number}", who=who, k=PRODUCTS))


def run(house: SmallHouse, *arguments: str) -> Result:
    house.app.live.round()
    house.app.close()
    env = {"HABERDASHER_HOME": str(house.home)}
    return CliRunner().invoke(cli, ["features", "parity", *arguments], env=env, catch_exceptions=False)


def test_a_clean_house_is_exact_but_for_what_is_read_every_few_minutes(house: SmallHouse, tmp_path: Path) -> None:
    """Exit code 0: customers are equal to six digits; what moves with every event differs, and says so."""
    gauges = tmp_path / "parity.prom"
    done = run(house, "--json", "--textfile", str(gauges))
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["slates"], said["exact"], said["skipped"]) == (8, True, {})
    by_feature = {one["feature"]: one for one in said["features"]}
    assert list(by_feature) == list(RANKING_FEATURES)
    assert by_feature["popularity"]["why"].keys() == {"read_earlier"}
    assert by_feature["popularity"]["worst"]["why"] == "read_earlier"
    moving = {"popularity", "price", "price_gap", "discount"}
    assert {one["max"] for name, one in by_feature.items() if name not in moving} == {0.0}
    lines = gauges.read_text().splitlines()
    assert 'haberdasher_slate_parity_difference{feature="brand_share"} 0.0' in lines
    assert 'haberdasher_slate_parity_faults{feature="popularity"} 0.0' in lines


def test_a_tampered_slate_is_told_on_the_screen(house: SmallHouse) -> None:
    """Exit code 1: the feature, the slate and the product are named, and that nothing explains it."""
    record = house.app.recommending.record

    def tamper(slates: Sequence[SlateServed]) -> object:
        if slates[0].surface != "home":
            return record(slates)
        first, *rest = slates[0].slots
        changed = attrs.evolve(first, features=(*first.features[:4], first.features[4] + 0.5, *first.features[5:]))
        return record([attrs.evolve(slates[0], slots=(changed, *rest))])

    house.app.recommending.record = tamper
    slate = ask(house, 1)
    house.app.recommending.record = record
    done = run(house)
    assert done.exit_code == 1
    (worst,) = (line for line in done.stdout.splitlines() if line.startswith("taste_match: worst"))
    assert slate.slate_id in worst
    assert f", {slate.slots[0].product_id}: " in worst
    assert worst.endswith("(unexplained)")
    assert "unexplained: neither the declarations nor anything known gives this value" in done.stdout


def test_streaming_equals_duckdb(house: SmallHouse) -> None:
    """Exit code 0: a line for every declared measure, with how many were compared."""
    done = run(house, "--engines", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert {one["measure"] for one in said["measures"]} == {one.name for one in MEASURES}
    assert {one["engine"] for one in said["measures"]} == {"duckdb"}
    assert all(one["equal"] for one in said["measures"])
    assert {one["compared"] for one in said["measures"] if one["entity"] == "customer"} == {2}


@pytest.mark.nightly
def test_streaming_equals_spark(house: SmallHouse) -> None:
    """The same table for Spark, in local mode and in a process of its own."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        absent("Spark: install the extra `spark` and Java 17")
    house.app.live.round()
    house.app.close()
    command = (sys.executable, "-m", "haberdasher", "features", "parity", "--engines", "--spark", "--json")
    environ = os.environ | {"HABERDASHER_HOME": str(house.home)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    engines = [one["engine"] for one in json.loads(done.stdout)["measures"]]
    assert (engines.count("duckdb"), engines.count("spark")) == (len(MEASURES), len(MEASURES))


def test_a_state_that_was_changed_behind_the_journal_is_named(house: SmallHouse) -> None:
    """Exit code 1: the measure and the entity of which the streaming state says something else."""
    model = "journal#1"
    rows = Rows(house.app.read_models, model)
    state = rows.get(STATES, "product/p-5")
    assert state is not None
    measure = next(one for one in MEASURES if one.name == "popularity")
    state[base_of(measure)][""].total += 1.0
    rows.put(STATES, "product/p-5", state)
    house.app.log.commit(Commit(rows=rows.changes()))
    done = run(house, "--engines")
    assert done.exit_code == 1
    assert [line for line in done.stdout.splitlines() if "differs, most for p-5" in line]
    assert done.stdout.count("differs") == 1


def test_the_past_of_the_lake_is_that_of_the_log(house: SmallHouse) -> None:
    """All versions of whatever was of a customer or product, and the values at any moment, are those of the journal."""
    house.send("http", *(looked(cookie, 2) | {"user_id": "ada"} for cookie in ("ann", "bob")))
    house.app.live.round()
    lake, fold = LakePast(house.app.lake, DuckDBEngine()), FoldPast(house.app.log)
    told = fold.observations({"action": frozenset(["view", "cart"])})
    everybody, now_of = {one.customer for one in told}, {one.id: one.customer for one in told}
    (absorbed,) = everybody - set(now_of.values())  # both turned out to be ada: one goes by the other's name since
    which = {"customer": frozenset([absorbed]), "product": frozenset(["p-5"])}
    by_version = {(one.id, one.position): one for one in lake.observations(which)}
    assert by_version == {(one.id, one.position): one for one in fold.observations(which)}
    now = house.clock.at.timestamp()
    requests = [Request(one, now - ago, now - ago) for one in sorted(everybody) for ago in (0.0, 2.0)]
    for found, due in zip(
        lake.values(CUSTOMER_FOLD.measures, requests), fold.values(CUSTOMER_FOLD.measures, requests), strict=True
    ):
        assert found.keys() == due.keys()
        assert all(found[name] == pytest.approx(due[name], rel=1e-9) for name in due)
    house.app.close()
    assert lake.values(CUSTOMER_FOLD.measures, []) == ()
