"""What a message tells of a customer's person: name, birthday, address, as each vendor's clients call it.

Read from the message as it was sent, for the events that become of it keep nothing of this.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from domain.taxonomy.normalise import normalise

#: Field of a profile -> what it is called, in the normal spelling of names.
_CALLED: Mapping[str, str] = {
    "first_name": "first_name firstname given_name forename",
    "surname": "last_name lastname surname family_name",
    "born": "birthday birth_date birthdate date_of_birth dob",
    "city": "city town suburb locality",
    "postcode": "postal_code postcode zip zip_code zipcode",
    "street": "street street_address address1 address_1 address_line1 address_line_1",
    "email": "email email_address",
    "phone": "phone phone_number mobile telephone",
}
_FIELDS = {name: field for field, names in _CALLED.items() for name in names.split()}
_ADDRESSES = ("address", "default_address", "billing_address")
#: Most messages tell nothing of a person: this is asked of their bytes before anybody looks at their parts.
_TELLING = (b'"traits"', b'"customer"', b'"billing_address"', b'"customers/')
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST = 200


def telling(body: bytes) -> bool:
    """Whether a body may tell something of a person."""
    return any(one in body for one in _TELLING)


def traits_of(sent: Mapping[str, Any]) -> Mapping[str, str]:
    """Return fields of a `Profile` by name, those that the message tells; what is no text tells nothing."""
    told: dict[str, str] = {}
    for one in _persons(sent):
        for field, value in _fields(one):
            told.setdefault(field, value)
    return told


def _persons(sent: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the parts of a message that are about its customer, the most telling first.

    Traits are Segment's and RudderStack's, beside the context or in it; a payload is Shopify's, of a customer or of
    what one bought. A delivery address is no trait: it may be somebody else's.
    """
    yield _part(sent, "traits")
    yield _part(_part(sent, "context"), "traits")
    payload = _part(sent, "payload")
    if str(sent.get("topic")).startswith("customers/") and "customer" not in payload:
        yield payload
    yield _part(payload, "customer")
    if payload:
        yield {name: payload[name] for name in ("billing_address",) if name in payload}


def _fields(person: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what stands in it, then what stands in its address."""
    names = {normalise(name): value for name, value in person.items()}
    for name, value in names.items():
        if name in _FIELDS and (text := _text(value)):
            field = _FIELDS[name]
            yield field, _day(text) if field == "born" else text
    if (whole := _text(names.get("name"))) and not {"first_name", "firstname", "last_name", "lastname"} & names.keys():
        first, _, last = whole.rpartition(" ")
        yield from (("first_name", first.strip()), ("surname", last)) if first else (("surname", last),)
    for name in _ADDRESSES:
        if isinstance(address := names.get(name), dict):
            yield from _fields(address)


def _day(text: str) -> str:
    """A birthday is often sent as a moment."""
    return found.group() if (found := _DAY.match(text)) else text


def _text(value: Any) -> str:
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def _part(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = of.get(name)
    return part if isinstance(part, dict) else {}
