"""What every `ports.artifacts.Releases` must do. Set `make` in a subclass; pytest runs the rest."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from numpy.typing import NDArray

from ports.artifacts import Draft, ReleaseRefused, Releases

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))


def draft(fingerprint: str = "work-1", day: int = 1) -> Draft:
    """Return a small release: arrays of several types and shapes, one empty, and two documents."""
    arrays: dict[str, NDArray[np.generic]] = {
        "items": np.random.default_rng(day).standard_normal((40, 8), dtype=np.float32),
        "user.position": np.arange(6, dtype=np.int64).reshape(2, 3),
        "nothing": np.empty((0, 4), np.float32),
        "scale": np.array(16.0),
    }
    return Draft(
        model="two_tower",
        fingerprint=fingerprint,
        created_at=datetime(2026, 11, day, 9, 30, tzinfo=UTC),
        data_from=1,
        data_to=906_140,
        feature_schema="features-3",
        metrics={"recall@20": 0.5, "by_relevance": {"purchase": [0.1, None]}},
        arrays=arrays,
        documents={"vocabulary": ["CRUNCHY-ARMCHAIR", "ÉCHARPE"], "settings": {"epochs": 4}},
    )


class ReleasesContract:
    """Whole, signed, ordered, published once."""

    @staticmethod
    def make(root: Path, key: bytes) -> Releases:
        """Return releases kept below `root`, signed and verified with the 32 bytes of `key`. Yours goes here."""
        raise NotImplementedError

    @pytest.fixture
    def releases(self, tmp_path: Path) -> Releases:
        return type(self).make(tmp_path / "releases", KEY)

    def test_nothing_published_is_an_empty_list(self, releases: Releases) -> None:
        """Before the first release there is nothing to list, to find or to open."""
        assert list(releases.list()) == []
        assert releases.made_from("work-1") is None
        with pytest.raises(KeyError):
            releases.open("20261101T093000000000Z-0123456789ab")

    @pytest.mark.parametrize("absent", ["", ".", "..", "../releases", "/etc", "\0"])
    def test_an_id_is_no_path(self, releases: Releases, absent: str) -> None:
        """Whatever is asked for, only releases are opened."""
        releases.publish(draft())
        with pytest.raises(KeyError):
            releases.open(absent)

    def test_what_is_opened_is_what_was_published(self, releases: Releases) -> None:
        """Arrays, documents, metrics and the statement of origin come back equal, to another process too."""
        made, given = draft(), releases.publish(draft())
        opened = releases.open(given.release_id)
        assert opened.manifest == given
        assert opened.arrays.keys() == made.arrays.keys()
        for name, array in made.arrays.items():
            assert opened.arrays[name].dtype == array.dtype
            np.testing.assert_array_equal(opened.arrays[name], array)
        assert opened.documents == made.documents
        for name in ("model", "fingerprint", "created_at", "data_from", "data_to", "feature_schema", "metrics"):
            assert getattr(given, name) == getattr(made, name)

    def test_the_same_work_is_published_once(self, releases: Releases) -> None:
        """A second publication of a fingerprint returns the manifest that is there, whatever the draft holds."""
        first = releases.publish(draft())
        assert releases.publish(draft(day=2)) == first
        assert releases.made_from("work-1") == first
        assert list(releases.list()) == [first]

    def test_releases_are_listed_oldest_first(self, releases: Releases) -> None:
        """The order is that of their time, in whatever order and time zone they were published."""
        late = releases.publish(draft("work-3", day=3))
        early = releases.publish(draft("work-1", day=1))
        zone = timezone(timedelta(hours=9))
        middle = releases.publish(evolve(draft("work-2"), created_at=datetime(2026, 11, 2, 1, tzinfo=zone)))
        assert list(releases.list()) == [early, middle, late]
        assert [one.release_id for one in releases.list()] == sorted(one.release_id for one in releases.list())

    def test_another_key_opens_nothing(self, releases: Releases, tmp_path: Path) -> None:
        """A release signed by somebody else is not listed and refused."""
        given = releases.publish(draft())
        stranger = type(self).make(tmp_path / "releases", OTHER_KEY)
        assert list(stranger.list()) == []
        with pytest.raises(ReleaseRefused, match="signature"):
            stranger.open(given.release_id)

    def test_objects_are_not_published(self, releases: Releases) -> None:
        """An array of objects could only be stored as code: it is refused, and nothing is left behind."""
        spoilt = evolve(draft(), arrays={"items": np.array([{}, []], dtype=object)})
        with pytest.raises(ValueError, match=r"[Oo]bject"):
            releases.publish(spoilt)
        assert list(releases.list()) == []
        assert releases.publish(draft()) == releases.list()[0]

    @pytest.mark.parametrize("name", ["../escape", "a/b", "", ".hidden", "A\0B"])
    def test_a_name_is_no_path(self, releases: Releases, name: str) -> None:
        """Names that are no file names are refused."""
        with pytest.raises(ValueError, match="name"):
            releases.publish(evolve(draft(), arrays={name: np.zeros(1)}))
        with pytest.raises(ValueError, match="name"):
            releases.publish(evolve(draft(), documents={name: 1}))
