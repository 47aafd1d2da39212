"""The transport coding of a message: parts of it travel as JSON inside text, often in base64.

They are unpacked before a message is stored, so that whoever takes addresses and places out of it sees all of it.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from domain.taxonomy.refusal import Refused

#: What a stored message says was unpacked.
RECORD = "decoded"
_PACKED = (("ue_px", "ue_pr"), ("cx", "co"))
_ALPHABET = str.maketrans({"-": "+", "_": "/", " ": "+"})


def unpacked(sent: Mapping[str, Any], decode: Callable[[bytes], Any]) -> Mapping[str, Any]:
    """Return `sent` itself if nothing was packed, else a copy whose `decoded` names the fields that were.

    `decode` reads JSON and raises `Refused`. What cannot be read stays as it was sent: reading it says so.
    """
    out = dict(sent)
    done = []
    for packed, plain in _PACKED:
        for field in (packed, plain):
            value = out.get(field)
            if isinstance(value, str) and (found := _found(value, decode, coded=field == packed)) is not None:
                del out[field]
                out[plain if field == packed and out.get(plain) is None else field] = found
                done.append(field)
    return {**out, RECORD: done} if done else sent


def _found(value: str, decode: Callable[[bytes], Any], *, coded: bool) -> Any:
    """Take the alphabet of URLs and the standard one, padded or not; a `+` of a query may have become a space."""
    try:
        body = value.encode()
        if coded:
            body = value.translate(_ALPHABET).rstrip("=").encode("ascii")
            body = base64.b64decode(body + b"=" * (-len(body) % 4), validate=True)
        found = decode(body)
    except (Refused, binascii.Error, UnicodeEncodeError):
        return None
    return found if isinstance(found, dict) else None
