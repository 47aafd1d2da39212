from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import DomainError
from domain.values import (
    EXPONENTS,
    Bill,
    CurrencyMismatch,
    CurrencyUnknown,
    LineItem,
    Money,
    MoneyInvalid,
    MoneyNegative,
    MoneyPrecision,
    QuantityInvalid,
)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("19.99", "EUR", 1999),
        ("19.9", "eur", 1990),
        (20, "USD", 2000),
        (Decimal("1.005"), "KWD", 1005),
        ("1980", "JPY", 1980),
        ("1980.00", "JPY", 1980),
        (19.99, "EUR", 1999),
        ("1e2", "EUR", 10000),
        ("0.00", "JPY", 0),
        ("5e-2", "EUR", 5),
        ("123456789012345." + "0" * 40, "EUR", 12345678901234500),
    ],
)
def test_amounts_are_read_exactly(amount: str | float | Decimal, currency: str, minor: int) -> None:
    """Major units become minor units by the exponent of the currency."""
    assert Money.parse(amount, currency) == Money(minor, currency.upper())


@pytest.mark.parametrize(
    ("amount", "currency", "rule"),
    [
        ("19.999", "EUR", MoneyPrecision),
        ("0.5", "JPY", MoneyPrecision),
        (0.1 + 0.2, "EUR", MoneyPrecision),
        ("-1", "EUR", MoneyNegative),
        ("1", "EURO", CurrencyUnknown),
        ("twenty", "EUR", MoneyInvalid),
        ("", "EUR", MoneyInvalid),
        (True, "EUR", MoneyInvalid),
        (float("nan"), "EUR", MoneyInvalid),
        (float("inf"), "EUR", MoneyInvalid),
        ("1e999999999", "EUR", MoneyInvalid),
        ("1e-999999999", "EUR", MoneyPrecision),
        ("1." + "0" * 40 + "1", "EUR", MoneyPrecision),
        ("9" * 16, "EUR", MoneyInvalid),
    ],
)
def test_what_is_not_exactly_money_is_refused(amount: str | float, currency: str, rule: type[DomainError]) -> None:
    """Nothing is rounded, guessed or silently negative."""
    with pytest.raises(rule):
        Money.parse(amount, currency)


def test_a_field_may_allow_negative_amounts() -> None:
    """A signed field takes what an unsigned one refuses."""
    assert Money.parse("-3.50", "EUR", signed=True) == Money(-350, "EUR")


@given(st.integers(-(10**14), 10**14), st.sampled_from(sorted(EXPONENTS)))
def test_major_units_and_back(minor: int, currency: str) -> None:
    """Writing an amount in major units and reading it again loses nothing."""
    money = Money(minor, currency)
    assert Money.parse(money.major, currency, signed=True) == money


def test_currencies_do_not_mix() -> None:
    """Euros and dollars have no sum."""
    with pytest.raises(CurrencyMismatch):
        _ = Money(1, "EUR") + Money(1, "USD")


def dress(quantity: int = 1, discount: Money | None = None) -> LineItem:
    return LineItem(
        "line-1",
        "RED-LINEN-DRESS-38",
        "RED-LINEN-DRESS",
        quantity,
        Money(4990, "EUR"),
        tax_included=True,
        line_discount=discount,
    )


def test_a_line_has_at_least_one_piece() -> None:
    """Nobody buys nothing."""
    with pytest.raises(QuantityInvalid):
        dress(quantity=0)


def test_a_line_comes_to_price_times_quantity_less_its_discount() -> None:
    """Two dresses with ten euros off are 89.80."""
    assert dress(2, Money(1000, "EUR")).amount == Money(8980, "EUR")


def test_a_bill_adds_up_or_says_by_how_much_it_does_not() -> None:
    """Items less discounts plus shipping and tax are the total; the rest stays unexplained."""
    items = (dress(2, Money(1000, "EUR")),)
    discount, shipping, tax = Money(480, "EUR"), Money(500, "EUR"), Money(100, "EUR")

    assert Bill(items, Money(9100, "EUR"), discount, shipping, tax).unexplained_minor() == 0
    assert Bill(items, Money(9101, "EUR"), discount, shipping, tax).unexplained_minor() == 1
    assert Bill(items, Money(9100, "USD")).unexplained_minor() is None
