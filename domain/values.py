"""Values that several aggregates share: money in minor units, and the line of an order."""

from decimal import Decimal, InvalidOperation

from attrs import field, frozen

from domain.kernel import DomainError

_ISO_4217 = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD
HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL
MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON
RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
_OTHER_THAN_TWO = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

#: ISO 4217: how many decimals the minor unit of a currency has.
EXPONENTS = dict.fromkeys(_ISO_4217.split(), 2) | {
    code: exponent for exponent, codes in _OTHER_THAN_TWO.items() for code in codes.split()
}
_MOST_DIGITS = 15


class MoneyInvalid(DomainError):
    """Not a finite decimal number of a sane size."""


class MoneyPrecision(DomainError):
    """More decimals than the currency has."""


class MoneyNegative(DomainError):
    """Below zero where the field does not allow it."""


class CurrencyUnknown(DomainError):
    """Not an ISO 4217 code."""


class CurrencyMismatch(DomainError):
    """Two currencies in one sum."""


@frozen(order=False)
class Money:
    """An amount in minor units (cents, yen, fils), never a float. ISO 4217 currency in capitals."""

    amount_minor: int
    currency: str

    @classmethod
    def parse(cls, amount: str | Decimal | float, currency: str, *, signed: bool = False) -> "Money":
        """Read an amount in major units, as vendors send it.

        Decimals beyond the exponent must be zeros ("1980.00" JPY is 1980 yen). A float, which only JSON can have
        brought, is read by its shortest decimal form: 19.99 is exact, 0.1 + 0.2 is refused rather than rounded.
        Errors: `MoneyInvalid`, `MoneyPrecision`, `MoneyNegative` unless `signed`, `CurrencyUnknown`.
        """
        code = currency.strip().upper()
        exponent = EXPONENTS.get(code)
        if exponent is None:
            raise CurrencyUnknown(f"currency {currency!r} is not an ISO 4217 code")
        number = _decimal(amount)
        minor = _shifted(number, exponent)
        if minor is None:
            raise MoneyPrecision(f"amount {amount!r} has more than the {exponent} decimals of {code}")
        if minor < 0 and not signed:
            raise MoneyNegative(f"amount {amount!r} {code} is negative")
        return cls(minor, code)

    @property
    def major(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.amount_minor).scaleb(-EXPONENTS[self.currency])

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same(other).amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same(other).amount_minor, self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(self.amount_minor * count, self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")
        return other


def _decimal(amount: str | Decimal | float) -> Decimal:
    if isinstance(amount, bool):
        raise MoneyInvalid(f"amount {amount!r} is not a number")
    try:
        number = Decimal(repr(amount) if isinstance(amount, float) else amount)
    except (InvalidOperation, ValueError, TypeError):
        raise MoneyInvalid(f"amount {amount!r} is not a number") from None
    if not number.is_finite() or number.adjusted() >= _MOST_DIGITS:
        raise MoneyInvalid(f"amount is not a finite number of at most {_MOST_DIGITS} digits before the point")
    return number


def _shifted(number: Decimal, exponent: int) -> int | None:
    """Return number * 10^exponent if that is whole. In integers, because arithmetic of decimals rounds silently."""
    sign, digits, point = number.as_tuple()
    assert isinstance(point, int), "the number is finite"
    whole = "".join(map(str, digits))
    shift = point + exponent
    if shift < 0:
        whole, beyond = whole[:shift], whole[shift:]
        if beyond.strip("0"):
            return None
    else:
        whole += "0" * shift
    return int(whole or "0") * (-1 if sign else 1)


class QuantityInvalid(DomainError):
    """A line has at least one piece."""


def _at_least_one(_: object, __: object, quantity: int) -> None:
    if quantity < 1:
        raise QuantityInvalid(f"quantity {quantity} is below 1")


@frozen
class LineItem:
    """One line of an order. `unit_price` is after markdown and before the discounts of line and order."""

    line_id: str
    variant_id: str
    product_id: str
    quantity: int = field(validator=_at_least_one)
    unit_price: Money
    tax_included: bool
    unit_list_price: Money | None = None
    line_discount: Money | None = None
    colourway_id: str | None = None
    size_label: str | None = None
    brand_id: str | None = None
    category_id: str | None = None
    position: int | None = None
    list_id: str | None = None
    slate_id: str | None = None
    request_id: str | None = None

    @property
    def amount(self) -> Money:
        """What the line comes to: unit price times quantity, less the discount of the line."""
        gross = self.unit_price * self.quantity
        return gross - self.line_discount if self.line_discount else gross


@frozen
class Bill:
    """What was bought and how its price came about. `tax` is what the prices do not include."""

    items: tuple[LineItem, ...]
    total: Money
    order_discount: Money | None = None
    shipping: Money | None = None
    tax: Money | None = None

    def unexplained_minor(self) -> int | None:
        """Return total less the sum of its parts: 0 if the bill adds up, `None` if it mixes currencies."""
        discounts = [line.line_discount for line in self.items] + [self.order_discount]
        added = [*(line.unit_price * line.quantity for line in self.items), self.shipping, self.tax]
        plus, minus = [money for money in added if money], [money for money in discounts if money]
        if any(money.currency != self.total.currency for money in (*plus, *minus)):
            return None
        return self.total.amount_minor - sum(m.amount_minor for m in plus) + sum(m.amount_minor for m in minus)
