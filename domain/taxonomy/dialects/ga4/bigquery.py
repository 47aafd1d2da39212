"""The dialect `ga4_bigquery`: one row of an `events_*` table, as BigQuery exports it to JSON.

Parameters come as a list of keys with a value of one of four types, whole numbers as text, and what nobody set as
`(not set)`. `traffic_source` is how the shopper first came, ever: it says nothing of this visit and is not read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.taxonomy.dialects.dialect import WireEvent
from domain.taxonomy.dialects.ga4.envelope import channel, consent, context
from domain.taxonomy.dialects.ga4.events import events_of
from domain.taxonomy.dialects.ga4.pages import session
from domain.taxonomy.dialects.ga4.values import first, mapping, moment, without_nothing
from domain.taxonomy.refusal import Reason, Refused

_TYPES = ("string_value", "int_value", "double_value", "float_value")


def translate(sent: Mapping[str, Any]) -> Sequence[WireEvent]:
    params = {**_named(sent.get("event_params"), "event_params"), **_of_row(sent)}
    params |= without_nothing(_money(sent, params))
    if (items := sent.get("items")) is not None and items != []:
        params["items"] = [_item(one) if isinstance(one, dict) else one for one in items] if _is_list(items) else items
    return events_of(sent.get("event_name"), params, _about(sent, params))


def _about(sent: Mapping[str, Any], params: Mapping[str, Any]) -> Mapping[str, Any]:
    device, came = mapping(sent.get("device")), mapping(sent.get("collected_traffic_source"))
    last = mapping(mapping(sent.get("session_traffic_source_last_click")).get("manual_campaign"))
    campaign = {
        "source": first(came.get("manual_source"), last.get("source")),
        "medium": first(came.get("manual_medium"), last.get("medium")),
        "campaign": first(came.get("manual_campaign_name"), last.get("campaign_name")),
        "content": first(came.get("manual_content"), last.get("content")),
        "term": first(came.get("manual_term"), last.get("term")),
    }
    web = mapping(device.get("web_info"))
    return without_nothing(
        {
            "timestamp": moment(sent.get("event_timestamp"), "event_timestamp"),
            "anonymous_id": sent.get("user_pseudo_id"),
            "user_id": sent.get("user_id"),
            "session_id": session(params),
            "channel": channel(sent.get("platform")),
            "consent": consent(mapping(sent.get("privacy_info"))) or None,
            "context": context(
                params,
                {**device, "language": first(device.get("language"), web.get("language"))},
                campaign=campaign,
                app_version=mapping(sent.get("app_info")).get("version"),
                host=web.get("hostname"),
            ),
        }
    )


def _of_row(sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """What newer exports tell of each row beside its parameters."""
    return without_nothing({"batch_page_id": sent.get("batch_page_id")})


def _money(sent: Mapping[str, Any], params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters as they were sent count first; `ecommerce` is Google's reading of them."""
    told = mapping(sent.get("ecommerce"))
    refund = sent.get("event_name") == "refund"
    return {
        "transaction_id": first(params.get("transaction_id"), told.get("transaction_id")),
        "value": first(params.get("value"), told.get("refund_value" if refund else "purchase_revenue")),
        "shipping": first(params.get("shipping"), told.get("shipping_value")),
        "tax": first(params.get("tax"), told.get("tax_value")),
    }


def _item(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters that a shop added to its items count after Google's columns."""
    own = _named(item.get("item_params"), "items.item_params")
    columns = without_nothing({name: value for name, value in item.items() if name != "item_params"})
    return {**own, **without_nothing({"index": item.get("item_list_index")}), **columns}


def _named(pairs: Any, field: str) -> dict[str, Any]:
    """Return parameters by name. Raises `Refused`."""
    if pairs is None:
        return {}
    if not _is_list(pairs) or not all(isinstance(pair, dict) and isinstance(pair.get("key"), str) for pair in pairs):
        raise Refused(Reason.TYPE_INVALID, field, "expected a list of keys with values")
    return {pair["key"]: found for pair in pairs if (found := _value(pair.get("value"))) is not None}


def _value(typed: Any) -> Any:
    return first(*(mapping(typed).get(name) for name in _TYPES))


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
