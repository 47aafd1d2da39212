import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from adapters.item_index import AnnoyItemIndex, ExactItemIndex
from haberdasher.testing.item_index import ItemIndexContract, vectors
from ports.item_index import IndexDamaged, ItemIndex


class TestExactItemIndex(ItemIndexContract):
    make = ExactItemIndex


class TestAnnoyItemIndex(ItemIndexContract):
    minimum_recall = 0.9

    @staticmethod
    def make() -> ItemIndex:
        return AnnoyItemIndex(trees=20, search_k=2000)

    def test_a_bad_file_with_a_good_digest_kills_only_the_canary(self, tmp_path: Path) -> None:
        """Trees that were bad before they were signed are found out in a child process."""
        manifest = self.built(vectors()).save(tmp_path)
        files = manifest["files"]
        assert isinstance(files, Mapping)
        trees = tmp_path / "trees.ann"
        good = trees.read_bytes()
        rng = np.random.default_rng(4)
        noise = rng.integers(256, size=len(good), dtype=np.uint8).tobytes()
        for bad in (noise, good[: len(good) // 3], b""):
            trees.unlink()
            trees.write_bytes(bad)
            signed = {**manifest, "files": {**files, trees.name: hashlib.sha256(bad).hexdigest()}}
            with pytest.raises(IndexDamaged, match="did not survive"):
                type(self).make().open(tmp_path, signed)

    def test_the_same_seed_plants_the_same_trees(self, tmp_path: Path) -> None:
        """Two builds are the same file."""
        one, other = (self.built(vectors()).save(tmp_path / name)["files"] for name in ("one", "other"))
        assert one == other
