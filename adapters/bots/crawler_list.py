"""The open list of crawlers (MIT, PyPI `crawler-user-agents`), asked once for every user agent that comes by.

Its patterns are matched as one expression, in which most programs are found in some 0.1 ms; answers are remembered.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from importlib.metadata import version as version_of
from threading import Lock
from typing import Any

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from ports.bots import Kind

#: Programs that shop for somebody, by the name that they declare. All but the last are on the open list too, where
#: they count as browser automation.
SHOPPING_AGENTS = ("AmazonBuyForMe", "Google-Agent", "GoogleAgent-Mariner", "Manus-User", "TwinAgent", "Agent-NovaAct")
#: Longer than any user agent; what is beyond is not looked at.
MOST_CHARACTERS = 1_000
_LISTED = ("shopping-agents-1", "crawler-user-agents")
_KINDS: Mapping[str, Kind] = {"browser-automation": "automation", "http-library": "http_library"}


class CrawlerList:
    """`remembered`: how many user agents are remembered; a shop meets some thousands."""

    def __init__(self, remembered: int = 20_000) -> None:
        self._remembered = remembered
        self._known: OrderedDict[str, Kind] = OrderedDict()
        self._lock = Lock()
        self._agents = re.compile("|".join(map(re.escape, SHOPPING_AGENTS)))
        self._kinds = {kind: _any_of(kind) for kind in ("automation", "http_library", "crawler")}

    @property
    def version(self) -> str:
        own, package = _LISTED
        return f"{package} {version_of(package)}, {own}"

    def kind(self, user_agent: str) -> Kind:
        with self._lock:
            found = self._known.get(user_agent)
            if found is not None:
                self._known.move_to_end(user_agent)
                return found
        found = self._look_up(user_agent[:MOST_CHARACTERS])
        with self._lock:
            self._known[user_agent] = found
            if len(self._known) > self._remembered:
                self._known.popitem(last=False)
        return found

    def _look_up(self, user_agent: str) -> Kind:
        if self._agents.search(user_agent):
            return "shopping_agent"
        kinds: Iterable[Kind] = ("automation", "http_library", "crawler")
        return next((kind for kind in kinds if self._kinds[kind].search(user_agent)), "")


def _any_of(kind: Kind) -> re.Pattern[str]:
    """One expression for all patterns of a kind."""
    patterns = [one["pattern"] for one in CRAWLER_USER_AGENTS_DATA if _kind_of(one) == kind]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _kind_of(listed: Mapping[str, Any]) -> Kind:
    """What drives a browser is that before all; a library that also fetches for somebody is a library."""
    tags: Iterable[str] = listed.get("tags", ())
    return next((_KINDS[tag] for tag in _KINDS if tag in tags), "crawler")
