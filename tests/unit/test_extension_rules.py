"""An extension that cannot be stops the start, with the name at fault and what to do about it."""

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import acme_shop
from acme_shop import entry, extension
from acme_shop.fitting import FittingBooked, FittingKept
from domain.identity.policy import DEFAULT_POLICY
from haberdasher.bootstrap import bootstrap
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
    ],
)
def test_an_extension_that_cannot_be_is_refused_when_it_is_made(make: Any, said: str) -> None:
    """The message has the name at fault; no house has to be opened to see it."""
    with pytest.raises(InvalidExtension) as refused:
        make()
    assert said in str(refused.value)


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


def test_a_function_that_promises_an_extension_is_called(tmp_path: Path) -> None:
    """For a package that has to read something before it knows what it adds."""
    config = tmp_path / "haberdasher.toml"
    config.write_text(f'extensions = ["{__name__}:offered"]')
    assert load({"HABERDASHER_CONFIG": str(config)}).extensions == (extension,)
