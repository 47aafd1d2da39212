"""The promises of `Linkage`, on every adapter, and what is said where its library is absent."""

import sys

import pytest

from adapters.linkage import SplinkLinkage
from adapters.linkage.spelling import spelt
from haberdasher.testing.linkage import TOWN, LinkageContract
from ports.linkage import LinkageUnavailable, Profile
from tests.support.linkage import needs_splink


@pytest.fixture(scope="module")
def _splink() -> None:
    needs_splink()


@pytest.mark.usefixtures("_splink")
class TestSplinkLinkage(LinkageContract):
    make = SplinkLinkage


def test_without_its_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named; a version can be told all the same."""
    monkeypatch.setitem(sys.modules, "splink", None)
    for name in ("adapters.linkage.estimating", "adapters.linkage.comparing"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(LinkageUnavailable, match=r"haberdasher\[linkage\]"):
        SplinkLinkage().suggest(TOWN, 0.5)
    assert SplinkLinkage().version == "linkage-1"


@pytest.mark.parametrize(
    ("field", "written", "compared"),
    [
        ("surname", "  O'Neill-Müller ", "o neill muller"),
        ("first_name", "ANNE\u0301", "anne"),
        ("postcode", "sw1a 2aa", "sw1a2aa"),
        ("phone", "+44 (0)20 7946-0018", "4402079460018"),
        ("email", " Ada@Example.ORG ", "ada@example.org"),
        ("city", " - ", None),
        ("phone", "unknown", None),
    ],
)
def test_spelling_is_no_difference(field: str, written: str, compared: str | None) -> None:
    """Case, accents, punctuation and grouping are gone before anything is compared; what then is empty is unknown."""
    assert spelt(Profile("k", **{field: written}), field) == compared
