"""`haberdasher features`: what is declared, and what it says of a customer."""

from math import isinf

import click
from attrs import asdict

from application.features.declarations import MEASURES
from application.features.fold import Value
from application.serving.customer_features import features_of
from haberdasher.bootstrap import running
from haberdasher.cli.show import answer, json_option, table
from haberdasher.settings import load
from ports.vault import Identifier


@click.group()
def features() -> None:
    """List the declared features, or show a customer's."""


@features.command("list")
@json_option
def list_features(as_json: bool) -> None:
    """List every declared measure."""
    if as_json:
        answer([asdict(one) for one in MEASURES])
        return
    rows = [(one.name, one.entity, one.category, one.aggregate, one.unit, one.doc) for one in MEASURES]
    table("Features", ("feature", "of", "category", "aggregate", "unit", "what it says"), rows)


@features.command("show")
@click.argument("identifier")
@json_option
def show(identifier: str, as_json: bool) -> None:
    """Show the features of whoever is behind an IDENTIFIER (account:ada, anonymous:COOKIE, a surrogate), as of now."""
    with running(load()) as app:
        kind, _, value = identifier.partition(":")
        surrogate = app.vault.find(Identifier(kind, value)) or identifier
        values = features_of(app.read_models, surrogate, at=app.clock.now().timestamp())
    if as_json:
        answer({name: None if isinstance(value, float) and isinf(value) else value for name, value in values.items()})
        return
    table(f"Features of {identifier}", ("feature", "value"), [(name, _said(value)) for name, value in values.items()])


def _said(value: Value) -> str:
    """Print a number, or the five largest of many."""
    if isinstance(value, (int, float)):
        return "never" if isinf(value) else f"{value:,.2f}"
    largest = sorted(value.items(), key=lambda pair: -pair[1])[:5]
    return ", ".join(f"{key} {number:.2f}" for key, number in largest) or "nothing yet"
