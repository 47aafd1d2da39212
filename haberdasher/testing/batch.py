"""What every `ports.batch.BatchEngine` must do. Subclass it and give the fixture `engine`; pytest runs the rest.

The numbers are worked out by hand from the words of `ports/measures.py`.
"""

from collections.abc import Sequence
from math import inf, log
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from application.features.columns import COLUMNS, columns_of
from application.features.touch import Observation
from ports.batch import BatchEngine, Request, Values
from ports.measures import DAY, NOTHING, Entity, Measure, References

HOUR = 3600.0
#: The beginning of an hour.
T = 486_112 * HOUR
_ARROW = {"text": pa.string(), "real": pa.float64(), "whole": pa.int64(), "truth": pa.bool_()}
_WEIGHT = {"view": 1.0, "purchase": 8.0}
CATALOGUE = References(
    facets={"p": {"silhouette": "slim"}, "q": {"silhouette": "slim"}, "r": {"silhouette": ""}},
    vectors={"p": (3.0, 0.0), "r": (0.0, 1.0)},
    levels={"shoes": (log(100), 0.5), "coats": (log(100), 0.0)},
)


def table_of(observations: Sequence[Observation]) -> pa.Table:
    """Return observations as the rows of a part of the lake."""
    columns = columns_of(observations)
    return pa.table({name: pa.array(columns[name], _ARROW[kind]) for name, kind in COLUMNS.items()})


def write_parts(observations: Sequence[Observation], folder: Path, count: int = 2) -> list[str]:
    """Write observations as Parquet, spread over `count` files; return their paths."""
    paths = [str(folder / f"part-{number}.parquet") for number in range(count)]
    for number, path in enumerate(paths):
        pq.write_table(table_of(observations[number::count]), path)
    return paths


def measure(aggregate: Any, entity: Entity = "customer", **words: Any) -> Measure:
    """Return a measure called as its aggregate, of views and purchases."""
    known = {"weight": _WEIGHT, "name": aggregate, **words}
    return Measure(entity=entity, category="context", doc="", unit="", source="", aggregate=aggregate, **known)


def seen(name: str, at: float, **told: Any) -> Observation:
    """Return an observation of customer c, known as it happened."""
    known = {"position": 1, "known": at, "action": "view", "product": "p", "customer": "c", **told}
    return Observation(id=name, at=at, **known)


def rows(values: Values) -> list[tuple[str, str, str, float]]:
    """Return values as (key, measure, part, value), in their order."""
    keys = [values.keys[one] for one in values.request.tolist()]
    names = [values.measures[one] for one in values.measure.tolist()]
    return list(zip(keys, names, values.part.tolist(), values.value.tolist(), strict=True))


#: What was asked about customer c at T -> part -> value.
TOLD: Sequence[tuple[Measure, dict[str, float]]] = (
    (measure("decayed_sum", half_life_days=1.0), {"": 0.5 + 0.125 + 2.0}),
    (measure("decayed_sum", half_life_days=1.0, low=3.0), {"": 3.0}),
    (measure("decayed_sum", half_life_days=1.0, key="product"), {"p": 0.5, "q": 0.125, "r": 2.0}),
    (measure("decayed_sum", half_life_days=1.0, key="product", facet="silhouette"), {"slim": 0.625}),
    (measure("decayed_sum", half_life_days=1.0, weight={"view": -1.0}, key="product"), {"p": 0.0, "q": 0.0}),
    (measure("count"), {"": 9.5}),
    (measure("count", window_days=1.0), {"": 0.0}),
    (measure("count", window_days=25 / 24, high=0.75), {"": 0.75}),
    (measure("count", window_days=25 / 24, key="product"), {"p": 1.0}),
    (measure("ratio", weight={"view": 1.0}, per={"purchase": 2.0}), {"": 0.75}),
    (measure("ratio", weight={"view": 1.0}, per={"return": 2.0}), {"": 0.0}),
    (measure("ratio", weight={"view": 1.0}, per={"purchase": 2.0}, key="category"), {"shoes": 0.0, "coats": 0.0}),
    (measure("mean", value="amount"), {"": (200 + 50 + 3200) / 9.5}),
    (measure("mean", value="amount", key="category"), {"shoes": 250 / 1.5, "coats": 400.0}),
    (measure("mean", value="fit_step", weight={"view": 1.0}), {"": 0.0}),
    (measure("variance", value="amount", weight={"view": 1.0}), {"": 20_000 / 9}),
    (measure("variance", value="amount", key="brand"), {"a": 0.0, "b": 0.0, "c": 0.0}),
    (measure("age"), {"": DAY}),
    (measure("age", weight={"return": 1.0}), {"": inf}),
    (measure("age", key="product"), {"p": DAY, "q": 2 * DAY, "r": 2 * DAY}),
    (measure("last", key="product", k=2), {"p": DAY, "q": 2 * DAY}),
    (measure("last", key="query", k=5, weight={"search": 1.0}), {"it's \u00e9t\u00e9": 1.0}),
    (measure("top", key="product", k=2, half_life_days=1.0), {"p": 0.5, "r": 2.0}),
    (measure("distinct", key="product", k=4), {"": 3.0}),
    # The MD5 of p, q and r begin with 83878c9117133, 7694f4a66316e and 4b43b0aee3562.
    (measure("distinct", key="product", k=3), {"": 2 * 16**13 / 0x83878C9117133}),
    (measure("pool", key="product", half_life_days=1.0), {"0": 1.5 / 2.5, "1": 2.0 / 2.5}),
    (measure("standing", key="category", value="log_price", low=-9.0), {"": log(2) / 1.5 / 0.5}),
)


class BatchEngineContract:
    """Two days of one customer, told by hand; then who knew what when, and what is refused."""

    @pytest.fixture
    def engine(self) -> BatchEngine:
        raise NotImplementedError

    @pytest.fixture
    def paths(self, tmp_path: Path) -> list[str]:
        days = [
            seen("1", T - DAY, category="shoes", brand="b", price=200, query="x"),
            seen("2", T - 2 * DAY, product="q", category="shoes", brand="a", price=100, counts=0.5),
            seen("3", T - 2 * DAY, action="purchase", product="r", category="coats", brand="c", price=400),
            seen("4", T - 1, product="", action="search", query="it's \u00e9t\u00e9"),
            seen("5", T - DAY + HOUR - 1, customer="other", product="p"),
        ]
        return write_parts(days, tmp_path)

    def test_an_aggregate_is_what_the_words_say(self, engine: BatchEngine, paths: list[str]) -> None:
        """Values worked out by hand are the engine's, part by part and in order, all asked at once."""
        asked = [attrs.evolve(one, name=f"{one.aggregate}_{place}") for place, (one, _) in enumerate(TOLD)]
        answer = rows(engine.of(paths, asked, [Request("c", T, T)], CATALOGUE))
        due = [
            (one.name, part, told[part]) for one, (_, told) in zip(asked, TOLD, strict=True) for part in sorted(told)
        ]
        assert [row[1:3] for row in answer] == [row[:2] for row in due]
        assert {row[1:3]: row[3] for row in answer} == {row[:2]: pytest.approx(row[2], rel=1e-12) for row in due}

    def test_measures_asked_together_are_as_asked_alone(self, engine: BatchEngine, paths: list[str]) -> None:
        """What is computed at once does not mix: rows by request, measure and part, measures as they were named."""
        asked = [
            measure("pool", name="vector", key="product", half_life_days=1.0),
            measure("decayed_sum", name="b", key="product", half_life_days=1.0),
            measure("decayed_sum", name="slow", key="product", half_life_days=2.0),
            measure("top", name="a", key="product", half_life_days=1.0, k=1),
            measure("count", name="number"),
            measure("variance", name="spread", value="amount", weight={"view": 1.0}),
        ]
        requests = [Request("c", T, T), Request("other", T, T)]
        together = rows(engine.of(paths, asked, requests, CATALOGUE))
        alone = [rows(engine.of(paths, [one], requests, CATALOGUE)) for one in asked]
        assert together == [row for who in ("c", "other") for one in alone for row in one if row[0] == who]

    def test_a_request_knows_what_was_known_then(self, engine: BatchEngine, tmp_path: Path) -> None:
        """A merge, a cancelled line, a verdict and what is late change answers from their own `known` on."""
        paths = write_parts(
            [
                seen("merged", T - 9, known=T, position=1),
                seen("merged", T - 9, known=T + 10, position=4, customer="d"),
                seen("cancelled", T - 8, known=T, position=2),
                seen("cancelled", T - 8, known=T + 20, position=5, revoked=True),
                seen("robot", T - 7, known=T, position=3),
                seen("robot", T - 7, known=T + 30, position=6, counts=0.0),
                seen("late", T - 6, known=T + 40, position=7),
                seen("overtaken", T - 5, known=T + 60, position=8),
                seen("overtaken", T - 5, known=T + 50, position=9, customer="d"),
            ],
            tmp_path,
        )
        moments = [T - 1, T, T + 9, T + 10, T + 20, T + 30, T + 40, T + 55, T + 65]
        asked = [Request(who, T, known) for who in "cd" for known in moments]
        answer = engine.of(paths, [measure("count")], asked, NOTHING)
        assert answer.value.tolist() == [*(0, 3, 3, 2, 1, 0, 1, 1, 1), *(0, 0, 0, 1, 1, 1, 1, 2, 2)]

    def test_what_happens_at_the_moment_is_after_it(self, engine: BatchEngine, paths: list[str]) -> None:
        """`at` is excluded, `known` is included."""
        asked = [Request("c", T - 2 * DAY, T), Request("c", T - 2 * DAY + 1e-6, T), Request("c", T, T - 2 * DAY)]
        answer = engine.of(paths, [measure("count", weight={"purchase": 1.0})], asked, NOTHING)
        assert answer.value.tolist() == [0.0, 1.0, 1.0]

    def test_everybody_is_asked_by_name(self, engine: BatchEngine, paths: list[str]) -> None:
        """`at` answers, sorted, for those of whom something takes part, also where a measure says nothing of them."""
        asked = [measure("count", weight={"purchase": 1.0}), measure("last", key="product", k=1)]
        told = rows(engine.at(paths, asked, T, T, NOTHING))
        assert told == [
            ("c", "count", "", 1.0),
            ("c", "last", "p", DAY),
            ("other", "count", "", 0.0),
            ("other", "last", "p", DAY - HOUR + 1),
        ]
        assert list(engine.at(paths, asked, T - DAY, T, NOTHING).keys) == ["c"]
        assert list(engine.at(paths, asked, T, T - DAY, NOTHING).keys) == ["c"]

    def test_who_is_unknown_is_answered(self, engine: BatchEngine, paths: list[str]) -> None:
        """Keys come as asked, twice if asked twice; of a stranger there are only single numbers, of nothing."""
        asked = [measure("age"), measure("count"), measure("last", key="product", k=3)]
        requests = [Request("nobody", T, T), Request("other", T, T), Request("", T, T), Request("other", T, T)]
        answer = engine.of(paths, asked, requests, NOTHING)
        assert list(answer.keys) == ["nobody", "other", "", "other"]
        told = rows(answer)
        assert [row for row in told if row[0] in ("nobody", "")] == [
            (who, name, "", value) for who in ("nobody", "") for name, value in (("age", inf), ("count", 0.0))
        ]
        assert told[2:5] == told[7:]

    def test_the_same_parts_say_the_same(self, engine: BatchEngine, paths: list[str]) -> None:
        """Asked again, and with the parts in another order, the answer is the same."""
        asked = [measure("decayed_sum", half_life_days=3.0, key="brand"), measure("variance", value="log_price")]
        first, again, turned = (rows(engine.at(one, asked, T, T, NOTHING)) for one in (paths, paths, paths[::-1]))
        for other in (again, turned):
            assert [row[:3] for row in other] == [row[:3] for row in first]
            assert [row[3] for row in other] == pytest.approx([row[3] for row in first], rel=1e-12)

    def test_without_references_nothing_is_made_up(self, engine: BatchEngine, paths: list[str]) -> None:
        """No vectors, no facets: no rows; no level: 0. Products without a vector are left out."""
        asked = [
            measure("pool", key="product", half_life_days=1.0),
            measure("decayed_sum", key="product", facet="pattern", half_life_days=1.0),
            measure("standing", key="category", value="log_price"),
        ]
        assert rows(engine.at(paths, asked, T, T, NOTHING)) == [
            ("c", "standing", "", 0.0),
            ("other", "standing", "", 0.0),
        ]
        one = References(vectors={"r": (2.0,), "elsewhere": (1.0,)})
        assert rows(engine.at(paths, asked[:1], T, T, one)) == [("c", "pool", "0", 1.0)]

    def test_an_older_part_lacks_a_column(self, engine: BatchEngine, paths: list[str], tmp_path: Path) -> None:
        """What was written before a column came has nothing in it."""
        older = str(tmp_path / "older.parquet")
        pq.write_table(table_of([seen("0", T - 3, brand="z")]).drop_columns(["brand"]), older)
        asked = [measure("last", key="brand", k=9), measure("age")]
        told = rows(engine.of([older, *paths], asked, [Request("c", T, T)], NOTHING))
        assert [(part, value) for _, _, part, value in told] == [
            ("a", 2 * DAY), ("b", DAY), ("c", 2 * DAY), ("", 3.0)
        ]  # fmt: skip

    def test_nothing_to_read_or_to_answer(self, engine: BatchEngine, paths: list[str]) -> None:
        """A lake without parts knows nobody and nothing; no request has no answer."""
        asked = [measure("count"), measure("last", key="product", k=1)]
        assert rows(engine.at([], asked, T, T, NOTHING)) == []
        assert rows(engine.of([], asked, [Request("c", T, T)], NOTHING)) == [("c", "count", "", 0.0)]
        assert rows(engine.of(paths, asked, [], NOTHING)) == []
        assert rows(engine.at(paths, asked, 0.0, T, NOTHING)) == []

    def test_any_text_is_a_key(self, engine: BatchEngine, tmp_path: Path) -> None:
        """Keys, parts, actions and products are never read as anything but text."""
        texts = ['"; DROP TABLE live; --', "it's", "\\", "%", "E\u0301", "\U0001f9e2", " ", "\\n", "$$", "{}", "?"]
        touches = [seen(one, T - 1, customer=one, product=one, query=one, action=one) for one in texts]
        weight = dict.fromkeys(texts, 1.0)
        asked = [
            measure("last", key="query", k=1, weight=weight),
            measure("decayed_sum", key="product", facet="pattern", weight=weight, half_life_days=9e9),
        ]
        known = References(facets={one: {"pattern": one} for one in texts})
        told = rows(engine.at(write_parts(touches, tmp_path), asked, T, T, known))
        assert [row[:3] for row in told] == [
            (one, name, one) for one in sorted(texts) for name in ("last", "decayed_sum")
        ]

    def test_measures_are_of_one_entity(self, engine: BatchEngine, paths: list[str]) -> None:
        """Several entities at once, and none, are refused by name."""
        with pytest.raises(ValueError, match="brand, customer"):
            engine.at(paths, [measure("count"), measure("count", "brand")], T, T, NOTHING)
        with pytest.raises(ValueError, match="measures"):
            engine.of(paths, [], [Request("c", T, T)], NOTHING)

    @pytest.mark.parametrize("words", [{"key": "shoe"}, {"value": "shoe"}])
    def test_a_column_must_be_there(self, engine: BatchEngine, paths: list[str], words: dict[str, Any]) -> None:
        """The measure and the column that the lake does not have are named."""
        with pytest.raises(ValueError, match=r"odd: .*shoe"):
            engine.at(paths, [measure("ratio", name="odd", **words)], T, T, NOTHING)

    def test_a_file_must_be_there_and_whole(self, engine: BatchEngine, paths: list[str], tmp_path: Path) -> None:
        """A part that is absent, half written or of other columns is named, and what is wrong with it."""
        half, other = tmp_path / "half.parquet", tmp_path / "other.parquet"
        half.write_bytes(Path(paths[0]).read_bytes()[:-20])
        pq.write_table(pa.table({"id": ["1"]}), other)
        for path, said in ((str(tmp_path / "absent.parquet"), "absent"), (str(half), "half"), (str(other), "position")):
            with pytest.raises(ValueError, match=said):
                engine.at([*(paths if said != "position" else []), path], [measure("count")], T, T, NOTHING)
        pq.write_table(pa.table({"id": [1]}), other)
        with pytest.raises(ValueError, match=r"other\.parquet: id is int64, in other parts string"):
            engine.at([*paths, str(other)], [measure("count")], T, T, NOTHING)
