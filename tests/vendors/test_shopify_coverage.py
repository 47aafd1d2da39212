"""Every topic of Shopify's is read, or waits with a reason that says what to do."""

from pathlib import Path

from domain.taxonomy.dialects.shopify.topics import READ, UNREAD
from tests.vendors.shopify_coverage import rows, topics


def test_every_topic_is_a_fact_or_has_its_reason() -> None:
    """Those about orders, goods, stock, money and persons are read or say why not; the rest are unknown names."""
    found = {one.name: one for one in rows(Path())}
    assert len(found) == len(list(topics())) > 200
    assert {name for name, one in found.items() if one.mapped} == set(READ)
    assert all(one.mapped or (one.reason and one.detail) for one in found.values())
    assert {found[name].detail for name in UNREAD} == {f"topic: {detail}" for _, detail in UNREAD.values()}
    others = [one for name, one in found.items() if name not in {*READ, *UNREAD}]
    assert {one.reason for one in others} == {"unknown_event_name"}
    print(f"shopify: {len(READ)} of {len(found)} topics read, {len(UNREAD)} with a reason of their own")


def test_our_tables_name_topics_that_exist() -> None:
    """A misspelt topic would never be read."""
    assert set(READ) | set(UNREAD) <= set(topics())
