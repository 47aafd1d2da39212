"""The published table of what vendors send is what the code does."""

import os
from pathlib import Path

import pytest

from tests.vendors.table import PAGE, all_rows, page


@pytest.mark.skipif(not os.environ.get("HABERDASHER_DATA"), reason="HABERDASHER_DATA is not set")
def test_the_page_is_what_the_code_does() -> None:
    """Every name of every vendor's schemas has its row, as `python -m tests.vendors.table` writes it."""
    rows = all_rows(Path(os.environ["HABERDASHER_DATA"]))
    assert rows
    assert page(rows) == PAGE.read_text()
    assert all(row.mapped or row.reason for row in rows)
