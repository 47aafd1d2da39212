"""Shoppers to be, for a visitor who wants to see what a shop makes of a history."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from attrs import define, field, frozen

from adapters.http.shop.refusals import PageRefused


@frozen
class Persona:
    """`account`: as the order system knows them. `about`: one line for people.

    `cookie`: the browser they come with, 4 to 64 letters, digits, `-` or `_`.
    """

    name: str
    account: str
    cookie: str
    about: str = ""


@define(eq=False)
class Personas:
    """`path`: a JSON list of personas; without it there are none. It is read again when it has changed.

    `failed` is told of a file that cannot be read: the shop goes on without it.
    """

    path: Path | None
    failed: Callable[[str, Exception], None]
    _read_at: int = field(init=False, default=-1)
    _by_cookie: Mapping[str, Persona] = field(init=False, factory=dict)

    def all(self) -> Sequence[Persona]:
        """Return the personas in the order of the file."""
        if self.path is None:
            return ()
        try:
            written_at = self.path.stat().st_mtime_ns
            if written_at != self._read_at:
                found = msgspec.json.decode(self.path.read_bytes(), type=list[Persona])
                self._by_cookie, self._read_at = {one.cookie: one for one in found}, written_at
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            self.failed("personas", error)
            return ()
        return list(self._by_cookie.values())

    def behind(self, cookie: str) -> Persona | None:
        """Return whose browser it is. Nobody becomes an account by any other way than a cookie of this file."""
        return next((one for one in self.all() if one.cookie == cookie), None)

    def named(self, name: str) -> Persona:
        """Return the persona of a name. Errors: `PageRefused`."""
        for one in self.all():
            if one.name == name:
                return one
        raise PageRefused(422, "Nobody here is called so", "Choose one of the people on the front page.")
