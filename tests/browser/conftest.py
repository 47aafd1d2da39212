"""A shop served by the real command, and the machine's Chromium to look at it."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from attrs import define, field, frozen
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from haberdasher.bootstrap import App
from tests.unit.http_shop.showroom import furnish

ATTEMPTS = 300


@frozen(eq=False)
class OpenShop:
    """`app`: the same house, opened beside the server to read what it has stored."""

    address: str
    app: App


@define(eq=False, slots=False)  # Playwright keeps its wrappers on whatever has the handlers
class Watched:
    """A page, what its console complained of, and every address that was asked for."""

    page: Page
    complaints: list[str] = field(factory=list)
    asked: list[str] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        self.asked.append(request.url)


# Of a module, not of the session: while it is alive, Playwright's event loop is that of the whole process.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The Chromium of the machine. It is no service: without one these tests skip everywhere."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shop(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenShop]:
    """`haberdasher serve` over a furnished house."""
    home = tmp_path_factory.mktemp("browser")
    app = furnish(home)
    address = f"http://127.0.0.1:{_free_port()}"
    server = _serve(home, address)
    try:
        _wait_for(address, server)
        yield OpenShop(address, app)
    finally:
        server.terminate()
        server.wait(timeout=60)
        app.close()


@pytest.fixture
def watched(chromium: Browser, shop: OpenShop) -> Iterator[Watched]:
    """A new browser window of 1280 x 900 that has never been to the shop."""
    context = chromium.new_context(base_url=shop.address, viewport={"width": 1280, "height": 900})
    yield Watched(context.new_page())
    context.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _serve(home: Path, address: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HABERDASHER_")}
    command = [sys.executable, "-m", "haberdasher", "serve", "--port", address.rpartition(":")[2]]
    with (home / "server.log").open("wb") as log:
        return subprocess.Popen(
            command, env=environment | {"HABERDASHER_HOME": str(home)}, stdout=log, stderr=subprocess.STDOUT
        )


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(ATTEMPTS):
        assert server.poll() is None, "the server has ended"
        try:
            with urlopen(address + "/health/live") as answer:
                assert answer.status == 200
                return
        except URLError:
            sleep(0.1)
    pytest.fail("the server did not answer")
