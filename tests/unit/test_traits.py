"""Traits as each vendor's clients spell them; whatever is not text tells nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.identity.traits import telling, traits_of

ADA = {
    "first_name": "Ada",
    "surname": "Lovelace",
    "born": "1985-12-10",
    "city": "London",
    "postcode": "SW1Y",
    "street": "12 St James's Square",
    "email": "ada@example.org",
    "phone": "+44 20 7946 0018",
}
SEGMENT = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "birthday": "1985-12-10T00:00:00Z",
    "address": {"city": "London", "postalCode": "SW1Y", "street": "12 St James's Square", "country": "UK"},
    "email": "ada@example.org",
    "phone": "+44 20 7946 0018",
}
CUSTOMER = {
    "id": 7,
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.org",
    "phone": "+44 20 7946 0018",
    "default_address": {"first_name": "A.", "city": "London", "zip": "SW1Y", "address1": "12 St James's Square"},
}
SHOPIFY = {one: value for one, value in ADA.items() if one != "born"}


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"type": "identify", "traits": SEGMENT}, ADA),
        ({"type": "track", "context": {"traits": SEGMENT}}, ADA),
        ({"event": "sign_up", "traits": ADA | {"born": None, "dob": "1985-12-10"}}, ADA),
        ({"topic": "customers/update", "payload": CUSTOMER}, SHOPIFY),
        ({"topic": "orders/create", "payload": {"id": 1, "name": "#1001", "customer": CUSTOMER}}, SHOPIFY),
        (
            {"topic": "orders/create", "payload": {"billing_address": {"name": "Ada King Lovelace", "zip": "SW1Y"}}},
            {"first_name": "Ada King", "surname": "Lovelace", "postcode": "SW1Y"},
        ),
        ({"traits": {"name": "Ada", "age": 40, "email": ["x"], "city": "  "}}, {"surname": "Ada"}),
        ({"topic": "orders/create", "payload": {"shipping_address": {"city": "Rome"}, "name": "#1001"}}, {}),
        ({"traits": "Ada", "context": ["traits"], "payload": 7}, {}),
    ],
)
def test_traits_are_read_where_each_vendor_has_them(sent: dict[str, Any], told: dict[str, str]) -> None:
    """Names in any spelling, the own fields before those of the address; a delivery address is nobody's trait."""
    assert traits_of(sent) == told
    if told:
        assert telling(json.dumps(sent).encode())


def test_most_messages_tell_nothing() -> None:
    """A view is passed over without being decoded."""
    assert not telling(b'{"event": "product_viewed", "anonymous_id": "c", "properties": {"product_id": "coat"}}')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["traits", "context", "payload", "customer", "address", "name", "city"]), inner
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["traits", "context", "payload", "topic"]), JSON))
def test_any_message_can_be_read(sent: dict[str, Any]) -> None:
    """No shape makes it fail; what comes out is text that says something."""
    assert all(value and value == value.strip() for value in traits_of(sent).values())
