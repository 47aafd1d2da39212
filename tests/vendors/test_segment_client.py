"""The real clients of Segment and RudderStack, pointed at a running server and otherwise untouched."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server_process import Server, serving
from tests.support.services import absent
from tests.vendors.clients.said import TRACKED
from tests.vendors.ledger import Ledger, ledger_of

KEY = "a-write-key-of-ours"
NODE = Path(__file__).parent / "node"
TIMES = 20
#: One of each list is a name that nobody knows, one a view without its product.
WAITING = {"unknown_event_name": 1, "missing_required": 1}


def ran(command: list[str], cwd: Path | None = None, given: str = "") -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=cwd, input=given)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sent_by(module: str, server: Server) -> list[tuple[str, str]]:
    out = ran([sys.executable, "-m", f"tests.vendors.clients.{module}", server.url, KEY, str(TIMES)])
    return [(one, name) for one, name in json.loads(out)]


def check(ledger: Ledger, times: int) -> None:
    """Everything that was sent is stored, once, and is a fact, says who somebody is, or is aside with its reason."""
    identifying = sum(name == "identify" for _, name in ledger.sent)
    print(ledger.show())
    assert ledger.stored == {one for one, _ in ledger.sent}
    assert len(ledger.stored) == len(ledger.sent)
    assert ledger.quarantined == {reason: times * count for reason, count in WAITING.items()}
    facts = sum(count for name, count in ledger.names.items() if not name.startswith("Identi"))
    assert facts == len(ledger.sent) - identifying - sum(ledger.quarantined.values())
    assert ledger.names["ProductAddedToCart"] == ledger.names["CheckoutCompleted"] == times


@pytest.mark.parametrize(("vendor", "module"), [("segment", "segment_python"), ("rudder", "rudder_python")])
def test_the_python_client_loses_nothing(vendor: str, module: str, tmp_path: Path) -> None:
    """Batches, gzip and keys as the client sends them; sent = facts + quarantined with a reason."""
    with serving(tmp_path, api_keys=f"{KEY}=events, a-key-of-the-operator=read") as server:
        sent = sent_by(module, server)
    assert len(sent) == TIMES * len(TRACKED) + 2
    check(ledger_of(vendor, tmp_path, sent), TIMES)


def test_the_node_client_loses_nothing(tmp_path: Path) -> None:
    """@segment/analytics-node, installed from its lock file."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        absent("Node and npm")
    assert npm is not None
    assert node is not None
    folder = tmp_path / "node"
    shutil.copytree(NODE, folder, ignore=shutil.ignore_patterns("node_modules"))
    installed = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True, timeout=180, check=False
    )
    if installed.returncode:
        pytest.skip(f"npm cannot install the client: {installed.stderr[-200:]}")
    with serving(tmp_path / "home", api_keys=f"{KEY}=events, a-key-of-the-operator=read") as server:
        out = ran([node, "send.mjs", server.url, KEY], cwd=folder, given=json.dumps(TRACKED))
    check(ledger_of("segment", tmp_path / "home", [(one, name) for one, name in json.loads(out)]), 1)


def test_a_client_with_another_key_is_told(tmp_path: Path) -> None:
    """Nothing is stored under a key that nobody gave out."""
    with serving(tmp_path, api_keys="another-key-than-that=events") as server:
        ran([sys.executable, "-m", "tests.vendors.clients.segment_python", server.url, KEY, "1"])
    assert ledger_of("segment", tmp_path, []).stored == frozenset()
