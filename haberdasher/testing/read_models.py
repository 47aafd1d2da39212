"""What every `ReadModels` must do, beside the `EventLog` that writes its rows. Give a fixture `make`."""

from collections.abc import Callable

import pytest

from ports.event_log import Commit, EventLog, ReadModels, RowChange

#: Called with a tenant; every pair of one test is over one store, empty at first.
MakeReadModels = Callable[[str], tuple[EventLog, ReadModels]]


def _row(key: str, value: bytes | None, model: str = "m#1", collection: str = "c") -> RowChange:
    return RowChange(model, collection, key, value)


class ReadModelsContract:
    @pytest.fixture
    def make(self) -> MakeReadModels:
        raise NotImplementedError

    @pytest.fixture
    def pair(self, make: MakeReadModels) -> tuple[EventLog, ReadModels]:
        return make("main")

    def test_an_unknown_model_is_empty(self, pair: tuple[EventLog, ReadModels]) -> None:
        """A model nobody wrote has no rows and generation 1."""
        _, models = pair
        assert (models.get("m#1", "c", ["k"]), list(models.scan("m#1", "c"))) == ({}, [])
        assert (models.count("m#1", "c"), models.live("m")) == (0, 1)

    def test_rows_that_exist_are_returned(self, pair: tuple[EventLog, ReadModels]) -> None:
        """`get` returns the rows that exist; absent keys, and keys of other collections, are absent."""
        log, models = pair
        log.commit(Commit(rows=[_row("a", b"1"), _row("b", b""), _row("z", b"3", collection="d")]))
        assert models.get("m#1", "c", ["a", "b", "z", "a"]) == {"a": b"1", "b": b""}
        assert models.get("m#1", "c", []) == models.get("m#2", "c", ["a"]) == {}

    def test_many_keys_at_once(self, pair: tuple[EventLog, ReadModels]) -> None:
        """As many keys as one likes can be written and asked for at once."""
        log, models = pair
        expected = {f"k{n}": b"%d" % n for n in range(40_000)}
        log.commit(Commit(rows=[_row(key, value) for key, value in expected.items()]))
        assert models.get("m#1", "c", [*expected, "absent"]) == expected

    def test_rows_change_and_go(self, pair: tuple[EventLog, ReadModels]) -> None:
        """A change replaces the value, `None` deletes the row, deleting an absent row is no error."""
        log, models = pair
        log.commit(Commit(rows=[_row("a", b"1"), _row("b", b"2")]))
        log.commit(Commit(rows=[_row("a", b"9"), _row("b", None), _row("absent", None)]))
        assert list(models.scan("m#1", "c")) == [("a", b"9")]
        assert models.count("m#1", "c") == 1

    def test_the_last_change_of_a_row_counts(self, pair: tuple[EventLog, ReadModels]) -> None:
        """Several changes to one row in one commit leave what the last one says."""
        log, models = pair
        log.commit(Commit(rows=[_row("a", b"1"), _row("a", None), _row("a", b"2"), _row("b", b"1"), _row("b", None)]))
        assert list(models.scan("m#1", "c")) == [("a", b"2")]

    def test_a_scan_is_in_byte_order(self, pair: tuple[EventLog, ReadModels]) -> None:
        """Rows are scanned in the byte order of their keys in UTF-8, whatever a locale would say."""
        log, models = pair
        keys = ["a", "B", "Z", "ä", "z", "_", "10", "9", "\ue000", "\U0001f454", "aa", "a b"]
        log.commit(Commit(rows=[_row(key, b"") for key in keys]))
        assert [key for key, _ in models.scan("m#1", "c")] == sorted(keys, key=str.encode)

    def test_a_scan_goes_page_by_page(self, pair: tuple[EventLog, ReadModels]) -> None:
        """`scan` returns at most `limit` rows with keys above `after`."""
        log, models = pair
        log.commit(Commit(rows=[_row(key, b"") for key in "cadbe"]))
        assert [key for key, _ in models.scan("m#1", "c", limit=2)] == ["a", "b"]
        assert [key for key, _ in models.scan("m#1", "c", after="b", limit=2)] == ["c", "d"]
        assert list(models.scan("m#1", "c", after="e")) == []

    def test_promotion_drops_all_other_generations(self, pair: tuple[EventLog, ReadModels]) -> None:
        """The promoted generation is live and keeps its rows; all others, newer ones too, lose theirs."""
        log, models = pair
        log.commit(Commit(rows=[_row("k", b"", model=f"m#{n}") for n in (1, 2, 3, 10)]))
        models.promote("m", 2)
        models.promote("m", 2)
        assert models.live("m") == 2
        assert [models.count(f"m#{n}", "c") for n in (1, 2, 3, 10)] == [0, 1, 0, 0]

    def test_promotion_leaves_other_models_alone(self, pair: tuple[EventLog, ReadModels]) -> None:
        """Models with similar names keep their rows and generation."""
        log, models = pair
        others = ["M#1", "mm#1", "m$#1", "m_#1", "%#1", "m"]
        log.commit(Commit(rows=[_row("k", b"", model=model) for model in others]))
        models.promote("m", 2)
        assert [models.count(model, "c") for model in others] == [1] * len(others)
        assert models.live("M") == models.live("mm") == 1

    def test_tenants_do_not_meet(self, make: MakeReadModels) -> None:
        """Two tenants may use the same models and keys and see nothing of each other."""
        (log, ours), (_, theirs) = make("ours"), make("theirs")
        log.commit(Commit(rows=[_row("k", b"", model="m#2")]))
        theirs.promote("m", 5)
        assert theirs.get("m#2", "c", ["k"]) == {}
        assert (ours.count("m#2", "c"), ours.live("m")) == (1, 1)
