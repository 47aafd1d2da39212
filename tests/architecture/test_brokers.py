"""What holds for whatever touches a broker."""

import ast
from pathlib import Path

import pytest

import haberdasher
from haberdasher.asyncapi import document, page
from ports.messages import INTAKE, TOPICS

HOME = Path(__file__).parents[2]
PRODUCT = sorted(path for root in ("haberdasher", *haberdasher.ROOTS) for path in (HOME / root).rglob("*.py"))


def subscribers(source: str) -> list[ast.Call]:
    """Return every call of something's `subscriber`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [one for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr == "subscriber"]


def acknowledges_by_itself(call: ast.Call) -> bool:
    policies = [one.value for one in call.keywords if one.arg == "ack_policy"]
    return [ast.unparse(one) for one in policies] != ["AckPolicy.MANUAL"]


def test_every_subscriber_is_acknowledged_by_hand() -> None:
    """FastStream's defaults lose events: no subscriber goes without `ack_policy=AckPolicy.MANUAL`."""
    found = [(path, call) for path in PRODUCT for call in subscribers(path.read_text())]
    assert len({path for path, _ in found}) == 4, "one for each broker"
    wrong = [f"{path.relative_to(HOME)}:{call.lineno}" for path, call in found if acknowledges_by_itself(call)]
    assert wrong == []


@pytest.mark.parametrize(
    "planted",
    [
        "@broker.subscriber('t')\nasync def handle(m): ...",
        "broker.subscriber('t', ack_policy=AckPolicy.ACK)",
        "self._broker.subscriber('t', ack_policy=policy)(handle)",
        "router.subscriber('t', **{'ack_policy': AckPolicy.MANUAL})",
    ],
)
def test_the_guard_notices_a_planted_subscriber(planted: str) -> None:
    """Each of these would be refused: no policy, another one, or one that cannot be read."""
    (call,) = subscribers(planted)
    assert acknowledges_by_itself(call)


def test_only_the_adapters_of_brokers_know_their_libraries() -> None:
    """FastStream and the client libraries are imported below adapters/broker and nowhere else; Redis is a store too."""
    libraries = {"faststream", "nats", "redis", "aio_pika", "confluent_kafka"}
    importing = {
        path.relative_to(HOME).parent.as_posix()
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if name.split(".")[0] in libraries
    }
    assert importing == {"adapters/broker", "adapters/feature_store"}


def test_the_document_is_what_the_code_says() -> None:
    """`python -m haberdasher.asyncapi > docs/reference/asyncapi.json` was run since the messages changed."""
    assert (HOME / "docs" / "reference" / "asyncapi.json").read_bytes() == page()


def test_the_document_knows_every_topic() -> None:
    """Each topic has a channel, its message and an operation; each version of a name is in its address."""
    found = document()
    addresses = {channel["address"] for channel in found["channels"].values()}
    assert addresses == {INTAKE, f"{INTAKE}.dead", *TOPICS.values()}
    assert all(topic.split(".")[2].startswith("v") for topic in addresses)
    used = {operation["channel"]["$ref"].rpartition("/")[2] for operation in found["operations"].values()}
    assert used == set(found["channels"])
