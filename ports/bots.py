"""A list of known programs by their user agent."""

from typing import Literal, Protocol

#: The empty word: no program that the list knows, which proves nothing.
Kind = Literal["", "crawler", "automation", "http_library", "shopping_agent"]


class BotList(Protocol):
    """Which user agents are programs. An answer depends on the user agent and on `version` only.

    Who plugs in the IAB/ABC list (a paid licence) keeps its order: own inclusions, own exclusions, addresses, then a
    missing user agent passes, then it must match the list of browsers, and then must not match the list of robots.
    """

    @property
    def version(self) -> str:
        """Name the list and its edition: verdicts of two editions are not compared."""
        ...

    def kind(self, user_agent: str) -> Kind:
        """Return what kind of program says so of itself. Never fails, whatever the text is; safe from any thread."""
        ...
