"""Suggested links on synthetic persons whose doubles are known: hardly a wrong one, and most of the right ones."""

import os
from pathlib import Path

import pytest

from adapters.linkage import SplinkLinkage
from tests.linkage.measuring import Measured, measure
from tests.linkage.people import People, fake_1000, febrl
from tests.support.linkage import needs_splink

pytestmark = pytest.mark.skipif(not os.environ.get("HABERDASHER_DATA"), reason="HABERDASHER_DATA is not set")
#: The bound that the command line has by default.
BOUND = 0.95


def measured(people: People) -> Measured:
    found = SplinkLinkage().suggest(people.profiles, BOUND)
    result = measure([(one.a, one.b) for one in found], people.cluster)
    print(f"{people.name}: {result}")
    return result


@pytest.fixture(scope="module")
def data() -> Path:
    needs_splink()
    return Path(os.environ["HABERDASHER_DATA"])


def test_doubles_with_slips_everywhere_are_mostly_found(data: Path) -> None:
    """fake_1000: precision of at least .95 at a recall of at least .60."""
    found = measured(fake_1000(data))
    assert found.recall.of == 2031
    assert found.precision.value >= 0.95
    assert found.recall.value >= 0.60
    assert found.b_cubed_precision >= 0.95


@pytest.mark.parametrize(("number", "true"), [(1, 500), (2, 1934)])
def test_doubles_with_an_address_are_nearly_all_found(data: Path, number: int, true: int) -> None:
    """FEBRL: precision of at least .98 at a recall of at least .90, by the same configuration."""
    found = measured(febrl(data, number))
    assert found.recall.of == true
    assert found.precision.value >= 0.98
    assert found.recall.value >= 0.90
    assert found.b_cubed_precision >= 0.98
