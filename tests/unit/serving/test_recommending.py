"""One question, one slate: complete on record, within the rules, and never without an answer for want of a part."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import pytest

from application.features.ranking import CANDIDATES, RANKING_FEATURES
from application.serving import recommending
from application.serving.asked import Asked, AskedInvalid, Surface
from application.serving.exploration import explore
from application.serving.slots import DIGITS
from domain.slate.slate import SlateServed
from ports.vault import Identifier
from tests.support.counter import ADA, TUESDAY, Counter, Linear, counted, listed, product
from tests.support.shop import ordered, sent, sent_back


@pytest.fixture
def counter() -> Counter:
    """A counter with a release that has a ranker."""
    return Counter.open(Linear())


def products(slate: SlateServed) -> Sequence[str]:
    return [slot.product_id for slot in slate.slots]


def test_an_answer_has_as_many_places_as_were_asked_for(counter: Counter) -> None:
    """Places run from 1 in rows of so many columns, and no product stands twice."""
    slate = counter.ask(k=10, columns=3, who=(ADA,))
    assert [slot.position for slot in slate.slots] == list(range(1, 11))
    assert [(slot.row, slot.col) for slot in slate.slots] == [(n // 3 + 1, n % 3 + 1) for n in range(10)]
    assert len(set(products(slate))) == 10
    assert slate.degraded == ()


def test_the_answer_is_on_record_before_it_is_given(counter: Counter) -> None:
    """What the log holds under the slate's id is what was answered, to the last field."""
    slate = counter.ask(who=(ADA,))
    assert counter.house.events(SlateServed) == [slate]


def test_the_record_says_with_what_it_was_computed(counter: Counter) -> None:
    """Policy, release, model, ranker and the version of the propensities."""
    versions = counter.ask(who=(ADA,)).versions
    assert versions.policy == recommending.POLICY
    assert (versions.release, versions.retrieval, versions.ranker) == ("r-1", "item_knn", "linear")
    assert (versions.propensity, versions.index) == ("seen-1", "")


def test_the_record_says_for_whom_and_from_what(counter: Counter) -> None:
    """The person, the surrogate that was given, and what was seen last, oldest first."""
    slate = counter.ask(who=(ADA,))
    ada = counter.house.surrogate("account", "ada")
    assert slate.identifiers == (ada,)
    assert slate.person is not None
    assert slate.context_products == (product(1), product(7), product(13))
    assert (slate.request_id, slate.surface, slate.served_at) == ("request-1", "home", TUESDAY)


def test_features_on_record_give_the_score_again(counter: Counter) -> None:
    """Each place holds the values that the ranker read, in the order named, and their digest can be recomputed."""
    slate = counter.ask(who=(ADA,), k=12)
    assert slate.feature_names == RANKING_FEATURES
    packed = np.array([slot.features for slot in slate.slots], np.float32)
    assert packed.shape == (12, len(RANKING_FEATURES))
    assert sha256(packed.tobytes()).hexdigest()[:16] == slate.feature_hash
    scores = np.array([slot.score_rank for slot in slate.slots], np.float32)
    np.testing.assert_allclose(Linear().score(packed), scores, rtol=0, atol=float(10**-DIGITS))


def test_the_candidates_on_record_can_be_found_again(counter: Counter) -> None:
    """Their number and the digest of their sorted item numbers, from the same release and the same mask."""
    slate = counter.ask(who=(ADA,), exclude=frozenset([product(14)]))
    stack = counter.stack
    assert stack.retrieval is not None
    mask = stack.available.copy()
    mask[[stack.numbers[product(14)], stack.numbers[product(13)]]] = False  # excluded, and just seen
    found, _ = stack.retrieval.search(slate.context_products, CANDIDATES, mask)
    assert slate.candidate_count == len(found)
    assert slate.candidate_hash == sha256(np.sort(found).tobytes()).hexdigest()[:16]


def test_every_stage_is_timed(counter: Counter) -> None:
    """The record says how long each stage took, and all of them together, in milliseconds."""
    latency = counter.ask(who=(ADA,)).latency_ms
    assert set(latency) == {"wait", "context", "retrieval", "ranking", "rules", "total"}
    assert all(value >= 0 for value in latency.values())


def test_the_seed_on_record_repeats_the_draw(counter: Counter) -> None:
    """Which place explored and every propensity follow from the seed, and both kinds of slate come up."""
    explored = 0
    for _ in range(30):
        slate = counter.ask(who=(ADA,), k=8)
        assert slate.seed == int(slate.slate_id[-8:], 16)
        ranked = slate.candidate_count - slate.rules["deduplicated"]
        drawn = explore(ranked, range(8, min(8 + recommending.POOL, ranked)), 8, seed=slate.seed)
        assert [slot.propensity for slot in slate.slots] == [one.propensity for one in drawn]
        assert [slot.exploration is not None for slot in slate.slots] == [one.explored for one in drawn]
        explored += any(one.explored for one in drawn)
    assert 0 < explored < 30


def test_an_explored_place_says_so(counter: Counter) -> None:
    """Its reason is no compliment to the model."""
    slates = [counter.ask(who=(ADA,)) for _ in range(40)]
    explored = [slot for slate in slates for slot in slate.slots if slot.exploration]
    assert {(slot.exploration, slot.reason) for slot in explored} == {("uniform_pool", "explored")}
    assert all(slot.position > 1 for slot in explored)


@pytest.mark.parametrize("surface", ["home", "similar"])
@pytest.mark.parametrize("released", [True, False])
def test_what_is_sold_out_is_never_shown(surface: Surface, *, released: bool) -> None:
    """With a release and without one; nor is what is no longer listed in any size that is there."""
    counter = Counter.open(Linear() if released else None, released=released)
    gone = [product(n) for n in range(0, 40, 2)]
    counter.restock(*(counted(n, 0, -500) for n in range(0, 40, 2)))
    for _ in range(10):
        slate = counter.ask(surface=surface, product_id=product(3), k=40, who=(ADA,))
        assert not set(products(slate)) & {*gone, product(3)}
        assert slate.rules["unavailable"] == 20


def test_what_was_sold_while_the_answer_was_made_is_left_out(counter: Counter) -> None:
    """The shelf is asked once more; the places close up, and positions still run from 1."""
    first = counter.ask(surface="similar", product_id=product(3), k=6)
    sold = next(n for n in range(48) if product(n) == first.slots[0].product_id)
    counter.house.receive("oms", [counted(sold, 0, -500)], "sold")
    counter.shelf.refresh(TUESDAY)  # and the mask of the stack does not know yet
    slate = counter.ask(surface="similar", product_id=product(3), k=6)
    assert product(sold) not in products(slate)
    assert [slot.position for slot in slate.slots] == list(range(1, len(slate.slots) + 1))


def test_a_size_that_is_gone_is_not_on_the_card(counter: Counter) -> None:
    """The sizes of a place are those of the colourway shown that are in stock."""
    counter.restock(*(counted(n, 0, -500, only="/s") for n in range(48)))
    assert {slot.sizes_in_stock for slot in counter.ask(who=(ADA,)).slots} == {("m",)}


def test_the_colour_looked_at_last_is_shown(counter: Counter) -> None:
    """Who looked at navy sees the navy colourway, a stranger the first that there is."""
    assert all("-navy/" in str(slot.variant_id) for slot in counter.ask(who=(ADA,)).slots)
    assert all("-red/" in str(slot.variant_id) for slot in counter.ask().slots)


def test_a_place_says_what_it_costs(counter: Counter) -> None:
    """Price and list price as listed."""
    for slot in counter.ask(who=(ADA,)).slots:
        assert slot.price is not None
        assert slot.list_price is not None
        assert (slot.price.amount_minor, slot.list_price.amount_minor) == (2000 + 100 * int(slot.product_id[2:]), 8000)


@pytest.mark.parametrize(("reason", "available"), [("too-small", False), ("style", True)])
def test_a_size_that_was_kept_is_looked_for(counter: Counter, reason: str, *, available: bool) -> None:
    """What was bought in m and kept is a size that fits; what came back for its fit is not."""
    bought = ordered("o-1", 30, "p-01/m", "p-02/s")
    counter.house.receive("oms", [bought, sent_back("r-1", "o-1", 60, "p-01/m", reason)], "orders")
    counter.restock(*(counted(n, 0, -500, only="/s") for n in range(48)))
    assert {slot.size_available for slot in counter.ask(who=(ADA,)).slots} == {available}


def test_what_was_excluded_is_not_shown(counter: Counter) -> None:
    """Nor what was seen last, nor what the page shows already."""
    exclude = frozenset(product(n) for n in range(20))
    for _ in range(10):
        assert not set(products(counter.ask(who=(ADA,), exclude=exclude, k=30))) & exclude
        assert product(13) not in products(counter.ask(who=(ADA,), k=47))
        assert product(5) not in products(counter.ask(surface="similar", product_id=product(5), k=47))


def test_twins_are_shown_once() -> None:
    """Two of one brand under one name are one to a shopper, and the record counts the other."""
    twins = [listed(n, -500, title="Thing 2", brand_id="b-2") for n in (2, 14, 26)]
    counter = Counter.open(Linear(), listings=twins)
    slate = counter.ask(k=47)
    assert len({product(2), product(14), product(26)} & set(products(slate))) == 1
    assert slate.rules["deduplicated"] == 2


def test_asking_makes_nobody_known(counter: Counter) -> None:
    """A question with identifiers that were never seen creates none in the vault."""
    who = (Identifier("account", "nobody"), Identifier("anonymous", "new-cookie"))
    slate = counter.ask(who=who)
    assert (slate.person, slate.identifiers, slate.context_products) == (None, (), ())
    assert [counter.house.vault.find(one) for one in who] == [None, None]


def test_the_strongest_identifier_that_is_known_says_who_it_is(counter: Counter) -> None:
    """An unknown account does not hide a known cookie."""
    slate = counter.ask(who=(Identifier("account", "nobody"), Identifier("anonymous", "cookie")))
    assert slate.context_products == (product(1), product(7), product(13))


def test_what_happens_after_the_question_is_not_known(counter: Counter) -> None:
    """The context is as of the moment of the answer."""
    late = sent("product_viewed", 24 * 60 + 1, anonymous_id="cookie", user_id="ada", properties={"product_id": "p-20"})
    counter.house.receive("web", [late], "late")
    assert counter.ask(who=(ADA,)).context_products[-1] == product(13)


def test_a_session_that_nobody_knows_is_not_on_record(counter: Counter) -> None:
    """What a client calls a session may be anything; a known one is recorded, and its touches count."""
    slate = counter.ask(session_id="ada@example.org")
    assert (slate.session_id, slate.context_products) == (None, ())


def test_similar_to_what_is_not_listed_has_no_answer(counter: Counter) -> None:
    """The question is at fault, and the field is named."""
    with pytest.raises(AskedInvalid) as refused:
        counter.ask(surface="similar", product_id="never-listed")
    assert refused.value.field == "product_id"
    assert counter.house.events(SlateServed) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"surface": "cellar"}, "surface"),
        ({"k": 0}, "k"),
        ({"k": 101}, "k"),
        ({"columns": 0}, "columns"),
        ({"columns": 101}, "columns"),
        ({"surface": "similar"}, "product_id"),
        ({"surface": "similar", "product_id": ""}, "product_id"),
    ],
)
def test_a_question_that_has_no_answer_names_the_field(changes: dict[str, Any], field: str) -> None:
    """It is refused when it is asked, before anything is computed."""
    with pytest.raises(AskedInvalid) as refused:
        Asked(**({"surface": "home", "request_id": "r"} | changes))
    assert refused.value.field == field


def test_a_slate_of_similar_products_names_its_subject(counter: Counter) -> None:
    """And its features say how near each product is to it."""
    slate = counter.ask(surface="similar", product_id=product(6), who=(ADA,))
    assert slate.subject_product == product(6)
    matches = [slot.features[RANKING_FEATURES.index("subject_category")] for slot in slate.slots]
    assert [match == 1.0 for match in matches] == [int(slot.product_id[2:]) % 6 == 0 for slot in slate.slots]


def test_a_home_slate_is_of_many_kinds(counter: Counter) -> None:
    """Not more than half of one category and a third of one brand, where nothing was explored."""
    for _ in range(10):
        slate = counter.ask(who=(ADA,), k=12)
        numbers = [int(slot.product_id[2:]) for slot in slate.slots if not slot.exploration]
        assert max(sum(n % 6 == c for n in numbers) for c in range(6)) <= 6
        assert max(sum(n % 12 == b for n in numbers) for b in range(12)) <= 5


def test_slates_have_ids_of_their_own(counter: Counter) -> None:
    """The same question twice is two slates, each on record."""
    slates = [counter.ask(who=(ADA,)) for _ in range(5)]
    assert len({one.slate_id for one in slates}) == 5
    assert counter.house.events(SlateServed) == slates
