"""Rows of the BigQuery export, as `bq extract` writes them."""

import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from application.intake.reading import Reader
from domain.taxonomy.interpret import Canonical
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Authority, Declaration
from domain.values import Money
from haberdasher.sources import FILE_SOURCES
from tests.vendors.coverage import NOW
from tests.vendors.ga4_coverage import message

_ITEM = {
    "item_id": "SKU_12345",
    "item_name": "Tee",
    "item_brand": "(not set)",
    "item_variant": "green",
    "item_category": "Apparel",
    "item_category2": "(not set)",
    "price": Decimal("10.01"),
    "price_in_usd": Decimal("10.01"),
    "quantity": "3",
    "item_revenue": Decimal("30.03"),
    "coupon": "(not set)",
    "item_list_id": "(not set)",
    "item_list_name": "Related",
    "item_list_index": "4",
    "promotion_id": "(not set)",
    "item_params": [{"key": "sku", "value": {"string_value": "tee-green-m"}}],
}


def row(name: str, params: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a row with the parameters that every event of a web stream has."""
    common = {
        "ga_session_id": {"int_value": "1795521000"},
        "page_location": {"string_value": "https://shop.example/sale?page=2"},
    }
    return {
        "event_date": "20261124",
        "event_timestamp": "1795521540000000",
        "event_name": name,
        "event_params": [{"key": key, "value": value} for key, value in {**common, **(params or {})}.items()],
        "event_server_timestamp_offset": "5000000",
        "user_pseudo_id": "1234567890.1795520000",
        "privacy_info": {"analytics_storage": "Yes", "ads_storage": "No", "uses_transient_token": "No"},
        "device": {"category": "mobile", "operating_system": "iOS", "language": "de-de", "web_info": {"hostname": "h"}},
        "geo": {"country": "Germany", "city": "Berlin"},
        "traffic_source": {"name": "(direct)", "medium": "(none)", "source": "(direct)"},
        "collected_traffic_source": {"manual_source": "news", "manual_medium": "email"},
        "platform": "WEB",
        "items": [],
        **changes,
    }


def read(sent: Any, authority: Authority = "client") -> list[Canonical]:
    source = Declaration(name="x", dialect="ga4_bigquery", clock="backfill", authority=authority)
    return [one.canonical for one in Reader().understand(sent, source, NOW, "id-1")]


def test_a_row_is_read_like_the_event_that_it_was() -> None:
    """One mapping: a row and the message of the same event give the same payload and the same page."""
    money = {"currency": {"string_value": "USD"}}
    (exported,) = read(row("add_to_cart", money, items=[_ITEM]))
    source = Declaration(name="x", dialect="ga4")
    item = {"item_id": "SKU_12345", "sku": "tee-green-m", "item_category": "Apparel", "index": 4, "quantity": 3}
    sent = message("add_to_cart", {"currency": "USD", "items": [{**item, "price": Decimal("10.01")}]})
    (live,) = [one.canonical for one in Reader().understand(sent, source, NOW, "id-1")]
    assert (exported.name, exported.fields) == (live.name, live.fields)
    assert exported.identifiers == live.identifiers
    assert exported.occurred_at == live.occurred_at
    assert exported.envelope.session_hint == live.envelope.session_hint == "1795521000"
    assert read(row("page_view"))[0].fields["page_view_id"]


def test_the_circumstances_come_from_the_columns() -> None:
    """Consent, device and campaign of this visit; how somebody first came years ago is none of them."""
    (found,) = read(row("page_view"))
    assert found.envelope.consent == {"analytics": "granted", "ads": "denied"}
    assert found.envelope.channel == "web"
    context = dict(found.envelope.context)
    assert (context["device_type"], context["os_family"], context["locale"]) == ("mobile", "ios", "de-de")
    assert context["referral"] == {"channel_group": "email", "utm_source": "news", "utm_medium": "email"}
    (first_touch,) = read(row("page_view", collected_traffic_source=None, traffic_source={"source": "ads"}))
    assert "referral" not in first_touch.envelope.context
    assert "geo" not in context


def test_the_export_numbers_its_pages() -> None:
    """Two views of one path in a session are two pages where the export says so."""
    ids = {read(row("page_view", batch_page_id=number))[0].fields["page_view_id"] for number in ("1", "2", None)}
    assert len(ids) == 3


def test_a_purchase_takes_its_sums_from_its_parameters_or_the_ecommerce_column() -> None:
    """What was sent counts; Google's own reading of it fills what is missing."""
    ecommerce = {
        "transaction_id": "T_1",
        "purchase_revenue": Decimal("30.03"),
        "shipping_value": Decimal("3.33"),
        "tax_value": None,
    }
    money = {"currency": {"string_value": "USD"}}
    (seen,) = read(row("purchase", money, items=[_ITEM], ecommerce=ecommerce))
    assert (seen.name, seen.fields["order_id"], seen.fields["value"]) == (
        "checkout_completed",
        "T_1",
        Money(3003, "USD"),
    )
    told = {**money, "value": {"double_value": Decimal("29.00")}}
    (order,) = read(row("purchase", told, items=[_ITEM], ecommerce=ecommerce), "server")
    assert (order.name, order.fields["total"]) == ("order_placed", Money(3233, "USD"))


def test_a_row_without_consent_is_not_recorded() -> None:
    """A ping without storage has no cookie, and says no."""
    with pytest.raises(Refused) as found:
        read(row("page_view", privacy_info={"analytics_storage": "No"}))
    assert found.value.reason is Reason.CONSENT_REQUIRED
    with pytest.raises(Refused) as nobody:
        read(row("page_view", user_pseudo_id=None))
    assert (nobody.value.reason, nobody.value.field) == (Reason.MISSING_REQUIRED, "anonymous_id")


@pytest.mark.parametrize("params", ["x", {"key": "k"}, [1], [{"value": {}}], [{"key": 7}]])
def test_parameters_that_are_no_list_of_keys_are_refused(params: Any) -> None:
    """By the name of the column."""
    with pytest.raises(Refused) as found:
        read({**row("page_view"), "event_params": params})
    assert found.value.field == "event_params"


def test_history_has_to_say_when() -> None:
    """A row without a time is refused: nothing else tells when it happened."""
    with pytest.raises(Refused) as found:
        read(row("page_view", event_timestamp=None))
    assert found.value.field == "timestamp"


def test_the_files_are_json_lines_packed_or_not(tmp_path: Path) -> None:
    """`bq extract` writes `*.json` and `*.json.gz`; bad rows are sent too, for the door to say why."""
    lines = [json.dumps({"event_name": "page_view"}).encode(), b"{cut off"]
    (tmp_path / "events_20261123.json").write_bytes(b"\n".join(lines))
    (tmp_path / "events_20261124.json.gz").write_bytes(gzip.compress(lines[0]))
    source = FILE_SOURCES["ga4"]
    (declaration,) = source.declarations
    assert (declaration.clock, declaration.dialect) == ("backfill", "ga4_bigquery")
    assert [(one.source, one.body) for one in source.events(tmp_path)] == [
        (declaration.name, body) for body in (*lines, lines[0])
    ]
