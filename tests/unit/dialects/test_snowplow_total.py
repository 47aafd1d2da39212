"""Whatever JSON stands anywhere in a message of a Snowplow tracker: it is read or refused, and nothing else."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.intake import wire
from application.intake.reading import Reader
from domain.taxonomy.dialects.registry import DIALECTS
from domain.taxonomy.dialects.snowplow import actions, commerce, described
from domain.taxonomy.dialects.snowplow.decoding import RECORD, unpacked
from domain.taxonomy.dialects.snowplow.message import ECOMM, ECOMMERCE, MOBILE, SNOWPLOW
from domain.taxonomy.refusal import Refused
from domain.taxonomy.source import Declaration
from tests.support.snowplow import CART, HAT, action, ecomm, entity, message, said
from tests.support.snowplow import commerce as entities
from tests.vendors.coverage import NOW

SOURCE = Declaration(name="snowplow", dialect="snowplow")
_names = st.sampled_from(
    ["id", "type", "step", "position", "quantity", "item_id", "items", "success", "terms", "data", "schema", "latitude"]
)
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["", "0", "1280x800", "x", "http://[", "https://shop.example/a?b=c", "iglu:a/b/jsonschema/1-0-0"]),
)
anything = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(_names, st.text(max_size=6)), inner, max_size=5)
    ),
    max_leaves=12,
)
_fields = st.sampled_from(
    [
        *("e", "eid", "dtm", "stm", "ttm", "duid", "uid", "nuid", "sid", "p", "tv", "url", "refr", "ua", "lang", "tz"),
        *("vp", "ds", "res", "pp_may", "se_ca", "se_ac", "se_la", "se_pr", "se_va", "tr_id", "tr_tt", "tr_cu", "co"),
        *("ue_pr", "ue_px", "cx"),
    ]
)
_READ = [
    *((ECOMMERCE, name) for name in actions.READINGS),
    *((SNOWPLOW, name) for name in described.SNOWPLOW),
    *((MOBILE, name) for name in described.MOBILE),
    *((ECOMM, name) for name in commerce.READINGS),
]
_ENTITIES = [
    *((ECOMMERCE, name) for name in ("product", "cart", "checkout_step", "transaction", "promotion", "page", "user")),
    *((ECOMMERCE, name) for name in ("refund", "transaction_error")),
    *((ECOMM, name) for name in ("product", "cart", "collection", "search", "order", "customer")),
    *((SNOWPLOW, name) for name in ("web_page", "client_session", "geolocation_context", "gdpr", "mobile_context")),
    *((SNOWPLOW, "consent_preferences"), (MOBILE, "application"), (MOBILE, "screen"), (MOBILE, "screen_summary")),
]


def read(sent: Mapping[str, Any]) -> None:
    """Read as the door does: only `Refused` may come out, with a detail."""
    outcome: Any
    try:
        outcome = Reader().understand(sent, SOURCE, NOW, "id-1")
    except Refused as no:
        outcome = no.detail
    assert outcome


@given(st.dictionaries(st.one_of(_fields, st.text(max_size=6)), anything, max_size=8))
def test_any_object_is_read_or_refused(sent: dict[str, Any]) -> None:
    """Any fields, known and unknown, with any values."""
    read(sent)


@given(_fields, anything, st.sampled_from(["pv", "pp", "se", "tr", "ti", "ue"]))
def test_any_value_in_any_field_is_read_or_refused(field: str, value: Any, code: str) -> None:
    """One field of a good message is anything."""
    read(message(code, entities(product=HAT)) | {field: value})


@given(st.sampled_from(_READ), anything, st.lists(st.tuples(st.sampled_from(_ENTITIES), anything), max_size=3))
def test_any_data_of_a_known_schema_is_read_or_refused(
    schema: tuple[str, str], data: Any, around: list[tuple[tuple[str, str], Any]]
) -> None:
    """Schemas that are read, with data and entities that no validator has seen."""
    vendor, name = schema
    read(said(vendor, name, data, [entity(*kind, one) for kind, one in around]))


@given(st.sampled_from(sorted(actions._TYPES)), st.dictionaries(st.text(max_size=8), anything, max_size=3), anything)
def test_any_entity_of_an_action_is_read_or_refused(kind: str, own: dict[str, Any], place: Any) -> None:
    """Actions whose entities hold anything."""
    known = {"product": HAT | {"position": place} | own, "cart": CART | {"cart_id": place}, "refund": own}
    read(
        action(kind, name=None, **known, checkout_step={"step": place}, promotion={"id": place}, transaction_error=own)
    )


@given(st.sampled_from(sorted(commerce.READINGS)), anything, anything)
def test_any_item_of_the_older_vocabulary_is_read_or_refused(name: str, one: Any, other: Any) -> None:
    """Events that point at entities, with any pointer and any entity."""
    data = {"item_id": one, "quantity": other, "previous_quantity": one, "list_id": other, "source": one}
    around = {"product_id": one, "category_hierarchy": other, "categories": one, "variant_attributes": other}
    read(
        ecomm(
            name, data, product=around, cart={"items_in_cart": other}, collection={"items": one, "collection_name": 1}
        )
    )


def test_the_dialect_is_registered() -> None:
    """A source that declares it is read by it."""
    [event] = DIALECTS["snowplow"](message("pv"))
    assert event["event"] == "page_view"


_SAID = {"schema": "iglu:a/b/jsonschema/1-0-0", "data": {"schema": "x", "data": {"price": 19.9, "n": "ü?>"}}}


@pytest.mark.parametrize("encode", [base64.urlsafe_b64encode, base64.standard_b64encode])
@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("spaced", [True, False])
def test_packed_parts_are_unpacked(encode: Any, padded: bool, spaced: bool) -> None:
    """Both alphabets, with and without padding, and with the spaces that a query makes of `+`."""
    packed = encode(json.dumps(_SAID, ensure_ascii=False).encode()).decode()
    packed = packed if padded else packed.rstrip("=")
    packed = packed.replace("+", " ") if spaced else packed
    found = unpacked({"e": "ue", "ue_px": packed, "cx": packed}, wire.decode)
    assert found == {"e": "ue", "ue_pr": wire.decode(wire.encode(_SAID)), "co": found["ue_pr"], RECORD: ["ue_px", "cx"]}


def test_json_in_text_is_unpacked() -> None:
    """Without base64 the parts are JSON inside text."""
    found = unpacked({"ue_pr": json.dumps(_SAID), "co": "{}"}, wire.decode)
    assert (found["co"], found[RECORD]) == ({}, ["ue_pr", "co"])


@pytest.mark.parametrize("bad", ["", "!", "e30x", "ü", "WzFd", "\ud800", "eyJhIjpOYU59", "A" * 5])
def test_what_cannot_be_unpacked_stays_as_it_was(bad: str) -> None:
    """Nothing is lost, and nothing is recorded that was not done."""
    sent = {"ue_px": bad, "co": bad}
    assert unpacked(sent, wire.decode) is sent


def test_both_forms_at_once_are_both_kept() -> None:
    """A packed part never takes the place of a plain one, and is still seen through."""
    packed = base64.urlsafe_b64encode(b'{"ip":"10.1.2.3"}').decode()
    found = unpacked({"cx": packed, "co": {"data": []}}, wire.decode)
    assert found == {"co": {"data": []}, "cx": {"ip": "10.1.2.3"}, RECORD: ["cx"]}


@given(st.dictionaries(_fields, anything, max_size=5))
def test_unpacking_takes_anything(sent: dict[str, Any]) -> None:
    """Whatever stands in the packed fields, and doing it again changes nothing but the record."""
    once = unpacked(sent, wire.decode)
    assert unpacked(once, wire.decode) is once
