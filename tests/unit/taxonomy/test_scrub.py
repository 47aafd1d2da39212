"""No direct identifier reaches the event log, whatever field it is typed into."""

import pytest

from domain.taxonomy.fields import free_text, key
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.scrub import scrubbed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("red dress", "red dress"),
        ("ada@example.org", "[removed]"),
        ("call +49 (0)30 1234-5678 now", "call [removed] now"),
        ("4111 1111 1111 1111", "[removed]"),
        ("size 38 under 100", "size 38 under 100"),
    ],
)
def test_addresses_and_long_numbers_are_taken_out(typed: str, kept: str) -> None:
    """What somebody typed into a search box keeps its words and loses who they are."""
    assert scrubbed(typed) == kept


def test_scrubbing_is_noted() -> None:
    """The event says that something was taken out."""
    notes: list[str] = []
    assert free_text(64)("mail ada@example.org", "query_text", notes) == "mail [removed]"
    assert notes == ["query_text: scrubbed"]


def test_an_address_is_no_id() -> None:
    """An e-mail address in an id field is refused: an id is stored as it is."""
    with pytest.raises(Refused) as refused:
        key()("ada@example.org", "order_id", [])
    assert refused.value.reason is Reason.PII_DETECTED
