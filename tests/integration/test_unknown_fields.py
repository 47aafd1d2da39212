"""A field without a name in the taxonomy stays in the raw event, is counted, and fails a strict check."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from application.intake.unnamed import MORE, UnknownFields, field_name
from haberdasher.cli import cli
from tests.support.http import Served, served
from tests.support.shop import sent, viewed

ODD = {"product_id": "coat", "Vendor Flag": 1, "eva@example.org": 2, "customer12345678": 3}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as found:
        yield found


def test_unknown_fields_are_a_figure_and_no_refusal(server: Served) -> None:
    """The event is accepted, and /metrics counts each field by source and event without anybody's address or number."""
    event = {"event": "pdp_view", "anonymous_id": "c", "properties": ODD}
    assert server.post("/v1/events", [event, event]).json()["accepted"] == 2
    lines = server.client.get("/metrics").text.splitlines()
    found = {line for line in lines if line.startswith("haberdasher_unknown_fields_total{")}
    assert found == {
        f'haberdasher_unknown_fields_total{{event="product_viewed",field="{name}",source="http"}} 2.0'
        for name in ("vendor_flag", "(address)", "customer#")
    }


def test_no_source_can_fill_the_page_of_figures() -> None:
    """Beyond the cap, fields count together for their source and event; nothing is lost from the sum."""
    unknown = UnknownFields(most=3)
    for letter in "abcdefgh":
        unknown.note("web", "product_viewed", [f"field_{letter}", "seen_first"])
    counts = unknown.counts()
    assert counts["web", "product_viewed", "seen_first"] == 8
    assert counts["web", "product_viewed", MORE] == 6
    assert (len(counts), sum(counts.values())) == (4, 16)


@pytest.mark.parametrize(
    ("given", "shown"),
    [("Vendor Flag", "vendor_flag"), ("a\x1b[31m\nb", "a?[31m_b"), ("x" * 500, "x" * 64), ("", "(empty)")],
)
def test_a_field_s_name_is_short_and_printable(given: str, shown: str) -> None:
    """A page of figures holds no control characters and no novel."""
    assert field_name(given) == shown


def test_strict_ingest_fails_and_names_what_it_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 for an unknown field or a refusal, 0 for clean events; without --strict both are 0."""
    monkeypatch.delenv("HABERDASHER_CONFIG", raising=False)
    clean, odd = tmp_path / "clean.jsonl", tmp_path / "odd.jsonl"
    clean.write_bytes(viewed("coat"))
    strange = sent("product_viewed", 1, anonymous_id="c", properties={"product_id": "hat", "shelf": 1})
    odd.write_bytes(strange + b"\n" + sent("warp_drive", 2))

    def ingest(path: Path, home: str, *options: str) -> tuple[int, str, str]:
        monkeypatch.setenv("HABERDASHER_HOME", str(tmp_path / home))
        ran = CliRunner().invoke(cli, ["ingest", "jsonl", str(path), "--json", *options])
        return ran.exit_code, ran.stdout, ran.stderr

    assert ingest(clean, "a", "--strict")[0] == 0
    assert ingest(odd, "b")[0] == 0
    code, out, err = ingest(odd, "c", "--strict")
    assert code == 1
    assert "unknown field: jsonl product_viewed.shelf (1 events)" in err
    assert "quarantined: unknown_event_name at event (1 events)" in err
    assert json.loads(out)["unknown"] == [["jsonl", "product_viewed", "shelf", 1]]
