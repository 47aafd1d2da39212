"""What every `ports.bots.BotList` must do. Set `make` in a subclass; pytest runs the rest."""

from collections.abc import Callable
from typing import ClassVar, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ports.bots import BotList, Kind

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
#: What people's browsers and shopping apps say.
BROWSERS = (
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/126.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_APPLE} Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {_APPLE} Version/17.5 Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {_WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
)
#: Programs that every list knows, and what they are.
PROGRAMS = (
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "crawler"),
    ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "crawler"),
    (f"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT} HeadlessChrome/126.0.0.0 Safari/537.36", "automation"),
    ("python-requests/2.32.3", "http_library"),
    ("curl/8.8.0", "http_library"),
    (f"Mozilla/5.0 {_WEBKIT}; compatible; Google-Agent) Chrome/126.0.0.0 Safari/537.36", "shopping_agent"),
)


class BotListContract:
    """People's browsers are nobody's program, well-known programs are found, and no text is too strange."""

    make: ClassVar[Callable[[], BotList]]

    @pytest.mark.parametrize("user_agent", BROWSERS)
    def test_browsers_are_no_programs(self, user_agent: str) -> None:
        """What people's browsers say is on no list."""
        assert not type(self).make().kind(user_agent)

    @pytest.mark.parametrize(("user_agent", "kind"), PROGRAMS)
    def test_well_known_programs_are_found(self, user_agent: str, kind: Kind) -> None:
        """Crawlers, driven browsers, libraries and shopping agents are told apart."""
        assert type(self).make().kind(user_agent) == kind

    def test_nothing_said_is_nothing_known(self) -> None:
        """A missing user agent is no evidence."""
        assert not type(self).make().kind("")

    def test_the_edition_has_a_name(self) -> None:
        """Two lists that are the same name the same edition."""
        assert type(self).make().version == type(self).make().version != ""

    @given(text=st.text(max_size=400) | st.text(alphabet="abBot/ .-()", max_size=5000))
    def test_any_text_has_an_answer_that_stays(self, text: str) -> None:
        """No text makes it fail, and asking again gives the same kind."""
        bots = type(self).make()
        assert bots.kind(text) == bots.kind(text)
        assert bots.kind(text) in get_args(Kind)
