"""What the journal's states say stands in the feature store, after every round, and nothing of whom was erased."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from application.features.packing import Packing
from application.projections.rows import View
from application.streaming.publishing import Publisher
from application.streaming.states import CHANGED, STATES, key_of
from haberdasher.bootstrap import App, bootstrap
from haberdasher.settings import Settings
from ports.feature_store import Fenced
from ports.measures import Entity
from tests.support.house import SOURCES, receive
from tests.support.shop import ordered, sent, viewed


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = bootstrap(Settings(home=tmp_path, batch=100, sources=SOURCES, feature_store="database"))
    yield app
    app.close()


def another(app: App) -> Publisher:
    """Return the publisher of another process over the same stores."""
    mine = app.publisher
    return Publisher(mine.states, mine.store, mine.log, mine.read_models, mine.clock)


def stored(app: App) -> dict[tuple[Entity, str], object]:
    """Return the values of every entity that has a state, as the store has them."""
    keys = [key_of(name) for name, _ in View(app.read_models, "journal").all(STATES)]
    found = app.feature_store.get(keys, app.clock.now().timestamp())
    packings = {entity: Packing(fold.measures) for entity, fold in app.publisher.states.folds.items()}
    return {
        key: packings[key[0]].unpack(one.value) if one is not None else None
        for key, one in zip(keys, found, strict=True)
    }


def test_everything_is_put_once_then_what_changed(app: App) -> None:
    """The first round puts every entity, the next those that an event touched; a round without news puts none."""
    receive(app, "web", [viewed("coat", 0), viewed("hat", 1, cookie="other")])
    assert app.publisher.publish() == len(stored(app)) == 2 * 2 + 2  # customer and session of each, and the products
    assert None not in stored(app).values()
    receive(app, "web", [viewed("hat", 2, cookie="other")], "more")
    assert app.publisher.publish() == 3
    assert app.publisher.publish() == 0
    (hat,) = (value for key, value in stored(app).items() if key == ("product", "hat"))
    assert isinstance(hat, dict)
    assert hat["viewers"] == 1.0


def test_a_process_that_was_replaced_puts_no_more(app: App) -> None:
    """Who began later is believed; the other is told once, and is silent then."""
    receive(app, "web", [viewed("coat", 0)])
    app.publisher.publish()
    later = another(app)
    later.publish()
    receive(app, "web", [viewed("coat", 1)], "more")
    with pytest.raises(Fenced):
        app.publisher.publish()
    assert app.publisher.publish() == 0
    assert later.publish() == 3


def test_what_was_not_put_is_put_by_whoever_comes_next(app: App) -> None:
    """What changed is remembered with the journal, also where a process ends between both, or projects only."""
    app.publisher.publish()
    receive(app, "web", [viewed("coat", 0)])
    assert dict(View(app.read_models, "journal").all(CHANGED))
    app.publisher.publish()
    assert not dict(View(app.read_models, "journal").all(CHANGED))
    assert None not in stored(app).values()


def test_a_rebuild_puts_everything_again(app: App) -> None:
    """Another generation of the journal may say something else of anybody."""
    receive(app, "web", [viewed("coat", 0)])
    app.publisher.publish()
    app.runner.rebuild(app.projections["journal"])
    assert app.publisher.publish() == 3


def test_nothing_of_whom_was_erased_stays(app: App) -> None:
    """Neither under the person nor under a session, whoever carries the erasure out."""
    login = sent("login", 1, anonymous_id="cookie-1", user_id="ada")
    receive(app, "web", [viewed("coat", 0), login, viewed("hat", 2, cookie="other")])
    receive(app, "oms", [ordered("o-1", 3, "coat/m", user="ada")], "money")
    app.publisher.publish()
    before = stored(app)
    surrogate = next(key[1] for key in before if key[0] == "customer" and key[1].startswith(("account", "anonymous")))
    theirs = [key for key in before if key[0] in {"customer", "session", "customer_category"}]
    app.erasing.order(surrogate)
    app.canonicaliser.catch_up()
    app.runner.catch_up(list(app.projections.values()))
    app.publisher.withdraw()
    left = {key for key in theirs if app.feature_store.get([key], 0.0)[0] is not None}
    gone = set(theirs) - left
    assert gone
    assert not any(surrogate in key[1] for key in left)
    assert left == {key for key in theirs if key in stored(app)}


def test_nobody_publishes_unless_it_is_asked_for(tmp_path: Path) -> None:
    """The embedded house reads its states where they are, so nothing waits to be put."""
    app = bootstrap(Settings(home=tmp_path, batch=100, sources=SOURCES))
    try:
        receive(app, "web", [viewed("coat", 0)])
        assert app.live.work.publish is None
        assert not dict(View(app.read_models, "journal").all(CHANGED))
    finally:
        app.close()


def test_whoever_begins_again_lets_go_of_whom_was_erased(app: App) -> None:
    """Also where a process ended between the erasure and its sweep: the next one to publish takes the entries out."""
    receive(app, "web", [viewed("coat", 0), viewed("hat", 2, cookie="other")])
    app.publisher.publish()
    surrogate = next(key[1] for key in stored(app) if key[0] == "customer")
    app.erasing.order(surrogate)
    app.canonicaliser.catch_up()
    app.runner.catch_up(list(app.projections.values()))
    another(app).publish()
    assert app.feature_store.get([("customer", surrogate)], 0.0) == [None]


def test_a_store_that_is_down_is_told_and_the_round_goes_on(tmp_path: Path) -> None:
    """Read models are brought up to date, and what failed is noted."""
    app = bootstrap(Settings(home=tmp_path, batch=100, sources=SOURCES, feature_store="redis://127.0.0.1:1/0"))
    try:
        app.door.receive("web", [viewed("coat", 0)], batch_id="one")
        assert app.live.work.round() > 0
        assert all(not app.runner.status(one).lag for one in app.projections.values())
        assert app.failures.counts["publish", "StoreUnavailable"] == 1
    finally:
        app.close()


def test_a_house_that_puts_elsewhere_keeps_no_old_values(app: App, tmp_path: Path) -> None:
    """What was put into the database is gone once nobody keeps it up to date there."""
    receive(app, "web", [viewed("coat", 0)])
    app.publisher.publish()
    bootstrap(Settings(home=tmp_path, batch=100, sources=SOURCES)).close()
    assert set(stored(app).values()) == {None}
