"""One vocabulary: every spelling of an action is one canonical name, or is refused with its reason."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.taxonomy.aliases import CANONICAL, TABLES
from domain.taxonomy.normalise import normalise
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.schemas import SCHEMAS
from domain.taxonomy.source import Authority, Declaration
from domain.taxonomy.vocabulary import DISCRIMINATED, InvalidAlias, Vocabulary


def canonical_name(name: str, authority: Authority, **sent: Any) -> str:
    source = Declaration(name="web", authority=authority)
    return Vocabulary().meaning(name, source, sent).canonical


@pytest.mark.parametrize("sent", ["add_to_cart", "cart_add", "Product Added", "AddToCart", "tapAddToBag", "ADD-TO-BAG"])
def test_every_spelling_of_a_cart_add_is_one_event(sent: Any) -> None:
    """What two teams call `add_to_cart` and `cart_add` is stored under one name."""
    assert canonical_name(sent, "client") == "product_added_to_cart"


@given(st.text(max_size=40))
def test_normalising_twice_is_normalising_once(name: str) -> None:
    """Normalisation is idempotent for any text."""
    assert normalise(normalise(name)) == normalise(name)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ("click", Reason.AMBIGUOUS_NAME),
        ("cart_abandoned", Reason.DERIVED_NOT_FACT),
        ("warp_drive_engaged", Reason.UNKNOWN_EVENT_NAME),
    ],
)
def test_what_is_no_fact_is_refused_with_its_reason(sent: str, reason: Reason) -> None:
    """Ambiguous, derived and unknown names each have a reason of their own."""
    with pytest.raises(Refused) as refused:
        canonical_name(sent, "client")
    assert refused.value.reason is reason


def test_a_near_miss_is_suggested() -> None:
    """A typing error comes back with the name that was probably meant."""
    with pytest.raises(Refused) as refused:
        canonical_name("prodct_viewed", "client")
    assert refused.value.suggested_name == "product_viewed"


def test_a_purchase_is_behaviour_from_a_client_and_a_fact_from_a_server() -> None:
    """Only a source with authority may say that an order was placed."""
    assert canonical_name("order_completed", "client") == "checkout_completed"
    assert canonical_name("order_completed", "server") == "order_placed"
    with pytest.raises(Refused):
        canonical_name("order_placed", "client")


def test_every_canonical_event_has_a_schema() -> None:
    """A name that resolves is a name that can be read."""
    assert set(CANONICAL) == set(SCHEMAS)
    assert all(meaning.canonical in SCHEMAS for table in TABLES.values() for meaning in table.values())
    assert all(normalise(alias) == alias for table in TABLES.values() for alias in table)
    assert all(normalise(alias) == alias for alias in DISCRIMINATED)


@pytest.mark.parametrize(
    ("name", "sent", "canonical"),
    [
        ("view_search_results", {"items": [{"item_id": "p"}]}, "slate_viewed"),
        ("view_search_results", {"search_term": "red"}, "products_searched"),
        ("select_content", {"content_type": "product"}, "product_clicked"),
        ("update_cart", {"delta": 2}, "product_added_to_cart"),
        ("update_cart", {"delta": -1}, "product_removed_from_cart"),
        ("Viewed Shipping Page", {}, "page_viewed"),
        ("checkout", {"step": 1}, "checkout_started"),
        ("scroll", {}, "page_engaged"),
    ],
)
def test_some_names_mean_something_only_with_what_they_carry(name: str, sent: dict[str, Any], canonical: str) -> None:
    """The payload decides where the name alone does not."""
    assert canonical_name(name, "client", **sent) == canonical


@pytest.mark.parametrize(
    ("name", "sent"), [("select_content", {}), ("update_cart", {}), ("update_cart", {"delta": 0}), ("checkout", {})]
)
def test_a_name_whose_payload_does_not_decide_is_ambiguous(name: str, sent: dict[str, Any]) -> None:
    """Nothing is guessed."""
    with pytest.raises(Refused) as refused:
        canonical_name(name, "client", **sent)
    assert refused.value.reason is Reason.AMBIGUOUS_NAME


def test_a_name_may_tell_a_part_of_what_its_event_carries() -> None:
    """`add_shipping_info` is the shipping step, `coupon_denied` a denied coupon."""
    source = Declaration(name="web")
    assert Vocabulary().meaning("add_shipping_info", source, {}).implied == {"step": "shipping"}
    assert Vocabulary().meaning("Coupon Denied", source, {}).implied == {"status": "denied"}


def test_a_tenants_own_alias_counts_first_and_changes_the_version() -> None:
    """For its source or for all; the version says that other tables answered."""
    own = Vocabulary(own={"web": {"Bag Tapped": "cart_viewed"}, "*": {"bag tapped": "product_viewed"}})
    assert own.meaning("bagTapped", Declaration(name="web"), {}).canonical == "cart_viewed"
    assert own.meaning("bagTapped", Declaration(name="app"), {}).canonical == "product_viewed"
    assert own.version.startswith(Vocabulary().version + "+")
    assert (
        own.version
        == Vocabulary(own={"*": {"BAG_TAPPED": "product_viewed"}, "web": {"bag-tapped": "cart_viewed"}}).version
    )


def test_an_own_alias_leads_to_a_canonical_event() -> None:
    """Another target is refused, with the closest that there is."""
    with pytest.raises(InvalidAlias, match="product_viewed"):
        Vocabulary(own={"*": {"peek": "produkt_viewed"}})


def test_an_own_alias_gives_no_authority() -> None:
    """A client cannot be made a server by renaming what it says."""
    own = Vocabulary(own={"*": {"bought": "order_placed"}})
    with pytest.raises(Refused):
        own.meaning("bought", Declaration(name="web"), {})
    assert own.meaning("bought", Declaration(name="oms", authority="server"), {}).canonical == "order_placed"
