"""Reference pages that are generated say what the code says."""

from pathlib import Path

from haberdasher.reference import document

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "taxonomy.md"


def test_the_taxonomy_page_is_what_the_code_says() -> None:
    """`python -m haberdasher.reference > docs/reference/taxonomy.md` was run since the taxonomy changed."""
    assert PAGE.read_text() == document()
