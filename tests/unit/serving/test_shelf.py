"""The shelf in memory is the event log's: what is listed, what is in stock, and how sure of it we are."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import pytest
from attrs import define, field

from adapters.event_log import MemoryEventLog
from application.serving.shelf import Shelf
from domain.catalogue.product import Colourway, Product, ProductListed, StockCounted, Variant
from haberdasher.names import stored_names
from ports.event_log import Append, Commit, Fact, Metadata, Recorded, stream_name
from tests.support.memory_house import NOW, MemoryHouse


@define(eq=False)
class Told:
    """Writes catalogue facts into a house's log, one by one, each a second after the last."""

    house: MemoryHouse
    versions: dict[str, int] = field(factory=dict)
    seconds: int = 0

    def listed(self, product: str, *variants: str) -> None:
        shown = Colourway(f"{product}-red", tuple(Variant(one) for one in variants))
        self._tell(product, ProductListed(product, product.title(), NOW + timedelta(seconds=self.seconds), (shown,)))

    def counted(self, product: str, **levels: int) -> None:
        self._tell(product, StockCounted(product, levels, NOW + timedelta(seconds=self.seconds)))

    def _tell(self, product: str, event: ProductListed | StockCounted) -> None:
        at = NOW + timedelta(seconds=self.seconds)
        facts = [Fact(event, Metadata(f"fact-{self.seconds}", at, at))]
        version = self.versions.get(product, 0)
        self.house.log.commit(Commit(appends=[Append(stream_name("main", "product", product), version, facts)]))
        self.versions[product] = version + 1
        self.seconds += 1


@pytest.fixture
def house() -> MemoryHouse:
    return MemoryHouse()


@pytest.fixture
def told(house: MemoryHouse) -> Told:
    return Told(house)


@pytest.fixture
def shelf(house: MemoryHouse) -> Shelf:
    return Shelf(house.log, house.read_models)


def state(shelf: Shelf) -> tuple[Mapping[str, Product], Mapping[str, Sequence[object]], Mapping[str, str | None]]:
    """Return everything that a shelf says of its products and of the variants v0 to v9."""
    stocked = {one: shelf.in_stock(one) for one in sorted(shelf.products)}
    return dict(shelf.products), stocked, {f"v{n}": shelf.product_of(f"v{n}") for n in range(10)}


@pytest.mark.parametrize("seed", range(12))
def test_following_is_the_same_as_a_fresh_load(house: MemoryHouse, told: Told, shelf: Shelf, seed: int) -> None:
    """Whenever a shelf began and however far the read model is behind, it knows what every other shelf knows."""
    dice = random.Random(seed)
    for _ in range(40):
        product = f"p{dice.randrange(4)}"
        variants = [f"v{n}" for n in range(10) if n % 4 == int(product[1])]
        if dice.random() < 0.4:
            told.listed(product, *dice.sample(variants, dice.randint(1, len(variants))))
        else:
            told.counted(product, **{one: dice.randint(0, 2) for one in variants})
        if dice.random() < 0.3:
            shelf.refresh(NOW)
        if dice.random() < 0.2:
            house.project()
    shelf.refresh(NOW)
    fresh = Shelf(house.log, house.read_models)
    fresh.refresh(NOW)
    assert state(fresh) == state(shelf)
    house.project()
    projected = Shelf(house.log, house.read_models)
    projected.refresh(NOW)
    assert state(projected) == state(shelf)


def test_what_is_not_there_is_not_in_stock(told: Told, shelf: Shelf) -> None:
    """Sold out, never counted, counted but not listed, and unknown are all out of stock."""
    told.listed("gone", "v0")
    told.counted("gone", v0=3)
    told.counted("gone", v0=0)
    told.listed("uncounted", "v1")
    told.counted("unlisted", v2=5)
    told.listed("there", "v3", "v4")
    told.counted("there", v3=0, v4=1)
    shelf.refresh(NOW)
    assert [variant.variant_id for _, variant in shelf.in_stock("there")] == ["v4"]
    assert shelf.sold_out(["gone", "uncounted", "unlisted", "there", "nobody"]) == {
        *("gone", "uncounted", "unlisted", "nobody")
    }


def test_a_delisted_variant_is_not_sold(told: Told, shelf: Shelf) -> None:
    """Pieces of a variant that the present listing leaves out do not count."""
    told.listed("p", "v0", "v1")
    told.counted("p", v0=0, v1=9)
    shelf.refresh(NOW)
    assert shelf.in_stock("p")
    told.listed("p", "v0")
    shelf.refresh(NOW)
    assert not shelf.in_stock("p")


def test_a_count_that_comes_before_the_listing_counts(told: Told, shelf: Shelf) -> None:
    """The two systems need not speak in order; until it is listed a product has no listing."""
    told.counted("early", v0=2)
    shelf.refresh(NOW)
    assert (shelf.listing("early"), dict(shelf.listings())) == (None, {})
    told.listed("early", "v0")
    shelf.refresh(NOW)
    assert [variant.variant_id for _, variant in shelf.in_stock("early")] == ["v0"]
    assert set(shelf.listings()) == {"early"}


def test_a_variant_names_its_product(told: Told, shelf: Shelf) -> None:
    """`product_of` answers for every variant that was listed, and for no other."""
    told.listed("a", "v0", "v1")
    told.listed("b", "v2")
    told.counted("b", v3=1)
    shelf.refresh(NOW)
    assert [shelf.product_of(f"v{n}") for n in range(4)] == ["a", "a", "b", None]


def test_a_variant_that_was_taken_off_the_list_names_no_product(told: Told, shelf: Shelf) -> None:
    """Only the present listing counts, as it does for a shelf that starts afresh; listed again it is known again."""
    told.listed("a", "v0", "v1")
    shelf.refresh(NOW)
    told.listed("a", "v0")
    shelf.refresh(NOW)
    assert [shelf.product_of(one) for one in ("v0", "v1")] == ["a", None]
    told.listed("a", "v0", "v1")
    shelf.refresh(NOW)
    assert shelf.product_of("v1") == "a"


def test_a_variant_that_moved_names_its_new_product(told: Told, shelf: Shelf) -> None:
    """The old product's new listing, which leaves it out, does not make it nobody's."""
    told.listed("a", "v0", "v1")
    told.listed("b", "v1")
    told.listed("a", "v0")
    shelf.refresh(NOW)
    assert [shelf.product_of(one) for one in ("v0", "v1")] == ["a", "b"]


def test_a_refresh_says_what_changed(told: Told, shelf: Shelf) -> None:
    """Each product that was told of since the last refresh is named once, and nothing when nothing came."""
    told.listed("a", "v0")
    told.listed("b", "v1")
    assert sorted(shelf.refresh(NOW)) == ["a", "b"]
    told.counted("b", v1=1)
    told.counted("b", v1=2)
    assert list(shelf.refresh(NOW)) == ["b"]
    assert list(shelf.refresh(NOW)) == []


def test_what_was_verified_ages_out(shelf: Shelf) -> None:
    """Stock is verified from the first refresh until it is older than `most_age`, and again after the next."""
    assert not shelf.verified(NOW)
    shelf.refresh(NOW)
    assert shelf.verified(NOW + shelf.most_age)
    late = NOW + shelf.most_age + timedelta(milliseconds=1)
    assert not shelf.verified(late)
    shelf.refresh(late)
    assert shelf.verified(late)


class Failing(MemoryEventLog):
    """A log that cannot be read on from where `fails` says."""

    fails: Callable[[int], bool] = staticmethod(lambda _after: False)

    def follow(self, *, after: int, limit: int) -> Sequence[Recorded]:
        if self.fails(after):
            raise OSError("the disk is gone")
        return super().follow(after=after, limit=limit)


def test_a_log_that_fails_leaves_what_was_known(house: MemoryHouse, told: Told) -> None:
    """A failed refresh is raised, the old stock is still known, is no longer verified in time, and heals later."""
    log = Failing(stored_names(), house.store)
    shelf = Shelf(log, house.read_models)
    told.listed("a", "v0")
    told.counted("a", v0=1)
    shelf.refresh(NOW)
    before = state(shelf)
    told.counted("a", v0=0)
    log.fails = lambda _after: True
    later = NOW + shelf.most_age + timedelta(seconds=1)
    with pytest.raises(OSError, match="the disk is gone"):
        shelf.refresh(later)
    assert state(shelf) == before
    assert shelf.verified(NOW)
    assert not shelf.verified(later)
    log.fails = lambda _after: False
    assert list(shelf.refresh(later)) == ["a"]
    assert not shelf.in_stock("a")
    assert shelf.verified(later)
