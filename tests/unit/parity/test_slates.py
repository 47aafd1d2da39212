"""Logged features against what the declarations say: nothing differs in a clean house, every planted skew is named."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest

from application.features import ranking
from application.features.fold import as_of
from application.features.measures import MEASURES
from application.parity import causes
from application.parity.logged import newest
from application.parity.report import Report
from application.parity.slates import SlateParity
from application.serving import context, recommending, stack
from domain.slate.slate import SlateServed
from ports.artifacts import Release
from ports.event_log import ReadModels
from ports.measures import Measure
from ports.vault import Identifier, Vault
from tests.support.counter import ADA, TUESDAY, Counter, Linear, draft, listed, product, release_of
from tests.support.shop import MONDAY, ordered, sent
from tests.unit.parity.fold_past import FoldPast

MINUTES = (TUESDAY - MONDAY).total_seconds() / 60
OF_TOUCHES = frozenset(["popularity", "return_share", "price", "price_gap", "discount"])


@attrs.frozen
class Shelved:
    """A place for one release, by default that of the counter."""

    name: str = "r-1"

    def open(self, release_id: str) -> Release:
        if release_id != self.name:
            raise KeyError(release_id)
        return release_of(draft(ranker=Linear()))


@pytest.fixture
def counter() -> Counter:
    """A counter at which much was looked at over the last day, in categories and brands of every kind."""
    counter = Counter.open(Linear())
    counter.house.receive("web", [look(n, 40 * n + n * n % 23) for n in range(2, 22)], "more")
    counter.house.receive("oms", [ordered("o-1", 300, "p-01/m", "p-20/s", price="15.00")], "order")
    reread(counter)
    return counter


def reread(counter: Counter) -> None:
    """Have the product measures read again, as serving does every few minutes."""
    counter.stack.dynamics = stack.dynamics_of(counter.stack.vocabulary, counter.house.read_models, TUESDAY.timestamp())


def look(n: int, minute: float, **changes: Any) -> bytes:
    properties = {"product_id": product(n), "category_id": f"c-{n % 6}", "brand_id": f"b-{n % 12}", "color": "navy"}
    money = {"unit_price": f"{30 + n}.00", "list_price": "90.00", "currency": "EUR"}
    who = {"anonymous_id": "cookie", "user_id": "ada"} | changes
    return sent("product_viewed", minute, properties=properties | money, **who)


def ask(counter: Counter, **changes: Any) -> SlateServed:
    """Ask for all that there is, so that nothing depends on what is drawn."""
    return counter.ask(**({"k": 47} | changes))


def compared(counter: Counter, **changes: Any) -> Report:
    parity: dict[str, Any] = {
        "tenant": "main",
        "log": counter.house.log,
        "read_models": counter.house.read_models,
        "releases": Shelved(),
        "past": FoldPast(counter.house.log),
        "products": lambda: counter.shelf.products,
        "stale_s": 360.0,
        "behind_s": 60.0,
    }
    counter.house.project()
    counter.shelf.refresh(TUESDAY)
    return SlateParity(**(parity | changes)).run(100, lambda *_: None)


def why(report: Report) -> dict[str, set[str]]:
    """Return the causes by feature, of those that differ."""
    return {name: set(one.why) for name, one in report.columns.items() if one.why}


def changed(names: Sequence[str], **changes: Any) -> Sequence[Measure]:
    """Return the measures of the ranker with some of them declared otherwise."""
    folds = (*ranking.CUSTOMER_FOLD.measures, *ranking.PRODUCT_FOLD.measures)
    entity = next(one.entity for one in folds if one.name == names[0])
    return [attrs.evolve(one, **changes) if one.name in names else one for one in folds if one.entity == entity]


def test_a_clean_house_shows_no_difference(counter: Counter) -> None:
    """Customers and strangers, home and similar: every feature of every place is what it should be."""
    slates = [ask(counter, who=(ADA,)), ask(counter, surface="similar", product_id=product(8))]
    slates += [ask(counter, surface="similar", product_id=product(7), who=(ADA,)) for _ in range(7)]
    report = compared(counter)
    assert (report.slates, why(report), report.exact) == (9, {}, True)
    summary = report.summary()
    assert [one["feature"] for one in summary["features"]] == list(ranking.RANKING_FEATURES)
    assert {one["rows"] for one in summary["features"]} == {sum(len(one.slots) for one in slates)}
    assert {one["max"] for one in summary["features"]} == {0.0}


def test_who_asks_with_a_session_alone_is_compared_with_the_session(counter: Counter) -> None:
    """The touches of that session make the profile, and are found under its name."""
    looks = [look(n, 60 + n, anonymous_id="other", user_id=None) for n in (3, 4)]
    counter.house.receive("web", looks, "other")
    told = FoldPast(counter.house.log).observations({"product": frozenset([product(3)])})
    (session,) = {one.session for one in told if one.at == MONDAY.timestamp() + 63 * 60}
    reread(counter)
    slate = ask(counter, session_id=session)
    assert slate.person is None
    assert slate.context_products == (product(3), product(4))
    report = compared(counter)
    assert (report.slates, why(report)) == (1, {})


def test_a_tampered_feature_is_found(counter: Counter) -> None:
    """One value of one place was changed in the record: it is named with its slate and product, and nothing else is."""
    record = counter.recommending.record

    def tamper(slates: Sequence[SlateServed]) -> object:
        places = list(slates[0].slots)
        values = list(places[2].features)
        values[ranking.RANKING_FEATURES.index("brand_share")] += 0.001
        places[2] = attrs.evolve(places[2], features=tuple(values))
        return record([attrs.evolve(slates[0], slots=tuple(places))])

    ask(counter, who=(ADA,))
    counter.recommending.record = tamper
    slate = ask(counter, who=(ADA,))
    report = compared(counter)
    assert why(report) == {"brand_share": {"unexplained"}}
    assert not report.exact
    worst = report.columns["brand_share"].worst
    assert worst is not None
    assert (worst.slate_id, worst.product_id) == (slate.slate_id, slate.slots[2].product_id)
    assert worst.logged - worst.computed == pytest.approx(0.001, abs=1e-6)
    assert report.summary()["features"][2]["differ"] == pytest.approx(1 / (2 * len(slate.slots)))


@pytest.mark.parametrize(
    ("measure", "features"),
    [
        ("category_affinity", {"category_share"}),
        ("brand_affinity", {"brand_share"}),
        ("style_products", {"taste_match", "seen", "history"}),
        ("popularity", {"popularity"}),
    ],
)
def test_a_half_life_that_was_changed_is_found(counter: Counter, measure: str, features: set[str]) -> None:
    """Served under one declaration, judged under another: exactly the features that read it differ, unexplained."""
    ask(counter, who=(ADA,))
    declared = next(one for one in MEASURES if one.name == measure)
    other = changed([measure], half_life_days=declared.half_life_days / 2)
    report = compared(counter, **{f"{declared.entity}_measures": other})
    assert why(report) == {name: {"unexplained"} for name in features}
    assert not report.exact


def test_what_was_not_known_yet_and_counted_is_found(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serving that forgets to ask when something became known reads the future, and the report says that it did."""
    bought = ordered("o-2", MINUTES - 0.5, "p-03/m", "p-05/m")  # known a minute after it happened
    counter.house.receive("oms", [bought], "late")

    def careless(
        read_models: ReadModels, vault: Vault, who: Sequence[Identifier], session_id: str | None, at: float
    ) -> context.Context:
        found = context.context_of(read_models, vault, who, session_id, at + 3600)
        return attrs.evolve(found, touches=[one for one in found.touches if one.at < at])

    ask(counter, who=(ADA,))
    assert compared(counter).exact
    monkeypatch.setattr(recommending, "context_of", careless)
    monkeypatch.setattr(stack, "as_of", lambda touches, fold, at: as_of(touches, fold, at=at, known=float("inf")))
    ask(counter, who=(ADA,))
    report = compared(counter)
    assert {name for name, causes in why(report).items() if "future" in causes} >= {"seen", "history"}
    assert not report.exact


def test_an_engine_that_forgets_when_things_were_known_is_found(counter: Counter) -> None:
    """Serving was right: the report accuses the engine."""
    counter.house.receive("oms", [ordered("o-2", MINUTES - 0.5, "p-03/m")], "late")
    ask(counter, who=(ADA,))
    report = compared(counter, past=FoldPast(counter.house.log, forgetful=True))
    assert {"seen", "history"} <= {name for name, causes in why(report).items() if causes == {"engine"}}
    assert not report.exact


def test_what_is_read_every_few_minutes_is_excused_if_it_moved(counter: Counter) -> None:
    """A look a minute after popularity was read is not in it: excused, unless that is too long ago, or too much."""
    counter.house.receive("web", [look(n, MINUTES + 1, anonymous_id="b", user_id=None) for n in range(48)], "looks")
    counter.recommending.clock.at += timedelta(minutes=2)  # type: ignore[attr-defined]
    ask(counter, who=(ADA,))
    report = compared(counter)
    assert why(report)["popularity"] == {"read_earlier"}
    assert set(why(report)) <= OF_TOUCHES
    assert report.exact
    assert not compared(counter, stale_s=90.0).exact
    half = changed(["popularity"], half_life_days=3.5)
    assert "unexplained" in why(compared(counter, product_measures=half))["popularity"]


def test_what_came_later_into_the_log_is_excused(counter: Counter) -> None:
    """Known by its time when the slate was made, but not there yet: that is what arrival and projection take."""
    ask(counter, who=(ADA,))
    counter.house.receive("web", [look(5, MINUTES - 100)], "behind")
    report = compared(counter)
    assert {"seen", "history", "taste_match"} <= set(why(report))
    assert set().union(*why(report).values()) == {"not_projected"}
    assert report.exact


def test_a_profile_of_the_newest_is_excused(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serving cuts a profile off at the newest touches; a cut at another number is no excuse."""
    monkeypatch.setattr(context, "MOST_TOUCHES", 5)
    ask(counter, who=(ADA,))
    monkeypatch.setattr(causes, "MOST_TOUCHES", 5)
    report = compared(counter)
    assert set().union(*why(report).values()) == {"newest_only"}
    assert report.exact
    monkeypatch.setattr(causes, "MOST_TOUCHES", 6)
    assert not compared(counter).exact


def test_touches_that_are_not_weighed_are_excused(counter: Counter) -> None:
    """A suspect's touches count a quarter in the journal, and fully in serving."""
    looks = [look(n, 30 * n, anonymous_id="clock", user_id="bea") for n in range(40)]
    counter.house.receive("web", looks, "clockwork")
    reread(counter)
    ask(counter, who=(attrs.evolve(ADA, value="bea"),))
    report = compared(counter)
    assert {"seen", "history"} <= set(why(report))
    assert set().union(*why(report).values()) == {"not_weighed"}
    assert report.exact


def test_a_catalogue_that_changed_since_is_excused(counter: Counter) -> None:
    """A brand that was listed after the release was opened is not in the table that it serves from."""
    counter.house.receive("oms", [listed(n, 30, brand_id="b-1") for n in range(0, 48, 5)], "brands")
    ask(counter, who=(ADA,))
    report = compared(counter)
    assert {"brand_share", "taste_match"} <= set(why(report))
    assert set().union(*why(report).values()) == {"listed_since"}
    assert report.exact


def test_a_slate_before_a_change_of_the_catalogue_is_compared_with_what_was(counter: Counter) -> None:
    """Whatever is listed afterwards changes nothing about it."""
    ask(counter, who=(ADA,))
    counter.house.receive("oms", [listed(n, MINUTES + 5, brand_id="b-1") for n in range(0, 48, 5)], "brands")
    assert why(compared(counter)) == {}


def test_slates_of_somebody_who_was_forgotten_are_none(counter: Counter) -> None:
    """They are not compared, and what of theirs is missing in those of others is excused."""
    ask(counter, who=(ADA,))
    ask(counter, surface="similar", product_id=product(8))
    counter.house.erase("account", "ada")
    report = compared(counter)
    assert report.slates == 1
    assert set().union(*why(report).values()) == {"erased"}
    assert set(why(report)) <= OF_TOUCHES
    assert report.exact


def test_the_newest_slates_are_looked_at(counter: Counter) -> None:
    """As many as were asked for."""
    slates = [ask(counter, who=(ADA,)).slate_id for _ in range(4)]
    found = newest(counter.house.log, counter.house.read_models, 3, upto=10**9, progress=lambda *_: None)
    assert found.slates == []
    counter.house.project()
    found = newest(counter.house.log, counter.house.read_models, 3, upto=10**9, progress=lambda *_: None)
    assert [one.served.slate_id for one in found.slates] == slates[1:]
    upto = found.slates[1].position
    found = newest(counter.house.log, counter.house.read_models, 3, upto=upto, progress=lambda *_: None)
    assert [one.served.slate_id for one in found.slates] == slates[:3]


def test_slates_of_a_release_that_is_gone_are_left_out(counter: Counter) -> None:
    """They are counted, and nothing is said of them."""
    ask(counter, who=(ADA,))
    report = compared(counter, releases=Shelved("another"))
    assert (report.slates, dict(report.skipped), report.exact) == (0, {"its release is gone": 1}, True)
