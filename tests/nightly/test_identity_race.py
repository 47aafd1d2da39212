"""R16 in full: 10,000 merges over 1,000 identifiers, asked what the short race is asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import test_identity_race as short
from tests.support.identity_race import Aftermath, identifiers, race, steps
from tests.support.services import DATABASES, database_url


@pytest.fixture(scope="module", params=DATABASES)
def raced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[short.Raced]:
    folder: Path = tmp_path_factory.mktemp("race")
    with database_url(request.param, folder) as url:
        writers = race(url, identifiers(1_000), steps(identifiers(1_000), 10_000, seed=16), project_every=50)
        yield writers, Aftermath.read(url)


@pytest.mark.nightly
@pytest.mark.parametrize(
    "check",
    [
        short.test_the_persons_are_those_of_the_set_of_links,
        short.test_the_same_unions_are_skipped,
        short.test_every_step_became_one_event_or_none,
        short.test_redirects_lead_somewhere,
        short.test_both_sides_are_told,
        short.test_a_writer_is_seldom_refused_often,
        short.test_a_device_that_everybody_uses_is_blocked,
    ],
    ids=lambda check: check.__name__,
)
def test_ten_thousand_merges(raced: short.Raced, check: short.Check) -> None:
    """What holds after 2,000 merges holds after 10,000."""
    check(raced)
