"""Every list of known programs, held to the port; the open one also to the examples it comes with."""

import lzma
import os
import re
from functools import cache
from pathlib import Path

import msgspec
import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from adapters.bots import CrawlerList
from adapters.bots.crawler_list import SHOPPING_AGENTS
from haberdasher.testing.bots import BotListContract
from ports.bots import BotList


@cache
def shared() -> CrawlerList:
    return CrawlerList()


class TestCrawlerList(BotListContract):
    @staticmethod
    def make() -> BotList:
        return shared()

    def test_every_example_of_the_package_is_recognised(self) -> None:
        """Each user agent that the package gives as an example is a program."""
        examples = [one for listed in CRAWLER_USER_AGENTS_DATA for one in listed.get("instances", ())]
        assert len(examples) > 2000
        assert [one for one in examples if not shared().kind(one)] == []

    def test_shopping_agents_come_before_the_open_list(self) -> None:
        """A program that shops is no crawler, though the open list has most of them as browser automation."""
        assert {shared().kind(f"Mozilla/5.0 (compatible; {one}/1.0)") for one in SHOPPING_AGENTS} == {"shopping_agent"}

    def test_what_is_remembered_has_a_bound(self) -> None:
        """Answers stay right while more user agents come by than are remembered."""
        bots = CrawlerList(remembered=10)
        for number in range(100):
            assert not bots.kind(f"Mozilla/5.0 Browser/{number}")
            assert bots.kind("curl/8.8.0") == "http_library"
        assert len(bots._known) == 10


def _data(name: str) -> bytes:
    folder = os.environ.get("HABERDASHER_DATA")
    if folder is None:
        pytest.skip("HABERDASHER_DATA names no folder with real data")
    return lzma.decompress((Path(folder) / "bots_and_logs" / name).read_bytes())


def test_all_published_example_agents_are_recognised() -> None:
    """The list of 2026-07-02 has 2,116 example agents, and each one is found."""
    listed = msgspec.json.decode(_data("crawler-user-agents.json.xz"))
    examples = [one for entry in listed for one in entry.get("instances", ())]
    assert len(examples) == 2116
    assert sum(bool(shared().kind(one)) for one in examples) == 2116


def test_a_real_access_log_runs_through() -> None:
    """Of 10,000 lines of a web server's log, 1,955 name a program in their user agent, and no line is too strange."""
    lines = _data("elastic_apache_logs.xz").decode(errors="replace").splitlines()
    agents = [found.group(1) if (found := re.search(r'"([^"]*)"\s*$', line)) else "" for line in lines]
    assert len(agents) == 10_000
    assert sum(bool(shared().kind(one)) for one in agents) == 1955
