"""Who is at the browser, as its cookies say, and what those cookies are to be after the answer."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

import msgspec
from attrs import define, field, frozen
from litestar import Request
from litestar.datastructures import Cookie

from adapters.http.shop.personas import Persona, Personas
from adapters.http.shop.refusals import PageRefused
from ports.clock import Ids
from ports.vault import Identifier, Vault

VISITOR, AFTER, BAG, ORDERS = "haberdasher_visitor", "haberdasher_after", "haberdasher_bag", "haberdasher_orders"
MOST_IN_BAG = 10
MOST_ORDERS = 12
_YEAR = 365 * 86_400
_NAME = re.compile(r"[A-Za-z0-9_-]{4,64}")
_ID = re.compile(r"[0-9a-f]{32}")
_POSITION = re.compile(r"[0-9]{1,15}")


@frozen
class Piece:
    """A piece in the bag, and the place of a slate that led to it, if one did."""

    variant_id: str
    slate_id: str | None = None
    position: int | None = None


@define
class Visit:
    """`after`: up to where the intake log holds what this browser did. `bag`, and `orders` of a guest, live in cookies.

    A cookie that we cannot read counts as absent: whoever sends it is somebody new.
    """

    cookie: str
    persona: Persona | None = None
    after: int = 0
    bag: list[Piece] = field(factory=list)
    orders: list[str] = field(factory=list)
    secure: bool = False

    @classmethod
    def of(cls, request: Request[Any, Any, Any], personas: Personas, ids: Ids) -> "Visit":
        sent = request.cookies.get(VISITOR, "")
        cookie = sent if _NAME.fullmatch(sent) else ids.new()
        after = request.cookies.get(AFTER, "")
        return cls(
            cookie=cookie,
            persona=personas.behind(cookie),
            after=int(after) if _POSITION.fullmatch(after) else 0,
            bag=_unpacked(request.cookies.get(BAG, ""))[:MOST_IN_BAG],
            orders=[one for one in request.cookies.get(ORDERS, "").split(".") if _ID.fullmatch(one)][-MOST_ORDERS:],
            secure=request.url.scheme == "https",
        )

    @property
    def who(self) -> tuple[Identifier, ...]:
        """The identifiers to ask with, strongest first."""
        browser = Identifier("anonymous", self.cookie)
        return (Identifier("account", self.persona.account), browser) if self.persona else (browser,)

    @property
    def named(self) -> dict[str, str]:
        """The identifiers as an event of the browser carries them."""
        account = {"user_id": self.persona.account} if self.persona else {}
        return account | {"anonymous_id": self.cookie}

    def surrogates(self, vault: Vault) -> Sequence[str]:
        """Return what the vault knows this visitor as: nothing before the first event."""
        return [found for one in self.who if (found := vault.find(one)) is not None]

    def put_in_bag(self, piece: Piece) -> None:
        """Errors: `PageRefused` if the bag is full."""
        if len(self.bag) >= MOST_IN_BAG:
            raise PageRefused(422, "The bag is full", f"A bag holds {MOST_IN_BAG} pieces: buy these first.")
        self.bag.append(piece)

    def becomes(self, cookie: str, persona: Persona | None) -> None:
        """Another person sits down: what the last one had in the bag is not theirs."""
        self.cookie, self.persona, self.bag, self.orders = cookie, persona, [], []

    def cookies(self) -> Sequence[Cookie]:
        """Return all cookies as they are now. No script reads them, and no other site's form sends them."""
        values = {
            VISITOR: self.cookie,
            AFTER: str(self.after),
            BAG: _packed(self.bag),
            ORDERS: ".".join(self.orders[-MOST_ORDERS:]),
        }
        return [
            Cookie(
                key=name,
                value=value,
                path="/",
                httponly=True,
                samesite="lax",
                secure=self.secure,
                max_age=_YEAR if value else 0,
            )
            for name, value in values.items()
        ]


def _packed(bag: Sequence[Piece]) -> str:
    return urlsafe_b64encode(msgspec.json.encode(bag)).decode() if bag else ""


def _unpacked(text: str) -> list[Piece]:
    try:
        return msgspec.json.decode(urlsafe_b64decode(text), type=list[Piece]) if text else []
    except (ValueError, RecursionError, msgspec.MsgspecError):
        return []
