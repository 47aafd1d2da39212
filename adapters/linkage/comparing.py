"""What is compared with what, and how nearly: one configuration for every shop.

The grades of agreement are those that Splink offers for such a field (Jaro-Winkler .92, .88, .7 for names, one typing
error or a month, a year, ten years for a date of birth, the part before the @ for an address). What each grade is
worth is not set: it is estimated from the profiles themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import splink.comparison_level_library as levels
import splink.comparison_library as grades
from splink import block_on

Fields = Sequence[str]

#: Pairs that agree so are one person, but for chance: how many there are says how probable any pair is.
STRICT: Sequence[Fields] = (("first_name", "surname", "born"), ("email",), ("phone",))
#: The share of all pairs of one person that the strict rules find, as in the tutorial of Splink.
STRICT_FIND = 0.7
#: Pairs that agree on one of these are compared; all others never are.
_COMPARED: Sequence[Fields] = (
    ("first_name", "surname"),
    ("born",),
    ("email",),
    ("phone",),
    ("surname", "city"),
    ("first_name", "city"),
    ("surname", "postcode"),
    ("first_name", "postcode"),
    ("street", "postcode"),
    ("street", "city"),
)
#: Each estimates the worth of the fields that are not in it, so that together they learn all.
LEARNT_FROM: Sequence[Fields] = (("born",), ("first_name", "surname"), ("email",), ("postcode",))
_NAMES = frozenset({"first_name", "surname"})
_SWAPPED = "l.first_name = r.surname and l.surname = r.first_name"
_SIMILAR_NAMES = (0.92, 0.88, 0.7)
#: The comparison of first names knows exchanged names as its grade below "the same".
SWAPPED_GRADE = len(_SIMILAR_NAMES) + 1


def comparisons() -> Mapping[str, Any]:
    """Return how each field is compared, by its name."""
    return {
        "first_name": _first_name(),
        "surname": _surname(),
        "born": grades.DateOfBirthComparison("born", input_is_string=True, invalid_dates_as_null=False),
        "city": grades.NameComparison("city"),
        "postcode": grades.DamerauLevenshteinAtThresholds("postcode"),
        "street": grades.JaroWinklerAtThresholds("street"),
        "email": grades.EmailComparison("email"),
        "phone": grades.DamerauLevenshteinAtThresholds("phone"),
    }


def rules(wanted: Sequence[Fields]) -> list[Any]:
    """Return the rules for Splink: pairs that agree on all fields of one."""
    return [block_on(*fields) for fields in wanted]


def compared(known: frozenset[str]) -> list[Any]:
    """Return by which rules pairs come to be compared, where only the fields `known` say anything."""
    swapped = [_SWAPPED] if known >= _NAMES else []
    return [*rules([fields for fields in _COMPARED if known >= set(fields)]), *swapped]


def left_by(rule: Fields, known: frozenset[str]) -> frozenset[str]:
    """Return the fields that can be learnt from pairs which agree by a rule; names are compared together."""
    used = frozenset(rule)
    return known - (used | _NAMES if used & _NAMES else used)


def _exchanged() -> Any:
    return levels.ColumnsReversedLevel("first_name", "surname", symmetrical=True)


def _first_name() -> Any:
    """A customer who wrote his names into each other's fields agrees on both; the first name tells it."""
    alike = [levels.JaroWinklerLevel("first_name", one) for one in _SIMILAR_NAMES]
    same = levels.ExactMatchLevel("first_name").configure(tf_adjustment_column="first_name")
    return _graded("first_name", levels.NullLevel("first_name"), same, _exchanged(), *alike)


def _surname() -> Any:
    """Says nothing where the names are exchanged: that is said once."""
    alike = [levels.JaroWinklerLevel("surname", one) for one in _SIMILAR_NAMES]
    same = levels.ExactMatchLevel("surname").configure(tf_adjustment_column="surname")
    silent = levels.Or(levels.NullLevel("surname"), _exchanged()).configure(is_null_level=True)
    return _graded("surname", silent, same, *alike)


def _graded(field: str, *of: Any) -> Any:
    return grades.CustomComparison(output_column_name=field, comparison_levels=[*of, levels.ElseLevel()])
