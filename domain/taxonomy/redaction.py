"""What is taken out of a raw event before it is sealed, and said so in the event itself (`domain.md` §3.6).

IP addresses lose their last part, coordinates go without an explicit grant, click ids become a yes.
"""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

CLICK_IDS = ("gclid", "fbclid", "msclkid", "dclid")
RECORD = "redactions"


def truncated_ip(value: Any) -> str | None:
    """Return the /24 (IPv4) or /48 (IPv6) network address, or None for what is no address."""
    try:
        address = ip_address(str(value))
    except ValueError:
        return None
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False).network_address)


def redact(sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return `sent` itself if nothing had to go, else a copy whose `redactions` names what went."""
    context, properties, consent = (sent.get(key) for key in ("context", "properties", "consent"))
    gone: list[str] = []
    out = dict(sent)
    if isinstance(context, dict):
        kept = dict(context)
        if "ip" in kept and (shorter := truncated_ip(kept["ip"])) != kept["ip"]:
            kept["ip"] = shorter
            gone.append("context.ip")
        granted = isinstance(consent, dict) and consent.get("geo") == "granted"
        if "geo" in kept and not granted:
            del kept["geo"]
            gone.append("context.geo")
        out["context"] = kept
    for section, holder in (("context", out.get("context")), ("properties", properties)):
        if isinstance(holder, dict) and any(key in holder for key in CLICK_IDS):
            out[section] = {key: value for key, value in holder.items() if key not in CLICK_IDS} | {"paid_click": True}
            gone.append(f"{section}.click_id")
    if not gone:
        return sent
    out[RECORD] = gone
    return out
