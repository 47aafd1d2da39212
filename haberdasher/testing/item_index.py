"""What every `ports.item_index.ItemIndex` must do. Set `make` in a subclass; pytest runs the rest.

An approximate index declares a `minimum_recall` instead of being held to the exact answer.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from ports.item_index import IndexDamaged, ItemIndex, Neighbours

N, D, K = 1500, 12, 10


def vectors(n: int = N, seed: int = 1, d: int = D) -> NDArray[np.float32]:
    """Return n random vectors of different lengths."""
    return np.random.default_rng(seed).standard_normal((n, d), dtype=np.float32)


def by_hand(
    items: NDArray[np.float32], query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
) -> list[int]:
    """Return the exact answer: score descending, then number."""
    scores = items @ query
    allowed = range(len(items)) if mask is None else np.flatnonzero(mask).tolist()
    return sorted(allowed, key=lambda item: (-scores[item], item))[:k]


class ItemIndexContract:
    """Ordered, masked, growing, and never opened damaged."""

    make: ClassVar[Callable[[], ItemIndex]]
    minimum_recall: ClassVar[float] = 1.0

    def built(self, items: NDArray[np.float32]) -> ItemIndex:
        index = type(self).make()
        index.build(items)
        return index

    def assert_finds(
        self,
        found: Neighbours,
        items: NDArray[np.float32],
        queries: NDArray[np.float32],
        mask: NDArray[np.bool_] | None = None,
    ) -> None:
        """Hold an answer to the true inner products, to their order, and to the declared recall."""
        k = found.items.shape[1]
        hits = total = 0
        for query, numbers, scores in zip(queries, found.items, found.scores, strict=True):
            known = numbers[numbers >= 0]
            np.testing.assert_allclose(scores[: len(known)], items[known] @ query, rtol=1e-4, atol=1e-4)
            assert np.lexsort((known, -scores[: len(known)])).tolist() == list(range(len(known)))
            assert len(set(known.tolist())) == len(known)
            assert mask is None or mask[known].all()
            expected = by_hand(items, query, k, mask)
            assert len(known) == len(expected)
            hits += len(set(expected) & set(known.tolist()))
            total += len(expected)
        assert hits >= self.minimum_recall * total

    def test_search_finds_the_best(self) -> None:
        """Scores are inner products, the order is by score, and nothing better is left out."""
        items, queries = vectors(), vectors(20, seed=2)
        found = self.built(items).search(queries, K)
        assert found.items.dtype == np.int32
        assert found.scores.dtype == np.float32
        self.assert_finds(found, items, queries)

    def test_equal_scores_go_by_number(self) -> None:
        """Of items with the same vector the smaller number comes first, and the larger ones are cut."""
        items = np.tile(vectors(3), (20, 1))
        found = self.built(items).search(items[:3], 20)
        for row in range(3):
            best = int(np.argmax(items[:3] @ items[row]))
            assert found.items[row].tolist() == list(range(best, 60, 3))

    @pytest.mark.parametrize("share", [0.0, 0.002, 0.1, 0.7])
    def test_the_mask_acts_before_the_top_k(self, share: float) -> None:
        """However few items may be shown, the best k of them are found; where there are fewer, -1 follows."""
        items, queries = vectors(), vectors(5, seed=2)
        mask = np.random.default_rng(3).random(N) < share
        found = self.built(items).search(queries, K, mask)
        self.assert_finds(found, items, queries, mask)
        assert (found.items[:, int(mask.sum()) :] == -1).all()

    def test_added_items_are_found_by_the_next_search(self) -> None:
        """Items keep the numbers of their order; a built index grows, again and again, masked or not."""
        items, queries = vectors(), vectors(10, seed=2)
        index = self.built(items[:1000])
        index.add(items[1000:1001])
        index.add(items[1001:])
        assert index.manifest()["n"] == N
        self.assert_finds(index.search(queries, K), items, queries)
        mask = np.arange(N) % 2 == 0
        self.assert_finds(index.search(queries, K, mask), items, queries, mask)

    def test_building_again_replaces(self) -> None:
        """Nothing of what was indexed before is found."""
        index = self.built(vectors())
        index.build(vectors(5, seed=9))
        found = index.search(vectors(1, seed=2), K)
        assert sorted(found.items[0, :5].tolist()) == [0, 1, 2, 3, 4]
        assert (found.items[0, 5:] == -1).all()

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_values_that_are_not_finite_are_refused(self, bad: float) -> None:
        """A NaN or an infinity in what is built or added is a `ValueError`, and changes nothing."""
        items, spoilt = vectors(50), vectors(50)
        spoilt[7, 3] = bad
        index = self.built(items)
        with pytest.raises(ValueError, match="not finite"):
            index.build(spoilt)
        with pytest.raises(ValueError, match="not finite"):
            index.add(spoilt)
        assert index.manifest()["n"] == 50
        self.assert_finds(index.search(items[:3], K), items, items[:3])

    def test_another_dimension_is_refused(self) -> None:
        """Vectors of another d, or that are no matrix, are a `ValueError`."""
        index = self.built(vectors(50))
        with pytest.raises(ValueError, match="expected"):
            index.add(vectors(5, d=D + 1))
        with pytest.raises(ValueError, match="expected"):
            index.build(vectors(5)[0])

    def test_an_empty_index_finds_nothing(self, tmp_path: Path) -> None:
        """No items is an index like any other: it answers -1, is saved and opened."""
        index, opened = self.built(np.empty((0, D), np.float32)), type(self).make()
        opened.open(tmp_path / "new", index.save(tmp_path / "new"))
        assert (opened.search(vectors(2), 3).items == -1).all()

    def test_a_saved_index_answers_as_before(self, tmp_path: Path) -> None:
        """Manifest and files carry everything, what was added later too, and an opened index can grow."""
        items, queries = vectors(), vectors(10, seed=2)
        index, opened = self.built(items[:1200]), type(self).make()
        index.add(items[1200:1400])
        before = index.search(queries, K)
        manifest = json.loads(json.dumps(index.save(tmp_path / "new")))
        assert {manifest["n"], manifest["d"]} == {1400, D}
        files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "new").iterdir()}
        assert manifest["files"] == files
        opened.open(tmp_path / "new", manifest)
        after = opened.search(queries, K)
        np.testing.assert_array_equal(before.items, after.items)
        np.testing.assert_array_equal(before.scores, after.scores)
        opened.add(items[1400:])
        self.assert_finds(opened.search(queries, K), items, queries)

    def test_a_file_that_may_be_mapped_is_never_replaced(self, tmp_path: Path) -> None:
        """Saving into a folder that holds something is refused."""
        (tmp_path / "there").write_text("something")
        with pytest.raises(FileExistsError):
            self.built(vectors(50)).save(tmp_path)

    @pytest.mark.parametrize("damage", ["flipped", "cut", "zeroed", "grown", "swapped", "missing", "linked"])
    def test_a_damaged_index_is_refused(self, damage: str, tmp_path: Path) -> None:
        """Whatever happened to whichever file, the process lives and says so."""
        manifest = self.built(vectors()).save(tmp_path / "good")
        self.built(vectors(seed=5)).save(tmp_path / "other")
        files = manifest["files"]
        assert isinstance(files, Mapping)
        for name in files:
            folder = tmp_path / f"bad-{name}"
            folder.mkdir()
            for path in (tmp_path / "good").iterdir():
                (folder / path.name).write_bytes(path.read_bytes())
            spoil(folder / name, damage, tmp_path / "other" / name)
            with pytest.raises(IndexDamaged, match=name):
                type(self).make().open(folder, manifest)

    def test_another_manifest_is_refused(self, tmp_path: Path) -> None:
        """A manifest of another kind or size, or with other files, does not open this index."""
        manifest = self.built(vectors()).save(tmp_path / "good")
        files = manifest["files"]
        assert isinstance(files, Mapping)
        wrong: list[Mapping[str, object]] = [
            {},
            {**manifest, "kind": "another"},
            {**manifest, "n": N + 1},
            {**manifest, "d": D - 1},
            {**manifest, "files": {}},
            {**manifest, "files": {**files, "../escape": "0" * 64}},
        ]
        for other in wrong:
            with pytest.raises(IndexDamaged):
                type(self).make().open(tmp_path / "good", other)


def spoil(path: Path, damage: str, other: Path) -> None:
    """Do one kind of damage to a file."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    path.unlink()
    match damage:
        case "flipped":
            content[middle] ^= 0x10
        case "cut":
            del content[middle:]
        case "zeroed":
            content[middle : middle + 4096] = bytes(len(content[middle : middle + 4096]))
        case "grown":
            content += bytes(1)
        case "swapped":
            content = bytearray(other.read_bytes())
        case "missing":
            return
        case "linked":
            path.symlink_to(path.with_name("target"))
            path = path.with_name("target")
        case _:
            raise ValueError(damage)
    path.write_bytes(content)
