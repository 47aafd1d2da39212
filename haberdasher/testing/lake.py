"""What every `ports.lake.Lake` must do. Give a fixture `make`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from attrs import evolve

from ports.lake import Kind, Lake, LakeDamaged, Part

COLUMNS: Mapping[str, Kind] = {"id": "text", "who": "text", "at": "real", "price": "whole", "gone": "truth"}
#: Called with a tenant; every lake of one test is over one store, empty at first, and has `COLUMNS`.
MakeLake = Callable[[str], Lake]
DAY, OTHER_DAY = "2026-03-01", "2026-03-02"


def rows(*ids: str, **columns: Sequence[Any]) -> dict[str, Sequence[Any]]:
    """Return rows by their ids, each of a person of its own unless `who` says otherwise."""
    given: dict[str, Sequence[Any]] = {
        "id": list(ids),
        "who": [f"person-{one}" for one in ids],
        "at": [float(place) for place in range(len(ids))],
        "price": [100 * place for place in range(len(ids))],
        "gone": [place % 2 == 1 for place in range(len(ids))],
    }
    return given | columns


def ids(lake: Lake, *parts: Part) -> list[str]:
    return [one for chunk in lake.read(parts, ["id"]) for one in chunk["id"]]


class LakeContract:
    """Whole, immutable, in order, and nothing in it that is not a value."""

    @pytest.fixture
    def make(self) -> MakeLake:
        raise NotImplementedError

    @pytest.fixture
    def lake(self, make: MakeLake) -> Lake:
        return make("main")

    def test_what_is_written_is_read(self, lake: Lake) -> None:
        """Values of every kind come back equal and of their type, in their order, nulls where they are allowed."""
        given = rows(
            *("a", "", "\N{SNOWMAN}", "d"),
            who=["x\x00y", "'; DROP", "", "\U0001f9f5"],
            at=[0.1, None, -1e300, 5e-324],
            price=[2**63 - 1, -(2**63), None, 0],
            gone=[True, False, False, True],
        )
        part = lake.write(DAY, "p1", given)
        assert (part.day, part.rows) == (DAY, 4)
        (read,) = lake.read([part])
        assert read == given
        assert [type(one) for one in read["gone"]] == [bool] * 4

    def test_parts_are_read_in_the_order_given(self, lake: Lake) -> None:
        """Part by part, and only the columns that were asked for."""
        one, two = lake.write(DAY, "p1", rows("a", "b")), lake.write(OTHER_DAY, "p1", rows("c"))
        assert (ids(lake, two, one), ids(lake, one, two)) == (["c", "a", "b"], ["a", "b", "c"])
        assert [set(chunk) for chunk in lake.read([one], ["at", "id"])] == [{"at", "id"}]
        assert (list(lake.read([])), list(lake.paths([]))) == ([], [])

    def test_the_same_rows_are_the_same_part(self, lake: Lake) -> None:
        """A retry leaves one part, under a name that begins with the one given."""
        part = lake.write(DAY, "p1", rows("a", "b"))
        assert lake.write(DAY, "p1", rows("a", "b")) == part
        assert list(lake.stored()) == [part.name]
        assert part.name.rpartition("/")[2].startswith("p1")

    def test_a_name_is_not_given_to_other_rows(self, lake: Lake) -> None:
        """Other rows under the same day and name are another part, and the first one is still what it was."""
        part, other = lake.write(DAY, "p1", rows("a")), lake.write(DAY, "p1", rows("b"))
        assert other.name != part.name
        assert (ids(lake, part), ids(lake, other)) == (["a"], ["b"])

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            *(("id", None), ("id", 5), ("id", b"a"), ("id", "\ud800"), ("who", 1.5)),
            *(("at", float("nan")), ("at", float("inf")), ("at", -float("inf")), ("at", "1"), ("at", True)),
            *(("price", 1.0), ("price", "1"), ("price", True), ("price", 2**63)),
            *(("gone", None), ("gone", 1), ("gone", "true")),
        ],
    )
    def test_what_is_no_value_of_its_column_is_refused(self, lake: Lake, column: str, value: Any) -> None:
        """The error names the column, and nothing is stored."""
        given = rows("a", "b", "c")
        given[column] = [*given[column][:2], value]
        with pytest.raises(ValueError, match=column):
            lake.write(DAY, "p1", given)
        assert list(lake.stored()) == []

    def test_the_row_is_named_too(self, lake: Lake) -> None:
        """Of a value that cannot be, the error says in which row it is."""
        with pytest.raises(ValueError, match=r"'at'.*'order-7/2'"):
            lake.write(DAY, "p1", rows("a", "order-7/2", at=[0.0, float("nan")]))

    def test_columns_are_those_declared(self, lake: Lake) -> None:
        """A column too few, too many, or shorter than others is named."""
        short = rows("a", "b") | {"price": [1]}
        few = {name: values for name, values in rows("a").items() if name != "price"}
        for given in (short, few, rows("a") | {"pirce": [1]}):
            with pytest.raises(ValueError, match=r"price|pirce"):
                lake.write(DAY, "p1", given)
        part = lake.write(DAY, "p1", rows("a"))
        with pytest.raises(ValueError, match="pirce"):
            list(lake.read([part], ["pirce"]))
        with pytest.raises(ValueError, match="whom"):
            lake.holding([part], {"whom": frozenset(["a"])})

    @pytest.mark.parametrize("name", ["", ".", "..", "../p1", "a/b", "/etc/p", "P1", "a\0b", "a.b", "-a", "a" * 101])
    def test_a_name_is_no_path(self, lake: Lake, name: str) -> None:
        """Names that lead anywhere are refused."""
        with pytest.raises(ValueError, match="name"):
            lake.write(DAY, name, rows("a"))
        assert list(lake.stored()) == []

    @pytest.mark.parametrize("day", ["", "..", "2026-13-01", "2026-3-1", "../2026-03-01", "20260301"])
    def test_a_day_is_a_day(self, lake: Lake, day: str) -> None:
        """Days that are none are refused."""
        with pytest.raises(ValueError, match=r"day|month"):
            lake.write(day, "p1", rows("a"))
        assert list(lake.stored()) == []

    def test_parts_that_hold_somebody_are_found(self, lake: Lake) -> None:
        """A part with one of the values in one of the columns is found, in the order given, and no other."""
        parts = [lake.write(DAY, name, rows(name, f"{name}-2")) for name in ("a", "b", "c", "d")]
        wanted = {"who": frozenset(["person-d", "person-a-2", "nobody"]), "id": frozenset(["b"])}
        assert list(lake.holding(parts, wanted)) == [parts[0], parts[1], parts[3]]
        assert list(lake.holding(parts, {"id": frozenset(["person-a"]), "who": frozenset()})) == []
        assert list(lake.holding(parts, {})) == []

    def test_parts_become_one_in_their_order(self, lake: Lake) -> None:
        """Rows of several parts are one part, in the order given; the parts stay."""
        parts = [lake.write(DAY, name, rows(f"{name}1", f"{name}2")) for name in ("b", "a", "c")]
        one = lake.compact(DAY, "whole", parts, {})
        assert one is not None
        assert (one.rows, ids(lake, one)) == (6, ids(lake, *parts))
        assert lake.compact(DAY, "whole", parts, {}) == one
        assert set(lake.stored()) == {one.name, *(part.name for part in parts)}

    def test_rows_are_left_out(self, lake: Lake) -> None:
        """Without the rows that have one of the values in one of the columns; without any row there is no part."""
        parts = [lake.write(DAY, "p1", rows("a", "b", "c")), lake.write(DAY, "p2", rows("d", "e"))]
        left = lake.compact(DAY, "left", parts, {"who": frozenset(["person-b"]), "id": frozenset(["d", "x"])})
        assert left is not None
        assert ids(lake, left) == ["a", "c", "e"]
        assert lake.compact(DAY, "none", parts, {"id": frozenset("abcde")}) is None
        assert len(lake.stored()) == 3

    def test_what_is_removed_is_missed_by_name(self, lake: Lake) -> None:
        """Every way of reading a part that is gone says which one it was; removing it again changes nothing."""
        stays, goes = lake.write(DAY, "p1", rows("a")), lake.write(DAY, "p2", rows("b"))
        for _ in range(2):
            lake.remove([goes.name])
            assert list(lake.stored()) == [stays.name]
        lake.verify(stays)
        for use in (
            lambda: list(lake.read([stays, goes])),
            lambda: lake.paths([stays, goes]),
            lambda: lake.holding([stays, goes], {"id": frozenset(["b"])}),
            lambda: lake.compact(DAY, "whole", [stays, goes], {}),
            lambda: lake.verify(goes),
        ):
            with pytest.raises(LakeDamaged, match=goes.name):
                use()
        assert list(lake.stored()) == [stays.name]

    def test_what_is_not_what_was_written_is_refused(self, lake: Lake) -> None:
        """A list that says other bytes than those that are there is not read."""
        part = lake.write(DAY, "p1", rows("a"))
        for listed in (evolve(part, digest="0" * 64), evolve(part, size=part.size + 1)):
            with pytest.raises(LakeDamaged, match=part.name):
                list(lake.read([listed]))
            with pytest.raises(LakeDamaged, match=part.name):
                lake.verify(listed)

    @pytest.mark.parametrize("name", ["../other", "/etc/passwd", "day=2026-03-01/../../x", "..", ""])
    def test_nothing_outside_is_read_or_removed(self, lake: Lake, name: str) -> None:
        """A name that leads out of the lake is no part, and is not removed."""
        part = lake.write(DAY, "p1", rows("a"))
        with pytest.raises(LakeDamaged):
            lake.paths([evolve(part, name=name)])
        with pytest.raises(ValueError, match="out of the lake"):
            lake.remove([name])
        assert ids(lake, part) == ["a"]

    def test_tenants_are_apart(self, make: MakeLake) -> None:
        """What one tenant wrote is not there for another, whatever both call it."""
        ours, theirs = make("main"), make("other")
        part = ours.write(DAY, "p1", rows("a"))
        assert list(theirs.stored()) == []
        with pytest.raises(LakeDamaged):
            theirs.paths([part])
        theirs.write(DAY, "p1", rows("a"))
        theirs.remove([part.name])
        assert ids(ours, part) == ["a"]
        for name in ("../main", "", "a/b", "."):
            with pytest.raises(ValueError, match="tenant"):
                make(name)
