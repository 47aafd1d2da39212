"""One furnished shop for the tests that add to it, each as a visitor of its own."""

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from tests.unit.http_shop.showroom import Browser, Showroom, showroom


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Showroom]:
    """A shop whose model has learned."""
    opened = showroom(tmp_path_factory.mktemp("shop"))
    yield opened
    opened.app.close()


@pytest.fixture
def browser(room: Showroom) -> Iterator[Browser]:
    """A browser without cookies."""
    with TestClient(room.litestar) as client:
        yield client
