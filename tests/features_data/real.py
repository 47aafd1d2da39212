"""Public data sets as observations: what their rows say, and nothing that they do not."""

import csv
import lzma
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
from attrs import Factory, frozen

from adapters.sources.diginetica import Diginetica
from application.features.touch import Observation, touch_of
from application.intake.reading import Reader
from ports.event_log import Metadata

_LAST = datetime(2030, 1, 1, tzinfo=UTC)
#: The last millisecond of a day.
_DAY = 86_399_999
_MISFIT = {"small": "too_small", "large": "too_large"}


@frozen
class RealData:
    """`missing`: feature -> why it would say nothing true here, though its columns are filled."""

    name: str
    about: str
    read: Callable[[Path], Iterator[Observation]]
    missing: Mapping[str, str] = Factory(dict)


def sessions(data: Path, views: int = 30_000) -> Iterator[Observation]:
    """Yield the first views of Diginetica's sessions as our source sends them and the taxonomy reads them."""
    source, reader = Diginetica(), Reader()
    (declaration,) = source.declarations
    for position, sent in enumerate(islice(source.events(data / "diginetica"), views), start=1):
        body = msgspec.json.decode(sent.body)
        (understood,) = reader.understand(body, declaration, _LAST, body["event_id"])
        canonical, visitor = understood.canonical, understood.who[0].value
        assert understood.fact is not None
        metadata = Metadata(body["event_id"], canonical.occurred_at, canonical.known_at)
        touch = touch_of(understood.fact, metadata, "")
        assert touch is not None
        told = {name: getattr(touch, name) for name in touch.__struct_fields__}
        yield Observation(
            **told, id=body["event_id"], position=position, customer=visitor, session=visitor, visitor=visitor
        )


def shop(data: Path) -> Iterator[Observation]:
    """Yield Diginetica's raw views and purchases, with users where they are known and the categories of products."""
    folder = data / "diginetica"
    category = {row["itemId"]: row["categoryId"] for row in _rows(folder / "raw_product-categories.csv.xz")}
    for number, row in enumerate(_rows(folder / "raw_sample_train-item-views.csv.xz")):
        product = row["item_id"]
        yield _raw(f"view-{number}", (row["session_id"], row["user_id"]), product, row, category.get(product, ""))
    for number, row in enumerate(_rows(folder / "raw_train-purchases.csv.xz")):
        product = row["itemId"]
        yield _raw(f"purchase-{number}", (row["sessionId"], row["userId"]), product, row, category.get(product, ""))


def rentals(data: Path, newest: int = 30_000) -> Iterator[Observation]:
    """Yield a purchase for each of RentTheRunway's newest rentals, for one that was small or large a return as well."""
    table = pq.read_table(
        data / "rent_the_runway" / "transactions.parquet",
        columns=["fit", "user_id", "item_id", "category", "size", "review_date"],
    )
    in_time = sorted(table.to_pylist(), key=lambda row: row["review_date"])  # of one day in the order of the file
    for number, row in enumerate(in_time[-newest:]):
        at = row["review_date"].replace(tzinfo=UTC).timestamp()
        told = {
            "at": at,
            "known": at,
            "product": str(row["item_id"]),
            "category": row["category"],
            "size": str(row["size"]),
            "customer": str(row["user_id"]),
            "visitor": str(row["user_id"]),
        }
        yield Observation(id=f"{number}", position=2 * number, action="purchase", **told)
        if fit := _MISFIT.get(row["fit"]):
            yield Observation(id=f"{number}-back", position=2 * number + 1, action="return", fit=fit, **told)


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    with lzma.open(path, "rt", encoding="ascii", newline="") as lines:
        yield from csv.DictReader(lines, delimiter=";")


def _raw(name: str, who: tuple[str, str], product: str, row: Mapping[str, str], category: str) -> Observation:
    """A time is a day and the milliseconds since the session began. Who has no user is known by the session only."""
    day = datetime.fromisoformat(row["eventdate"]).replace(tzinfo=UTC)
    # Some say weeks: the day is what is known.
    at = (day + timedelta(milliseconds=min(int(row["timeframe"]), _DAY))).timestamp()
    session, user = who
    customer = f"session-{session}" if user in ("", "NA") else user
    return Observation(
        id=name,
        position=1,
        at=at,
        known=at,
        action=name.partition("-")[0],
        product=product,
        category=category,
        customer=customer,
        session=session,
        visitor=customer,
    )


_HOURS = "no hour of the day"
DATA: Sequence[RealData] = (
    RealData(
        "Diginetica, sessions",
        "The first 30,000 views (of 906,140; the lines are in the order of time), by our source and taxonomy. A line\n"
        "is a visitor and a session. Their times are made from the order: what fades or ages shows that it is\n"
        "computed, not how shoppers behave.",
        sessions,
        {"hour_activity": _HOURS},
    ),
    RealData(
        "Diginetica, raw sample",
        "All 12,391 raw views and 18,025 purchases, with the categories of products. The user is the customer; who\n"
        "has none is known by the session. Times are days, and milliseconds since the session began, to the day's\n"
        "end at most: some say weeks.",
        shop,
        {"hour_activity": _HOURS},
    ),
    RealData(
        "RentTheRunway",
        "The newest 30,000 of 142,856 rentals. A rental is a purchase; the outcome `small` or `large` is a return\n"
        "that says too small or too large, so that `return_share` is the share of rentals that did not fit: rented\n"
        "things all come back. Both happen on the day of the review, the only day that is told. Rating, text and\n"
        "body are left out: they are no events of a shop.",
        rentals,
    ),
)
