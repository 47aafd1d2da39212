"""What is taken out of a raw event before it is sealed, and said so in the event itself (`domain.md` §3.6).

IP addresses lose their last part, coordinates go without an explicit grant, click ids become a yes: wherever they
stand, for every vendor has its own places for them.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

RECORD = "redactions"
CLICK_IDS = frozenset(["gclid", "fbclid", "msclkid", "dclid", "ttclid", "twclid", "wbraid", "gbraid", "li_fat_id"])
_ADDRESSES = frozenset(
    [
        "ip",
        "ip_address",
        "ipaddress",
        "browser_ip",
        "client_ip",
        "ip_override",
        "user_ipaddress",
        "remote_addr",
        "request_ip",
    ]
)
PLACES = frozenset(["geo", "geolocation", "latitude", "longitude", "lat", "lng", "lon", "user_location", "altitude"])
_CLICK_ID = re.compile(rf"([?&])(?:{'|'.join(sorted(CLICK_IDS))})=[^&#\s]*", re.IGNORECASE)
#: Most events have nothing to redact: this is asked of their bytes before anybody looks at their parts.
_SUSPECT = (
    *(f'"{name}"'.encode() for name in sorted(_ADDRESSES | PLACES | CLICK_IDS)),
    *(f"{name}=".encode() for name in sorted(CLICK_IDS)),
)


def truncated_ip(value: Any) -> str | None:
    """Return the /24 (IPv4) or /48 (IPv6) network address, or None for what is no address."""
    try:
        address = ip_address(str(value))
    except ValueError:
        return None
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False).network_address)


def suspect(body: bytes) -> bool:
    """Whether a body may hold something to redact."""
    lowered = body.lower()
    return any(map(lowered.__contains__, _SUSPECT))


def redact(sent: Mapping[str, Any], *, geo: bool) -> Mapping[str, Any]:
    """Return `sent` itself if nothing had to go, else a copy whose `redactions` names what went.

    `geo`: whether the shopper granted the use of places.
    """
    gone: list[str] = []
    kept = _without(sent, "", gone, geo=geo)
    if not gone:
        return sent
    out: dict[str, Any] = dict(kept)
    out[RECORD] = gone
    return out


def _without(value: Any, path: str, gone: list[str], *, geo: bool) -> Any:
    if isinstance(value, dict):
        return _object(value, path, gone, geo=geo)
    if isinstance(value, list):
        return [_without(one, path, gone, geo=geo) for one in value]
    if isinstance(value, str) and "=" in value and _CLICK_ID.search(value):
        gone.append(f"{path}.click_id")
        return _CLICK_ID.sub(r"\1", value)
    return value


def _object(value: Mapping[str, Any], path: str, gone: list[str], *, geo: bool) -> Mapping[str, Any]:
    if "value" in value and str(value.get("key")).lower() in CLICK_IDS:  # as BigQuery writes parameters
        gone.append(f"{path}.click_id" if path else "click_id")
        return {"key": "paid_click", "value": True}
    out: dict[str, Any] = {}
    for name, one in value.items():
        lowered, at = name.lower(), f"{path}.{name}" if path else name
        if lowered in CLICK_IDS:
            gone.append(f"{path}.click_id" if path else "click_id")
            out["paid_click"] = True
        elif lowered in _ADDRESSES and isinstance(one, str | int):
            if (shorter := truncated_ip(one)) != one:
                gone.append(at)
            out[name] = shorter
        elif lowered in PLACES and not geo and not _is_answer(one):
            gone.append(at)
        else:
            out[name] = _without(one, at, gone, geo=geo)
    return out


def _is_answer(value: Any) -> bool:
    """A purpose of consent is called `geo` as well."""
    return value is None or isinstance(value, bool) or (isinstance(value, str) and value.lower() in _ANSWERS)


_ANSWERS = frozenset(["granted", "denied", "unknown", "true", "false"])
