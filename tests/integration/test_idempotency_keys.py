"""R9: many equal requests at once, another body, and a restart in between."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.support.server_process import serving
from tests.vendors.ledger import ledger_of

VIEW = {"event": "product_viewed", "anonymous_id": "cookie-1", "properties": {"product_id": "coat"}}
KEY = {"Idempotency-Key": "order-of-the-tracker-7"}
AT_ONCE = 50


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_fifty_at_once_are_one(home: Path) -> None:
    """One effect, one status, one body; through a restart too. Another body is 422 and stores nothing."""
    body = {"events": [VIEW, VIEW]}
    with serving(home) as server, httpx.Client(base_url=server.url, headers=KEY, timeout=30) as client:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            answers = list(threads.map(lambda _: client.post("/v1/events", json=body), range(AT_ONCE)))
        assert {(one.status_code, one.content) for one in answers} == {(202, answers[0].content)}
        assert answers[0].json()["accepted"] == 2
    with serving(home) as server, httpx.Client(base_url=server.url, headers=KEY) as client:
        assert client.post("/v1/events", json=body).content == answers[0].content
        other = client.post("/v1/events", json={"events": [VIEW]})
        assert (other.status_code, other.json()["error"]) == (422, "idempotency_key_reused")
    assert len(ledger_of("http", home, []).stored) == 2
