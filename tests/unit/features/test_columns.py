"""Observations as rows of the lake."""

import hashlib
from math import log

from application.features.columns import COLUMNS, VERSION, columns_of, observation_of
from application.features.touch import Observation

LINE = Observation(
    id="order-7/1",
    position=42,
    at=1_772_366_400.0 + 13 * 3600,
    known=1_772_400_000.5,
    action="return",
    product="p-1",
    category="dresses",
    price=4_900,
    list_price=7_900,
    fit="too_small",
    taste=-0.5,
    customer="person-1",
    session="session-1",
    visitor="cookie-1",
    account="account-1",
    revoked=True,
)
BARE = Observation(id="o", position=1, at=0.0, known=0.0, action="query", product="")


def test_a_row_is_the_observation_it_was_made_of() -> None:
    """What was made a row is the same observation again, whatever of it is set."""
    columns = columns_of([LINE, BARE])
    rows = [{name: values[place] for name, values in columns.items()} for place in range(2)]
    assert [observation_of(row) for row in rows] == [LINE, BARE]
    assert list(columns) == list(COLUMNS)


def test_everything_of_an_observation_has_a_column() -> None:
    """No field of an observation is lost in the lake."""
    assert set(Observation.__struct_fields__) <= set(COLUMNS)


def test_what_measures_ask_for_is_computed_once() -> None:
    """Derived columns hold what the observation says, and null or nothing where it says nothing."""
    columns = columns_of([LINE, BARE])
    derived = {name: values for name, values in columns.items() if name not in Observation.__struct_fields__}
    assert derived == {
        "customer_category": ["person-1/dresses", ""],
        "hour": ["01", "00"],
        "amount": [4_900.0, None],
        "log_price": [log(4_900), None],
        "fit_step": [-1.0, None],
        "discounted": [True, False],
    }


def test_columns_do_not_change_under_a_version() -> None:
    """Whoever changes the columns raises the version, for parts that were written before to be told apart."""
    said = hashlib.sha256(repr(list(COLUMNS.items())).encode()).hexdigest()[:12]
    assert (VERSION, said) == (1, "c9e02e961e8a")
