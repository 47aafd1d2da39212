"""Reference pages that are generated say what the code says."""

from pathlib import Path

from haberdasher import features_reference, returns_reference
from haberdasher.reference import document

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "taxonomy.md"


def test_the_taxonomy_page_is_what_the_code_says() -> None:
    """`python -m haberdasher.reference > docs/reference/taxonomy.md` was run since the taxonomy changed."""
    assert PAGE.read_text() == document()


def test_the_page_of_returns_is_what_the_code_says() -> None:
    """`python -m haberdasher.returns_reference > docs/reference/returns.md` was run since codes or weights changed."""
    assert PAGE.with_name("returns.md").read_text() == returns_reference.document()


def test_the_page_of_features_is_what_is_declared() -> None:
    """`python -m haberdasher.features_reference > docs/reference/features.md` was run since a declaration changed."""
    assert PAGE.with_name("features.md").read_text() == features_reference.document()
