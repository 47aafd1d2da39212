"""Pictures of products from a folder of the house; what is not there is a quiet placeholder, not a hole."""

import re

from litestar import Response, get
from litestar.params import FromPath

from adapters.http.shop.desk import Given

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,120}\.(svg|png|jpg|jpeg|webp)")
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
#: A picture that is opened by itself may style itself, and nothing else.
_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
PLACEHOLDER = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 400">
<rect width="300" height="400" fill="#f1eee9"/>
<path d="M150 150a14 14 0 1 1 14-14c0 9-14 10-14 22v6l78 52c8 6 4 18-6 18H78c-10 0-14-12-6-18l78-52" fill="none"
stroke="#c9c2b6" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>"""


@get("/pictures/{name:str}", sync_to_thread=True)
def picture(desk: Given, name: FromPath[str]) -> Response[bytes]:
    """Names are flat: nothing above or below the folder can be asked for."""
    folder, matched = desk.service.pictures, _NAME.fullmatch(name)
    try:
        found = (folder / name).read_bytes() if folder and matched else None
    except OSError:
        found = None
    kept = "public, max-age=86400" if found else "public, max-age=60"
    kind = _TYPES[matched.group(1)] if matched and found else _TYPES["svg"]
    return Response(found or PLACEHOLDER, media_type=kind, headers=_HEADERS | {"Cache-Control": kept})
