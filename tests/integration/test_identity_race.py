"""R16: two writers merge the same identifiers at the same time; what is left is what the set of links says."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from domain.identity import link, person
from tests.support.identity_race import HUB, MEETINGS, Aftermath, Writer, identifiers, race, steps
from tests.support.services import DATABASES, database_url

IDENTIFIERS, MERGES = 400, 2_000
MOST_RETRIES = 5
Raced = tuple[list[Writer], Aftermath]
Check = Callable[[Raced], None]


@pytest.fixture(scope="module", params=DATABASES)
def raced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raced]:
    """Two writers after 2,000 merges over 1,000 identifiers; `make test-nightly` does all 10,000."""
    folder: Path = tmp_path_factory.mktemp("race")
    with database_url(request.param, folder) as url:
        names = identifiers(IDENTIFIERS)
        writers = race(url, names, steps(names, MERGES, seed=16))
        yield writers, Aftermath.read(url)


def test_the_persons_are_those_of_the_set_of_links(raced: Raced) -> None:
    """Every identifier has the person that the resolver gives it over all active links, in whatever order they came."""
    _, after = raced
    assert {one: row.person for one, row in after.known.items() if row.person} == dict(after.expected.person_of)
    assert dict(after.persons) == dict(after.expected.members)
    assert {one for one, row in after.known.items() if row.shared} == after.expected.shared
    assert {key for row in after.known.values() for key in row.links} == set(after.links)


def test_the_same_unions_are_skipped(raced: Raced) -> None:
    """What is rejected component by component is what is rejected over everything, and something is."""
    _, after = raced
    refused = {one.link_id for one, why in after.expected.rejected if why == "limit"}
    assert len(refused) > 100
    assert after.refused_locally() == refused


def test_every_step_became_one_event_or_none(raced: Raced) -> None:
    """No retry stores a step twice, none that was acknowledged is missing, and no stream has a gap."""
    writers, after = raced
    found = Counter(
        one.event.evidence if isinstance(one.event, link.IdentityLinked) else one.event.reason
        for one in after.events
        if isinstance(one.event, link.IdentityLinked | link.IdentityLinkRetracted)
    )
    stored = Counter(name for one in writers for name in one.stored if not name.startswith("seen"))
    assert found == stored
    assert max(found.values()) == 1
    versions: dict[str, list[int]] = {}
    for one in after.events:
        versions.setdefault(one.stream, []).append(one.version)
    assert all(seen == list(range(1, len(seen) + 1)) for seen in versions.values())


def test_redirects_lead_somewhere(raced: Raced) -> None:
    """Who was absorbed leads, step by step, to somebody who was not: nobody leads back to himself."""
    _, after = raced
    redirects = after.redirects()
    assert len(redirects) > 100
    assert [name for name in redirects if ends_of(name, redirects) is None] == []


def ends_of(name: str, redirects: Mapping[str, str]) -> str | None:
    seen = set[str]()
    while name in redirects:
        if name in seen:
            return None
        seen.add(name)
        name = redirects[name]
    return name


def test_both_sides_are_told(raced: Raced) -> None:
    """Every merge and every split is on the streams of both persons, once."""
    _, after = raced
    absorbed = Counter(one.merge_id for one in after.told(person.PersonAbsorbed))
    merged = Counter(one.merge_id for one in after.told(person.PersonMergedInto))
    gave = Counter(one.split_id for one in after.told(person.PersonSplit))
    got = Counter(one.split_id for one in after.told(person.PersonSplitFrom))
    assert absorbed == merged
    assert gave == got
    assert len(absorbed) > 100
    assert len(gave) > 10


def test_a_writer_is_seldom_refused_often(raced: Raced) -> None:
    """They do get in each other's way, and 99 of 100 commits are taken after at most 5 retries."""
    writers, _ = raced
    appending = [n for one in writers for n in one.appending]
    assert sum(appending) >= MEETINGS // 2
    assert sorted(appending)[int(0.99 * len(appending))] <= MOST_RETRIES


def test_a_device_that_everybody_uses_is_blocked(raced: Raced) -> None:
    """The device with 60 neighbours is nobody's, and its guests are each their own."""
    _, after = raced
    assert after.expected.blocked == {HUB}
    assert after.known[HUB].person is None
    assert len({one.other(HUB) for one in after.known[HUB].links.values()}) > 50
    guests = {name for name in after.known if name.startswith("anonymous:guest")}
    assert {after.known[name].person for name in guests} == guests
