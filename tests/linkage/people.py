"""Synthetic persons whose doubles are known: splink's fake_1000 and FEBRL 1 and 2, read from $HABERDASHER_DATA.

Only what a shop may be told is read: no social security number, no state.
"""

import csv
import lzma
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

from ports.linkage import Profile


@frozen
class People:
    """`cluster`: key of a profile -> who it really is."""

    name: str
    profiles: Sequence[Profile]
    cluster: Mapping[str, str]


def fake_1000(data: Path) -> People:
    with (data / "identity" / "fake_1000.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    profiles = [
        Profile(
            key=row["unique_id"],
            first_name=row["first_name"],
            surname=row["surname"],
            born=row["dob"],
            city=row["city"],
            email=row["email"],
        )
        for row in rows
    ]
    return People("fake_1000", profiles, {row["unique_id"]: row["cluster"] for row in rows})


def febrl(data: Path, number: int) -> People:
    with lzma.open(data / "identity" / f"dataset{number}.csv.xz", "rt", encoding="utf-8", newline="") as file:
        rows = [{name.strip(): cell.strip() for name, cell in row.items()} for row in csv.DictReader(file)]
    profiles = [
        Profile(
            key=row["rec_id"],
            first_name=row["given_name"],
            surname=row["surname"],
            born=_day(row["date_of_birth"]),
            city=row["suburb"],
            postcode=row["postcode"],
            street=f"{row['street_number']} {row['address_1']}".strip(),
        )
        for row in rows
    ]
    return People(f"FEBRL {number}", profiles, {row["rec_id"]: row["rec_id"].split("-")[1] for row in rows})


def every(data: Path) -> Sequence[People]:
    return fake_1000(data), febrl(data, 1), febrl(data, 2)


def _day(digits: str) -> str:
    """`19081209` is 1908-12-09, also where there is no such day: that is a slip like any other."""
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == len("19081209") else digits
