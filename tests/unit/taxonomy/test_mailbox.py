"""One mailbox is one identifier, however it is spelled."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.taxonomy.interpret import identifiers_of
from domain.taxonomy.mailbox import one_spelling

ADA = "ada@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "spelled",
    [
        "ada@b\u00fccher.example",
        unicodedata.normalize("NFD", "Ada@B\u00fccher.example"),
        "ada@xn--bcher-kva.example",
        "ada@b\u00fccher.example.",
        "ada@b\u00fccher\u3002example",
        "\u200bada@b\u00fccher.example",
        "  ADA@B\u00dcCHER.EXAMPLE ",
        "\uff41da@b\u00fccher.example",
    ],
)
def test_spellings_of_one_mailbox_are_one(spelled: str) -> None:
    """Composed or not, wide, invisible, upper case, Unicode or Punycode, with a last dot."""
    assert identifiers_of({"email": spelled}, []) == (("email", ADA),)


@pytest.mark.parametrize("other", ["a.da@example.org", "ada+shop@example.org", "ada@example.com"])
def test_other_mailboxes_stay_others(other: str) -> None:
    """Dots and tags are not ours to take out."""
    assert one_spelling(other) != one_spelling("ada@example.org")


@given(st.text(max_size=60) | st.emails())
def test_once_is_enough(text: str) -> None:
    """Any text has a spelling, and the spelling of that is itself."""
    once = one_spelling(text)
    assert one_spelling(once) == once
