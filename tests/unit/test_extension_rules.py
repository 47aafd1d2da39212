"""An extension that cannot be stops the start, with the name at fault and what to do about it."""

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

import acme_shop
from acme_shop import entry, extension
from acme_shop.fitting import FittingBooked, FittingKept
from domain.identity.policy import DEFAULT_POLICY
from domain.kernel import Decider
from domain.session.facts import ProductViewed
from domain.taxonomy.fields import Field, key
from haberdasher.bootstrap import bootstrap
from haberdasher.extending import find
from haberdasher.extension import Extension, InvalidExtension
from haberdasher.names import stored_names
from haberdasher.settings import InvalidSetting, Settings, load
from haberdasher.testing.ledger import LEDGER

TWIN = evolve(entry.BOOKED, name="acme_two.fitting_booked", aliases=("tailorBooked",))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda: Extension(name="session"), "single words are ours", id="a name that may be one of ours"),
        pytest.param(lambda: Extension(name="Acme Shop"), "in small letters", id="a name that is no name"),
        pytest.param(
            lambda: Extension(name="acme_shop", events=((FittingBooked, "order.placed"),)),
            "'order.placed'",
            id="the name of an event of ours",
        ),
        pytest.param(
            lambda: Extension(name="acme_shop", events=((FittingBooked, "fitting_booked"),)),
            "'fitting_booked'",
            id="a stored name without prefix",
        ),
        pytest.param(
            lambda: Extension(name="acme_shop", deciders=(LEDGER,)),
            "category 'ledger'",
            id="a stream that is not theirs",
        ),
        pytest.param(
            lambda: evolve(extension, canonical=(evolve(entry.BOOKED, name="order_placed"),)),
            "canonical event 'order_placed'",
            id="a canonical event of ours",
        ),
        pytest.param(
            lambda: evolve(extension, projections=(*extension.projections, *extension.projections)),
            "projection 'acme_shop.no_shows' stands there twice",
            id="two projections of one name",
        ),
        pytest.param(
            lambda: evolve(extension, states=((FittingKept, "acme_shop.fitting_kept"),)),
            "stored name 'acme_shop.fitting_kept' stands there twice",
            id="an event and a state of one name",
        ),
        pytest.param(
            lambda: Extension(name="acme_shop", policies=(DEFAULT_POLICY,)),
            "version of a policy 'identity-1'",
            id="another policy under our version",
        ),
        pytest.param(
            lambda: evolve(extension, policies=(acme_shop.IDENTITY, acme_shop.IDENTITY)),
            "version of a policy",
            id="two policies of one version",
        ),
        pytest.param(
            lambda: evolve(
                extension, policies=(acme_shop.IDENTITY, evolve(acme_shop.IDENTITY, version="acme_shop.identity-2"))
            ),
            "at most one of a kind",
            id="two policies of one kind",
        ),
        pytest.param(
            lambda: evolve(extension, upcasters={"acme_shop.forgotten": {}}),
            "'acme_shop.forgotten'",
            id="an upcaster of nothing",
        ),
        pytest.param(
            lambda: evolve(extension, policies=(evolve(acme_shop.IDENTITY, degree_caps={"email": -1}),)),
            "acme_shop.identity-1: degree_caps: email: expected 0 or more, not -1",
            id="a cap below nothing",
        ),
        pytest.param(
            lambda: evolve(extension, features=(evolve(acme_shop.WISHED, name="style_vector"),)),
            "feature 'style_vector': call it acme_shop.",
            id="the name of a feature of ours",
        ),
        pytest.param(
            lambda: evolve(extension, features=(acme_shop.WISHED, acme_shop.WISHED)),
            "feature 'acme_shop.wished_brands' stands there twice",
            id="two features of one name",
        ),
        pytest.param(
            lambda: evolve(extension, features=(evolve(acme_shop.WISHED, unit=""),)),
            "features: expected a Measure with doc, unit and source",
            id="a feature that does not explain itself",
        ),
        pytest.param(
            lambda: evolve(extension, features=(evolve(acme_shop.WISHED, key="tailor"),)),
            "key a text of application.features.columns",
            id="a feature of what no observation has",
        ),
    ],
)
def test_an_extension_that_cannot_be_is_refused_when_it_is_made(make: Any, said: str) -> None:
    """The message has the name at fault; no house has to be opened to see it."""
    with pytest.raises(InvalidExtension) as refused:
        make()
    assert said in str(refused.value)


class Nameless:
    def apply(self, *_: object) -> None:
        """Fold nothing."""


class Idle:
    name = "acme_shop.idle"


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("name", None, "None: the name of an extension"),
        ("deciders", (1,), "a domain.kernel.Decider, not 1"),
        ("deciders", (Decider("acme_shop.x", None, None),), "a domain.kernel.Decider, not Decider"),  # type: ignore[arg-type]
        ("events", (1, 2), "an attrs class and its stored name, not 1"),
        ("events", (("FittingBooked", "acme_shop.x"),), "an attrs class and its stored name"),
        ("events", ((Nameless, "acme_shop.x"),), "an attrs class and its stored name"),
        ("events", ((FittingBooked, None),), "an attrs class and its stored name"),
        ("states", FittingBooked, "a tuple, each member an attrs class"),
        ("upcasters", {"acme_shop.fitting_kept": {1: dict, 3: dict}}, "from 1 on without a gap"),
        ("upcasters", {"acme_shop.fitting_kept": {1: "units"}}, "from 1 on without a gap"),
        ("canonical", ("acme_shop.x",), "a CanonicalEvent, not 'acme_shop.x'"),
        ("projections", (Nameless(),), "an object with a name and a method apply"),
        ("projections", (Idle(),), "an object with a name and a method apply"),
        ("projections", (type(extension.projections[0]),), "an object with a name and a method apply"),
        ("policies", (1,), "an identity, noise or routing policy, not 1"),
        ("policies", None, "a tuple, each member an identity"),
    ],
)
def test_what_is_no_part_of_an_extension_is_refused(field: str, given: Any, said: str) -> None:
    """By the name of the extension and of the field, with what is expected there."""
    with pytest.raises(InvalidExtension) as refused:
        evolve(extension, **{field: given})
    assert said in str(refused.value)
    assert field == "name" or str(refused.value).startswith(f"acme_shop: {field}: expected ")


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("fields", (1,), "domain.taxonomy.fields.Field"),
        ("fields", (Field("fitting_id", None),), "domain.taxonomy.fields.Field"),  # type: ignore[arg-type]
        ("fields", (Field("fitting_id", key(), also="appointment"),), "domain.taxonomy.fields.Field"),  # type: ignore[arg-type]
        ("handler", None, "a function, not None"),
        ("aliases", "Tailor Booked", "a tuple, each member a name"),
        ("aliases", ("Tailor Booked", " "), "a name with a letter in it, not ' '"),
        ("aliases", (1,), "a name with a letter in it, not 1"),
        ("authority", "root", "client or server, not 'root'"),
    ],
)
def test_what_is_no_part_of_a_canonical_event_is_refused(field: str, given: Any, said: str) -> None:
    """Nothing is read as something else: an authority that does not exist is not a client's."""
    with pytest.raises(InvalidExtension) as refused:
        evolve(entry.BOOKED, **{field: given})
    assert str(refused.value).startswith(f"acme_shop.fitting_booked: {field}: expected ")
    assert said in str(refused.value)


@frozen
class Torn:
    """Its annotation names a class that is nowhere."""

    stitches: "Stitches"  # type: ignore[name-defined]  # noqa: F821


@frozen
class Held:
    """What it holds is no plain value."""

    by: Nameless


@frozen
class Doubtful:
    """A list and a tuple are one thing in JSON."""

    sizes: list[int] | tuple[int, ...]


@pytest.mark.parametrize("cls", [Torn, Held, Doubtful])
@pytest.mark.parametrize("field", ["events", "states"])
def test_what_the_event_log_cannot_hold_stops_the_start(tmp_path: Path, cls: type, field: str) -> None:
    """At the start and not at its first event, when half of a batch is decided."""
    given: Any = {field: ((cls, "acme_shop.torn"),)}
    with pytest.raises(InvalidExtension, match=rf"^acme_shop: acme_shop\.torn: {cls.__name__} cannot be stored: "):
        bootstrap(Settings(home=tmp_path / "home"), extensions=[Extension(name="acme_shop", **given)])
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("events", [((ProductViewed, "acme_shop.x"),), ((FittingKept, "acme_shop.x"),) * 2])
def test_a_class_that_has_a_stored_name_stops_the_start(tmp_path: Path, events: Any) -> None:
    """One of ours, or one of their own that is there twice; before tables are made."""
    twice = Extension(name="acme_shop", events=events[:1], states=[(cls, "acme_shop.y") for cls, _ in events[1:]])
    with pytest.raises(InvalidExtension, match=r"^acme_shop\..* is registered already: a class has one stored name"):
        bootstrap(Settings(home=tmp_path / "home"), extensions=[twice])
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("extensions", "said"),
    [
        pytest.param((extension, extension), "extension acme_shop: claimed by", id="the same one twice"),
        pytest.param(
            (extension, Extension(name="acme_two", policies=(evolve(DEFAULT_POLICY, version="acme_two.identity-1"),))),
            "policy IdentityPolicy: claimed by acme_shop and by acme_two",
            id="two that replace one policy",
        ),
        pytest.param(
            (evolve(extension, canonical=(evolve(entry.BOOKED, aliases=("Add To Cart",)),)),),
            "'Add To Cart' of acme_shop.fitting_booked means something else here",
            id="an alias of ours",
        ),
        pytest.param(
            (evolve(extension, canonical=(evolve(entry.BOOKED, aliases=("click",)),)),),
            "'click'",
            id="an alias that means too little",
        ),
        pytest.param(
            (extension, Extension(name="acme_two", canonical=(TWIN,))),
            "alias tailor_booked: claimed by",
            id="an alias of another extension",
        ),
        pytest.param(("acme_shop",), "is not a haberdasher.extension.Extension", id="no extension at all"),
    ],
)
def test_extensions_that_do_not_get_along_stop_the_start(tmp_path: Path, extensions: Any, said: str) -> None:
    """Nothing is written before they are held against each other."""
    with pytest.raises(InvalidExtension) as refused:
        bootstrap(Settings(home=tmp_path / "home"), extensions=extensions)
    assert said in str(refused.value)
    assert not (tmp_path / "home").exists()


def test_a_class_has_one_stored_name() -> None:
    """An event of ours, or of another extension, cannot be stored under a name of theirs."""
    twice = Extension(name="acme_two", events=((FittingBooked, "acme_two.fitting_booked"),))
    with pytest.raises(ValueError, match="FittingBooked is registered already"):
        stored_names([extension, twice])


def offered() -> Extension:
    """What a settings file may name: it is called."""
    return extension


def not_offered() -> None:
    raise AssertionError("a function that promises no extension must not be called")


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ('"acme_shop:extension"', "expected a list"),
        ("[1]", "expected text"),
        ('["acme_shop"]', "expected module:attribute"),
        ('["../acme_shop.py:extension"]', "expected module:attribute"),
        ('["acme_shop:_private"]', "expected module:attribute"),
        ('["no_such_shop:extension"]', "there is no module 'no_such_shop'"),
        ('["acme_shop.nothing:extension"]', "there is no module 'acme_shop.nothing'"),
        ('["acme_shop:nothing"]', "not NoneType"),
        ('["acme_shop:IDENTITY"]', "not IdentityPolicy"),
        ('["os:getcwd"]', "expected an Extension"),
        (f'["{__name__}:not_offered"]', "annotated to return one"),
        ('["acme_shop:extension", "acme_shop:extension"]', "claimed by"),
    ],
)
def test_a_setting_that_names_no_extension_stops_the_start(tmp_path: Path, listed: str, said: str) -> None:
    """By the name of the setting, with what is expected; what promises nothing is never called."""
    config = tmp_path / "haberdasher.toml"
    config.write_text(f"extensions = {listed}")
    with pytest.raises(InvalidSetting, match=r"^extensions: ") as refused:
        load({"HABERDASHER_CONFIG": str(config)})
    assert said in str(refused.value)


_IMPORTED = "from haberdasher.extension import Extension\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def (", "SyntaxError: invalid syntax"),
        ("from haberdasher.extension import Nothing", "ImportError: cannot import name 'Nothing'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise ValueError('two\\nlines')", "ValueError: two lines"),
        (f"{_IMPORTED}def extension() -> Extension: raise KeyError('boom')", "KeyError: 'boom'"),
        (f"{_IMPORTED}def extension(shop) -> Extension: ...", "missing 1 required positional argument: 'shop'"),
    ],
)
def test_code_that_fails_stops_the_start_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    """With what it raised, and a command that shows where."""
    module = f"acme_broken_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{module}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InvalidExtension) as refused:
        find(f"{module}:extension")
    message = str(refused.value)
    assert message.startswith(f"{module}:extension: ")
    assert said in message
    assert f'python -c "from {module} import extension' in message
    assert "\n" not in message


def test_a_record_that_is_refused_while_it_is_imported_names_its_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is None says nothing of whose it is."""
    (tmp_path / "acme_unnamed.py").write_text(f"{_IMPORTED}extension = Extension(name=None)")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InvalidExtension, match=r"^acme_unnamed:extension: None: the name of an extension is "):
        find("acme_unnamed:extension")


def test_a_function_that_promises_an_extension_is_called(tmp_path: Path) -> None:
    """For a package that has to read something before it knows what it adds."""
    config = tmp_path / "haberdasher.toml"
    config.write_text(f'extensions = ["{__name__}:offered"]')
    assert load({"HABERDASHER_CONFIG": str(config)}).extensions == (extension,)
