"""The demo: the whole circle on a simulated season, from nothing to a judged release, and then not a second time."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from application.evaluation.report import Report
from haberdasher.bootstrap import bootstrap
from haberdasher.demo import PERSONAS, PICTURES
from haberdasher.settings import Settings
from tests.support.demo_season import SMALL, report_of, reports_of, run_demo


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def printed(home: Path) -> str:
    """What the first run printed."""
    return run_demo(home, *SMALL)


@pytest.fixture(scope="module")
def reports(home: Path, printed: str) -> Sequence[Report]:
    assert printed
    return reports_of(home)


def table(printed: str) -> str:
    """Return what stands below the stages, which alone say how long they took."""
    return printed[printed.index("Relevance:") :]


def test_each_stage_says_one_line(printed: str) -> None:
    """Simulate, ingest, project, learn, evaluate, in this order, a line each, before the tables."""
    lines = printed[: printed.index("Relevance:")].strip().splitlines()
    assert [re.sub(r"^\d/6 (\w+) .*", r"\1", line) for line in lines] == [
        *("simulate", "ingest", "project", "learn", "evaluate"),
    ]
    assert "0 quarantined" in lines[1]


def test_every_model_stands_beside_the_baselines_and_the_truth(reports: Sequence[Report]) -> None:
    """One table holds the floors, the model, the model with each ranker, and how near the truth each comes."""
    purchase = report_of(reports, "purchase")
    models = dict.fromkeys(row.model for row in purchase.rows)
    assert list(models) == [
        *("popularity", "session_popularity", "item_knn", "two_tower"),
        *("two_tower + network", "two_tower + gradient_boosting", "hidden truth"),
    ]
    nearness = {model: purchase.value(model, "truth@20") for model in models}
    assert nearness["hidden truth"] == pytest.approx(1)
    assert all(value < 0.95 for model, value in nearness.items() if model != "hidden truth")
    assert nearness["two_tower"] > max(nearness["popularity"], nearness["item_knn"])
    assert all(row.low is not None for row in purchase.rows if not row.metric.startswith("coverage"))


@pytest.mark.parametrize("baseline", ["popularity", "item_knn"])
def test_the_two_tower_beats_the_baselines_on_purchases(reports: Sequence[Report], baseline: str) -> None:
    """Pair by pair, the interval of its gain lies above 0; three seeds of the full season are a nightly proof."""
    gain = report_of(reports, "purchase").gain("two_tower", "recall@20", baseline)
    assert gain.low is not None
    assert gain.low > 0


def test_rankers_are_judged_on_slates_that_came_later(reports: Sequence[Report]) -> None:
    """There is a table of slates, with the network, the trees and what needs no learning."""
    slates = report_of(reports, "slate")
    assert {row.model for row in slates.rows} == {"retrieval", "popularity", "network", "gradient_boosting"}
    assert slates.value("network", "auc") > 0.5


def test_the_shop_has_pictures_and_people(home: Path, printed: str) -> None:
    """Every colourway has its picture, and every persona an account that the log knows and words to describe it."""
    assert printed
    colourways = int(re.findall(r"in ([\d,]+) colourways", printed)[0].replace(",", ""))
    assert len(list((home / PICTURES).glob("*.svg"))) == colourways
    people = json.loads((home / PERSONAS).read_text())
    assert len({one["account"] for one in people}) == len(people) >= 3
    assert all(one["name"] and one["about"] and one["cookie"].isascii() for one in people)


def test_a_second_run_does_nothing_again_and_prints_the_same(home: Path, printed: str) -> None:
    """Every event is a duplicate, the log does not grow, and the table is the same, to the last digit."""
    app = bootstrap(Settings(home=home))
    before = app.log.head(), app.intake.head(), len(app.releases.list())
    app.close()
    again = run_demo(home, *SMALL)
    app = bootstrap(Settings(home=home))
    assert (app.log.head(), app.intake.head(), len(app.releases.list())) == before
    app.close()
    assert re.search(r"[\d,]+ events: 0 accepted, [\d,]+ duplicate, 0 quarantined", again)
    assert table(again) == table(printed)


def test_the_same_seed_gives_the_same_table_in_another_home(printed: str, tmp_path: Path) -> None:
    """Nothing depends on random surrogates, on when it was run or on where."""
    figures = re.compile(r"Release.*")
    assert figures.sub("", table(run_demo(tmp_path, *SMALL))) == figures.sub("", table(printed))
