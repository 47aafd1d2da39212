"""The folder of releases under attack: 100 mutations, and publishers that are killed."""

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.artifacts.folder_releases import UNFINISHED, FolderReleases
from adapters.artifacts.sealed_folder import CONTEXT
from haberdasher.testing.releases import KEY, OTHER_KEY, ReleasesContract, draft
from ports.artifacts import ReleaseRefused, Releases

Mutation = Callable[[Path, random.Random], str]

PUBLISH_FOREVER = """
import sys, pathlib, numpy
from attrs import evolve
from adapters.artifacts import FolderReleases
from haberdasher.testing.releases import KEY, draft
releases, start = FolderReleases(pathlib.Path(sys.argv[1]), KEY), int(sys.argv[2])
print("ready", flush=True)
for i in range(10**6):
    releases.publish(evolve(draft(f"work-{start}-{i}"), arrays={f"a{j}": numpy.full(20_000, j) for j in range(8)}))
"""


class TestFolderReleases(ReleasesContract):
    @staticmethod
    def make(root: Path, key: bytes) -> Releases:
        return FolderReleases(root, key)


def a_file(folder: Path, chance: random.Random) -> Path:
    return chance.choice(sorted(folder.iterdir()))


def flip(folder: Path, chance: random.Random) -> str:
    path = a_file(folder, chance)
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return path.name


def cut(folder: Path, chance: random.Random) -> str:
    path = a_file(folder, chance)
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content))])
    return path.name


def grow(folder: Path, chance: random.Random) -> str:
    path = a_file(folder, chance)
    path.write_bytes(path.read_bytes() + chance.randbytes(3))
    return path.name


def remove(folder: Path, chance: random.Random) -> str:
    path = a_file(folder, chance)
    path.unlink()
    return path.name


def add(folder: Path, chance: random.Random) -> str:
    name = chance.choice(["extra.npy", "run.py", ".hidden", "items.npy.bak"])
    (folder / name).write_bytes(chance.randbytes(8))
    return name


def link(folder: Path, chance: random.Random) -> str:
    path = a_file(folder, chance)
    path.rename(folder.parent / path.name)
    path.symlink_to(folder.parent / path.name)
    return path.name


def nest(folder: Path, chance: random.Random) -> str:
    (folder / f"below-{chance.randrange(9)}").mkdir()
    return "below-"


def swap(folder: Path, chance: random.Random) -> str:
    one, other = chance.sample(sorted(folder.iterdir()), 2)
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    return ""


def sign_anew(folder: Path, chance: random.Random) -> str:
    manifest = folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"data_to":906140', b'"data_to":906141'))
    forged = Ed25519PrivateKey.from_private_bytes(OTHER_KEY).sign(CONTEXT + manifest.read_bytes())
    (folder / "manifest.sig").write_bytes(forged)
    return "manifest.json"


MUTATIONS: list[Mutation] = [flip, flip, flip, cut, grow, remove, add, link, nest, swap, sign_anew]


@pytest.mark.parametrize("seed", range(100))
def test_every_mutation_is_refused_by_name(seed: int, tmp_path: Path) -> None:
    """Whatever is altered, cut, removed, added, linked, swapped or forged: the release is refused, the file named."""
    chance = random.Random(seed)
    releases = FolderReleases(tmp_path / "releases", KEY)
    folder = tmp_path / "releases" / releases.publish(draft()).release_id
    name = chance.choice(MUTATIONS)(folder, chance)
    with pytest.raises(ReleaseRefused) as refusal:
        releases.open(folder.name)
    assert name in str(refusal.value) or "manifest.json" in str(refusal.value)


def test_a_renamed_or_linked_release_is_refused(tmp_path: Path) -> None:
    """A good release under another's name, or behind a link, is not that release."""
    releases = FolderReleases(tmp_path, KEY)
    good = releases.publish(draft())
    later = "20271101T093000000000Z-0123456789ab"
    shutil.copytree(tmp_path / good.release_id, tmp_path / later)
    with pytest.raises(ReleaseRefused, match="manifest"):
        releases.open(later)
    shutil.rmtree(tmp_path / later)
    (tmp_path / later).symlink_to(tmp_path / good.release_id)
    with pytest.raises(ReleaseRefused, match="link"):
        releases.open(later)
    assert list(releases.list()) == [good]


def test_a_killed_publisher_leaves_whole_releases_or_none(tmp_path: Path) -> None:
    """20 publishers killed at random moments: all that is listed opens, and the next one sweeps up."""
    chance = random.Random(7)
    releases = FolderReleases(tmp_path, KEY)
    swept = 0
    for attempt in range(20):
        command = [sys.executable, "-c", PUBLISH_FOREVER, str(tmp_path), str(attempt)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as publisher:
            assert publisher.stdout is not None
            assert publisher.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0, 0.05))
            publisher.send_signal(signal.SIGKILL)
        swept += (tmp_path / UNFINISHED).exists()
        for manifest in releases.list():
            assert releases.open(manifest.release_id).manifest == manifest
    assert swept > 0, "no publisher was killed while it wrote"
    last = releases.publish(draft("the-last"))
    assert releases.made_from("the-last") == last
    assert not (tmp_path / UNFINISHED).exists()
    named = {manifest.release_id for manifest in releases.list()}
    assert {path.name for path in tmp_path.iterdir()} == {*named, ".lock"}
