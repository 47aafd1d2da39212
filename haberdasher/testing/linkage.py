"""What every `ports.linkage.Linkage` must do. Set `make` in a subclass; pytest runs the rest."""

from collections.abc import Callable, Sequence
from typing import ClassVar

import attrs
import pytest

from ports.linkage import Linkage, Profile, Suggestion

_FIRST = ("ada", "grace", "alan", "edsger", "barbara", "donald", "frances", "john", "katherine", "dennis", "radia")
_LAST = ("lovelace", "hopper", "turing", "dijkstra", "liskov", "knuth", "allen", "backus", "johnson", "ritchie")
_TOWNS = ("london", "leeds", "york", "bath", "ely", "hull", "wells")
#: So many people live in the town of these tests; every fourth of them told it twice.
_PEOPLE, _TWICE = 120, 4
_ODD = ("", " ", "'", '"; DROP TABLE x; --', "%", "\\", "\x00", "é", "E\u0301", "ß", "李", "🧢", "@", "-", "9" * 300)


def _person(number: int) -> Profile:
    first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]
    return Profile(
        key=f"account:{number:03}",
        first_name=first,
        surname=last,
        born=f"{1940 + number % 60}-{1 + number % 12:02}-{1 + number * 7 % 28:02}",
        city=_TOWNS[number % len(_TOWNS)],
        postcode=f"{1000 + number * 37 % 8999}",
        street=f"{1 + number * 13 % 90} {_LAST[number * 3 % len(_LAST)]} street",
        email=f"{first}.{last}{number}@example.org",
        phone=f"+44 20 {1_000_000 + number * 7919}",
    )


def _again(one: Profile, number: int) -> Profile:
    """The same person under another account, who mistyped something, and uses another address."""
    told = attrs.evolve(one, key=f"email:{number:03}", email=f"shop{number}@example.com", phone="")
    match number // _TWICE % 4:
        case 0:
            return attrs.evolve(told, surname=one.surname[1:])
        case 1:
            return attrs.evolve(told, first_name=one.surname.upper(), surname=one.first_name.title())
        case 2:
            return attrs.evolve(told, city="", street=one.street.replace("street", "st."))
        case _:
            return attrs.evolve(told, first_name=one.first_name + one.first_name[-1])


TOWN: Sequence[Profile] = tuple(map(_person, range(_PEOPLE)))
TOLD_TWICE: Sequence[Profile] = tuple(_again(TOWN[one], one) for one in range(0, _PEOPLE, _TWICE))
SAME = {(f"account:{one:03}", f"email:{one:03}") for one in range(0, _PEOPLE, _TWICE)}


class LinkageContract:
    """Pairs, not merges: each once, in one order, whatever order the profiles come in."""

    make: ClassVar[Callable[[], Linkage]]

    @pytest.fixture(scope="class")
    @classmethod
    def found(cls) -> Sequence[Suggestion]:
        return cls.make().suggest([*TOWN, *TOLD_TWICE], 0.5)

    def test_nobody_and_one_alone_are_no_pair(self) -> None:
        """No profile and one profile give no suggestion and no error."""
        linkage = type(self).make()
        assert list(linkage.suggest([], 0.5)) == []
        assert list(linkage.suggest([TOWN[0]], 0.5)) == []

    def test_who_told_it_twice_is_found(self, found: Sequence[Suggestion]) -> None:
        """Most of those with a slip, exchanged names or a missing town are found, and hardly anybody else."""
        pairs = {(one.a, one.b) for one in found}
        assert len(pairs & SAME) >= 0.9 * len(SAME)
        assert len(pairs - SAME) <= 0.05 * len(pairs)

    def test_a_pair_is_two_and_comes_once(self, found: Sequence[Suggestion]) -> None:
        """`a` is before `b`, nobody is paired with himself, and all keys are those that were given."""
        assert len({(one.a, one.b) for one in found}) == len(found)
        assert all(one.a < one.b for one in found)
        assert {key for one in found for key in (one.a, one.b)} <= {one.key for one in (*TOWN, *TOLD_TWICE)}

    def test_the_most_probable_comes_first(self, found: Sequence[Suggestion]) -> None:
        """Ordered by probability, then by key; probabilities are thousandths between the bound and one."""
        assert list(found) == sorted(found, key=lambda one: (-one.probability, one.a, one.b))
        assert all(0.5 <= one.probability <= 1 and one.probability == round(one.probability, 3) for one in found)

    def test_evidence_names_fields(self, found: Sequence[Suggestion]) -> None:
        """Every suggestion says by what, in the order of the fields of a profile, and never by the key."""
        fields = [one.name for one in attrs.fields(Profile) if one.name != "key"]
        for one in found:
            assert one.evidence
            assert list(one.evidence) == [name for name in fields if name in one.evidence]

    def test_the_order_of_profiles_is_nothing(self, found: Sequence[Suggestion]) -> None:
        """The same set in another order, asked again, gives exactly the same answer."""
        assert list(type(self).make().suggest([*reversed(TOLD_TWICE), *reversed(TOWN)], 0.5)) == list(found)

    def test_a_higher_bound_leaves_the_more_probable(self, found: Sequence[Suggestion]) -> None:
        """What is asked for with more certainty is the beginning of what is found with less."""
        fewer = list(type(self).make().suggest([*TOWN, *TOLD_TWICE], 0.999))
        assert fewer == [one for one in found if one.probability > 0.999] + [
            one for one in fewer if one.probability == 0.999
        ]

    def test_nothing_told_is_nothing_alike(self) -> None:
        """Profiles that say nothing agree on nothing."""
        assert list(type(self).make().suggest([Profile(f"k{one}") for one in range(20)], 0.01)) == []

    def test_people_who_differ_in_all_are_not_suggested(self) -> None:
        """Where no two agree there is nothing to learn from, and nothing to suggest."""
        letters = "abcdefghijklmnop"
        people = [Profile(one, one * 5, one * 7, f"19{place + 10}-01-01") for place, one in enumerate(letters)]
        assert list(type(self).make().suggest(people, 0.5)) == []

    def test_any_text_is_compared(self) -> None:
        """No text makes it fail, and keys are never read as anything but names."""
        odd = [Profile(f"k{place}'{one}", *[one] * 8) for place, one in enumerate(_ODD)]
        keys = {one.key for one in (*TOWN, *TOLD_TWICE, *odd)}
        found = type(self).make().suggest([*TOWN, *TOLD_TWICE, *odd], 0.5)
        assert {key for one in found for key in (one.a, one.b)} <= keys

    def test_a_key_names_one_profile(self) -> None:
        """Two profiles under one key are a mistake of who asks."""
        with pytest.raises(ValueError, match="key"):
            type(self).make().suggest([TOWN[0], TOWN[0]], 0.5)

    @pytest.mark.parametrize("bound", [0.0, -0.1, 1.1, float("nan")])
    def test_a_bound_is_a_probability(self, bound: float) -> None:
        """Nothing, less than nothing and more than certainty are refused by name."""
        with pytest.raises(ValueError, match="at_least"):
            type(self).make().suggest(TOWN, bound)

    def test_the_rules_have_a_name(self) -> None:
        """Two of one kind name the same version of the rules."""
        assert type(self).make().version == type(self).make().version != ""
