"""One vocabulary: every spelling of an action is one canonical name, or is refused with its reason."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.taxonomy.aliases import CANONICAL, TABLES, canonical_name
from domain.taxonomy.normalise import normalise
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.schemas import SCHEMAS


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
    assert all(normalise(alias) == alias for table in TABLES.values() for alias in table)
