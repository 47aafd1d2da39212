"""Observations for benches, made of a seed by the column: a year of a shop, as Parquet parts of the lake."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from application.features.columns import COLUMNS
from ports.measures import DAY, References

END = 1_750_000_000.0
PRODUCTS = 20_000
WIDTH = 64
_ACTIONS = ("view", "click", "wishlist", "cart", "purchase", "return", "search")
_SHARES = (0.55, 0.16, 0.05, 0.09, 0.07, 0.03, 0.05)
_ARROW = {"text": pa.string(), "real": pa.float64(), "whole": pa.int64(), "truth": pa.bool_()}
#: Rows of one part; so many observations in a session; every so many-th has a second version.
_PART, _SESSION, _AGAIN = 250_000, 8, 40


def write_observations(folder: Path, rows: int, customers: int, seed: int = 0) -> list[str]:
    """Write `rows` observations of `customers` customers, some of them twice; return the paths of the parts."""
    random = np.random.default_rng(seed)
    columns = _columns(random, rows, customers)
    table = pa.table({name: pa.array(columns.get(name, [""] * rows), _ARROW[kind]) for name, kind in COLUMNS.items()})
    table = pa.concat_tables([table, _second_versions(table)])
    paths = []
    for number, start in enumerate(range(0, len(table), _PART)):
        path = folder / f"part-{number}.parquet"
        pq.write_table(table.slice(start, _PART), path, compression="zstd")
        paths.append(str(path))
    return paths


def references(seed: int = 0) -> References:
    """Return a catalogue, item vectors and price levels for the observations."""
    random = np.random.default_rng(seed)
    names = [_product(one) for one in range(PRODUCTS)]
    cuts = ("slim", "regular", "wide", "flared")
    return References(
        facets={
            name: {
                "silhouette": cuts[one % 4],
                "pattern": ("plain", "striped", "floral")[one % 3],
                "colour_family": f"f{one % 11}",
            }
            for one, name in enumerate(names)
        },
        vectors=dict(zip(names, map(tuple, random.normal(size=(PRODUCTS, WIDTH)).tolist()), strict=True)),
        levels={f"category-{one}": (8.0, 0.7) for one in range(60)},
    )


def _product(number: int) -> str:
    return f"product-{number:05d}"


def _columns(random: np.random.Generator, rows: int, customers: int) -> dict[str, Any]:
    session = np.sort(random.integers(0, max(rows // _SESSION, 1), rows))
    customer = _skewed(random, customers, session[-1] + 1)[session]
    at = END - 365 * DAY * random.random(session[-1] + 1)[session] + random.random(rows) * 1800
    product = _skewed(random, PRODUCTS, rows)
    action = random.choice(len(_ACTIONS), rows, p=_SHARES)
    shows = action < _ACTIONS.index("search")
    category, price = product % 60, 1000 + product * 7 % 20_000
    reduced = random.random(rows) < 0.3
    size = _texts(("", "S", "M", "L", "38", "40"), np.where(action >= 3, random.integers(0, 6, rows), 0))
    fit = _texts(("", "too_small", "too_large", "as_expected"), np.where(action == 5, random.integers(0, 4, rows), 0))
    customer_text = np.array([f"customer-{one:06d}" for one in range(customers)], object)[customer]
    category_text = np.where(shows, np.array([f"category-{one}" for one in range(60)], object)[category], "")
    paid = np.where(shows, np.where(reduced, price * 4 // 5, price), 0)
    step = np.select([action == 4, fit == "too_small", fit == "too_large"], [0.0, -1.0, 1.0], np.nan)
    return {
        "id": [f"event-{one:09d}" for one in range(rows)],
        "position": np.arange(rows),
        "known": at + random.exponential(2.0, rows),
        "revoked": np.zeros(rows, bool),
        "at": at,
        "action": _texts(_ACTIONS, action),
        "customer": customer_text,
        "visitor": customer_text,
        "session": np.array([f"session-{one:08d}" for one in range(session[-1] + 1)], object)[session],
        "product": np.where(shows, np.array([_product(one) for one in range(PRODUCTS)], object)[product], ""),
        "category": category_text,
        "customer_category": np.where(shows, customer_text + "/" + category_text, ""),
        "brand": np.where(shows, np.array([f"brand-{one}" for one in range(300)], object)[product % 300], ""),
        "colour": np.where(shows, np.array([f"colour-{one}" for one in range(40)], object)[product % 40], ""),
        "size": size,
        "price": paid,
        "list_price": np.where(shows, price, 0),
        "currency": np.where(shows, "EUR", ""),
        "quantity": np.ones(rows, np.int64),
        "device": _texts(("phone", "desktop", "tablet"), random.integers(0, 3, rows)),
        "hour": _texts([f"{one:02d}" for one in range(24)], (at // 3600 % 24).astype(np.int64)),
        "season": _texts(("winter", "spring", "summer", "autumn"), (at // (91 * DAY) % 4).astype(np.int64)),
        "weather": _texts(("clear", "rain", "clouds", "snow"), random.integers(0, 4, rows)),
        "query": _texts(
            ["", *(f"query {one}" for one in range(500))], np.where(shows, 0, random.integers(1, 501, rows))
        ),
        "fit": fit,
        "taste": np.ones(rows),
        "settled": np.zeros(rows),
        "counts": np.where(random.random(rows) < 0.03, 0.0, 1.0),
        "amount": _known(paid.astype(np.float64), paid > 0),
        "log_price": _known(np.log(np.maximum(paid, 1)), paid > 0),
        "fit_step": _known(step, ~np.isnan(step)),
        "discounted": (paid > 0) & reduced,
    }


def _second_versions(table: pa.Table) -> pa.Table:
    """Return corrections of some rows: known a day later, and counting as robots."""
    again = table.take(pa.array(np.arange(0, len(table), _AGAIN)))
    changed: Mapping[str, Any] = {
        "position": np.arange(len(table), len(table) + len(again)),
        "known": again["known"].to_numpy() + DAY,
        "counts": np.full(len(again), 0.25),
    }
    for name, values in changed.items():
        again = again.set_column(again.schema.get_field_index(name), name, pa.array(values))
    return again


def _skewed(random: np.random.Generator, many: int, rows: int) -> NDArray[np.int64]:
    """Return numbers below `many`, low ones more often."""
    return np.minimum((random.random(rows) ** 2 * many).astype(np.int64), many - 1)


def _texts(words: Sequence[str], numbers: NDArray[np.int64]) -> NDArray[Any]:
    return np.array(words, object)[numbers]


def _known(values: NDArray[np.float64], known: NDArray[np.bool_]) -> pa.Array:
    return pa.array(values, pa.float64(), mask=~known)
