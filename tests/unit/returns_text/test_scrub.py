import pytest

from ml.returns_text.scrub import MOST_CHARACTERS, folded, scrubbed


@pytest.mark.parametrize(
    "personal",
    ["jane.doe@example.com", "+49 170 1234567", "0171/2345678", "https://example.com/a?b=c", "A1234567-99", "#4711",
     "4111 1111 1111 1111"],
)  # fmt: skip
def test_what_names_people_and_orders_is_taken_out(personal: str) -> None:
    """Addresses, telephone numbers, cards and references do not reach the features; the words around them do."""
    words = scrubbed(f"Too small, write to {personal} please").split()
    assert personal.casefold() not in " ".join(words)
    assert not any(any(letter.isdigit() for letter in word) for word in words)
    assert words[:2] == ["too", "small,"]
    assert words[-1] == "please"


def test_sizes_and_lengths_stay() -> None:
    """Short numbers are no telephone numbers."""
    assert scrubbed("38 statt 40, bin 1,60 m") == "38 statt 40, bin 1,60 m"


@pytest.mark.parametrize(
    "written", ["Ärmel zu groß", "Aermel zu gross", "Armel zu groß", "ÄRMEL ZU GROSS", "ärmel zu groß"]
)
def test_umlauts_may_be_written_in_any_way(written: str) -> None:
    """With dots, with an e, without either, composed or not."""
    assert folded(scrubbed(written), "de") == "armel zu gross"


def test_accents_and_apostrophes() -> None:
    """French words end at an apostrophe, English ones go on; letters pile up at most twice."""
    assert folded(scrubbed("C\u2019est déçu"), "fr") == "c est decu"
    assert folded(scrubbed("doesn't fit"), "en") == "doesnt fit"
    assert folded(scrubbed("pequeÑísimo"), "es") == "pequenisimo"
    assert folded(scrubbed("tooooo small"), "en") == "too small"


def test_compatibility_forms_and_length() -> None:
    """Full-width letters are letters, and what is beyond is not looked at."""
    assert scrubbed("\uff34\uff4f\uff4f small") == "too small"
    assert len(scrubbed("a b " * MOST_CHARACTERS)) <= MOST_CHARACTERS
