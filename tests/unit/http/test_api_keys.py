"""API keys are secrets: read from the environment or a file, never shown, and refused when they could be guessed."""

from pathlib import Path

import pytest

from haberdasher.secret_settings import read_api_keys
from haberdasher.settings import InvalidSetting, load

KEY, OTHER = "k" * 16, "another-key-of-24-chars="


def test_keys_come_from_the_variable() -> None:
    """Lines and commas part keys, + joins scopes, and a key may hold an equals sign."""
    found = read_api_keys({"HABERDASHER_API_KEYS": f"{KEY}=events+read, {OTHER}=catalog\n\n"})
    assert found == {KEY: frozenset({"events", "read"}), OTHER: frozenset({"catalog"})}


def test_keys_come_from_a_file(tmp_path: Path) -> None:
    """The variable with `_FILE` names a file that holds them."""
    path = tmp_path / "keys"
    path.write_text(f"{KEY}=recommend\n")
    assert read_api_keys({"HABERDASHER_API_KEYS_FILE": str(path)}) == {KEY: frozenset({"recommend"})}


def test_no_keys_are_no_keys() -> None:
    """Without the variable nobody has a key."""
    assert read_api_keys({}) == {}


@pytest.mark.parametrize(
    "text", ["short=events", "x" * 20, f"{KEY}=", f"{KEY}=fly", f"{KEY}=events+", "a b" * 9 + "=read"]
)
def test_a_key_that_cannot_be_is_refused_without_showing_it(text: str) -> None:
    """Too short, without scopes, or with one that nobody knows: the message has the variable and not the key."""
    with pytest.raises(InvalidSetting, match=r"^HABERDASHER_API_KEYS") as refused:
        read_api_keys({"HABERDASHER_API_KEYS": text})
    assert text.partition("=")[0] not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "pages"), [({}, True), ({"PROFILE": "production"}, False), ({"PAGES": "false"}, False)]
)
def test_pages_are_for_a_laptop(given: dict[str, str], pages: bool) -> None:
    """The embedded profile serves them, production only when it is told to."""
    assert load({f"HABERDASHER_{name}": value for name, value in given.items()}).pages is pages


@pytest.mark.parametrize("value", ["yes", "1", ""])
def test_pages_are_true_or_false(value: str) -> None:
    """Anything else stops the start by the name of the setting."""
    with pytest.raises(InvalidSetting, match=r"^pages"):
        load({"HABERDASHER_PAGES": value})
