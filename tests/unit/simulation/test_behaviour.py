from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest

from adapters.sources.simulation.liking import Liking
from adapters.sources.simulation.minds import Minds
from adapters.sources.simulation.shelf import SLOTS
from adapters.sources.simulation.truth import Truth
from tests.unit.simulation.seasons import SMALL, Event, events, named


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth.of(SMALL)


def _slots() -> list[tuple[str, int, str, bool]]:
    """Every slot of the full slates that were shown: device, position, slate, whether it was on screen."""
    return [
        (event.body["context"]["device_type"], item["position"], event.fields["slate_id"], item["viewable_ms"] > 0)
        for event in named(SMALL, "slate_viewed")
        for item in event.fields["items"]
        if len(event.fields["items"]) == SLOTS  # a small category fills less, which says nothing of scrolling
    ]


def test_fewer_see_the_lower_slots() -> None:
    """The share of slots on screen falls with the position, faster on a mobile than on a desktop."""
    seen: defaultdict[tuple[str, int], list[bool]] = defaultdict(list)
    for device, position, _, on_screen in _slots():
        seen[device, position].append(on_screen)
    for device in ("mobile", "desktop"):
        shares = [np.mean(seen[device, position]) for position in range(1, 13)]
        assert shares[0] == 1
        assert all(one >= other for one, other in pairwise(shares))
    assert np.mean(seen["mobile", 6]) < np.mean(seen["desktop", 6]) - 0.1


def test_only_what_was_seen_is_clicked() -> None:
    """A click names a slot of its slate that was on screen, and the product that was in it."""
    shown = {
        (event.fields["slate_id"], item["position"]): item
        for event in named(SMALL, "slate_viewed")
        for item in event.fields["items"]
    }
    clicks = named(SMALL, "product_clicked")
    assert len(clicks) > 100
    for click in clicks:
        item = shown[click.fields["slate_id"], click.fields["position"]]
        assert item["product_id"] == click.fields["product_id"]
        assert item["viewable_ms"] > 0


def test_what_appeals_is_clicked(truth: Truth) -> None:
    """Among the slots that one person saw, those clicked have the higher appeal, on the whole."""
    clicked = {(event.fields["slate_id"], event.fields["position"]) for event in named(SMALL, "product_clicked")}
    gains = []
    for event in named(SMALL, "slate_viewed"):
        owner = truth.shopper_of("anonymous", event.body["anonymous_id"])
        seen = [item for item in event.fields["items"] if item["viewable_ms"]]
        chosen = [(event.fields["slate_id"], item["position"]) in clicked for item in seen]
        if owner is not None and any(chosen) and not all(chosen):
            appeal = _appeal(truth, owner, event)
            values = np.array([appeal[truth.products.index(item["product_id"])] for item in seen])
            gains.append(values[chosen].mean() - values[~np.array(chosen)].mean())
    assert np.mean(gains) > 0.5


def test_some_clicks_are_mistakes() -> None:
    """Some product pages that a slate led to are left within two seconds."""
    from_slates = {
        event.fields["page_view_id"] for event in named(SMALL, "product_viewed") if "slate_id" in event.fields
    }
    stays = [
        event.fields["engaged_ms"]
        for event in named(SMALL, "page_engaged")
        if event.fields["page_view_id"] in from_slates
    ]
    assert 0.03 < np.mean(np.array(stays) <= 1800) < 0.5


def test_the_truth_explains_purchases_better_than_popularity(truth: Truth) -> None:
    """Over online purchases, the area under the curve of the true appeal is far above that of popularity."""
    views = Counter(event.fields["product_id"] for event in named(SMALL, "product_viewed"))
    popularity = np.array([views[product] for product in truth.products])
    by_truth, by_popularity = [], []
    for order in named(SMALL, "order_created"):
        owner = truth.shopper_of("account", order.body.get("user_id", ""))
        if owner is not None:
            appeal = _appeal(truth, owner, order)
            for place in {truth.products.index(item["product_id"]) for item in order.fields["items"]}:
                by_truth.append(np.mean(appeal < appeal[place]))
                by_popularity.append(np.mean(popularity < popularity[place]))
    assert len(by_truth) > 50
    assert np.mean(by_truth) > 0.9
    assert np.mean(by_truth) > np.mean(by_popularity) + 0.1


def test_what_is_bought_was_looked_at_and_seldom_first(truth: Truth) -> None:
    """What a person bought online was viewed under the same cookie, and often others before it on that visit."""
    visits: defaultdict[str, list[Event]] = defaultdict(list)
    first = bought = 0
    for event in events(SMALL):
        if truth.class_of("anonymous", event.body.get("anonymous_id", "ck-crawl-")) != "human":
            continue
        cookie = event.body["anonymous_id"]
        if visits[cookie] and (event.at - visits[cookie][-1].at).total_seconds() > 1800:
            visits[cookie].clear()
        visits[cookie].append(event)
        if event.name in {"add_to_cart", "cart_add"}:
            looked_at = [one.fields["product_id"] for one in visits[cookie] if one.name == "product_viewed"]
            assert event.fields["product_id"] in looked_at
            bought += 1
            first += looked_at[0] == event.fields["product_id"]
    assert 0.1 < first / bought < 0.6


def test_tastes_drift(truth: Truth) -> None:
    """What appeals at the end is not quite what appealed at the start, more so for some than for others."""
    alike = [np.corrcoef(truth.appeal(one, 0), truth.appeal(one, 28))[0, 1] for one in range(60)]
    assert 0.6 < np.mean(alike) < 0.99
    assert np.std(alike) > 0.02


def test_money_runs_out_until_pay_day() -> None:
    """On the eve of a pay day dear pieces appeal less, beside cheap ones, than on the day itself."""
    liking = Liking.of(SMALL)
    prices = liking.prices(27)
    dear, cheap = prices > np.quantile(prices, 0.8), prices < np.quantile(prices, 0.2)
    gains = [liking.appeal(one, 28) - liking.appeal(one, 27) for one in range(60)]
    assert np.array_equal(prices, liking.prices(28))
    assert np.mean([gain[dear].mean() - gain[cheap].mean() for gain in gains]) > 0.2


def test_friends_talk_and_forget() -> None:
    """A purchase makes all of its silhouette and pattern more wanted in the circle, for ten days only."""
    liking, minds = Liking.of(SMALL), Minds(Liking.of(SMALL))
    friends = np.flatnonzero(liking.shoppers.circle == liking.shoppers.circle[0]).tolist()
    stranger = next(one for one in range(SMALL.shoppers) if one not in friends)
    minds.bought(friends[0], 5, day=3)
    alike = (liking.codes[:, 1:3] == liking.codes[5, 1:3]).all(axis=1)
    gain = minds.appeal(friends[1], 9) - liking.appeal(friends[1], 9)
    assert gain[alike] == pytest.approx(1.0, abs=1e-5)
    assert gain[~alike] == pytest.approx(0.0)
    assert np.array_equal(minds.appeal(stranger, 9), liking.appeal(stranger, 9))
    assert np.array_equal(minds.appeal(friends[1], 13.5), liking.appeal(friends[1], 13.5))


def test_a_disappointing_brand_is_avoided_for_a_while() -> None:
    """From the day of a return for taste the brand appeals less to the one who sent it back, for three weeks."""
    liking, minds = Liking.of(SMALL), Minds(Liking.of(SMALL))
    minds.regretted(0, 5, day=3)
    of_brand = liking.codes[:, 5] == liking.codes[5, 5]
    assert np.array_equal(minds.appeal(0, 2), liking.appeal(0, 2))
    assert ((minds.appeal(0, 4) - liking.appeal(0, 4))[of_brand] < -2).all()
    assert np.array_equal(minds.appeal(0, 25), liking.appeal(0, 25))


def _appeal(truth: Truth, shopper: int, event: Event) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return truth.appeal(shopper, (event.at - SMALL.begin).total_seconds() / 86_400)
