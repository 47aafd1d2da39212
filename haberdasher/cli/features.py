"""`haberdasher features`: what is declared, and what it says of a customer."""

from collections.abc import Mapping
from itertools import islice
from math import isinf

import click
from attrs import asdict

from application.features.declarations import MEASURES
from application.features.fold import Value
from application.features.intent import Action
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from application.serving.customer_features import features_of
from application.serving.session_intent import intent_of_session
from haberdasher.bootstrap import running
from haberdasher.cli.show import answer, fail, json_option, table
from haberdasher.settings import load
from ports.vault import Identifier


@click.group()
def features() -> None:
    """List the declared features, show a customer's, or what a session is after."""


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


@features.command("intent")
@click.argument("session_id")
@json_option
def intent(session_id: str, as_json: bool) -> None:
    """Show what a session is after, as of now: stage, categories, prices, sizes, searches, cart."""
    with running(load()) as app:
        found = intent_of_session(app.read_models, session_id, at=app.clock.now().timestamp())
        if found is None:
            some = [key for key, _ in islice(View(app.read_models, "sessions").all(SESSIONS, page=3), 3)]
            raise fail(f"no session is called {session_id!r}; there are {', '.join(some) or 'none'}, ...")
    if as_json:
        answer(asdict(found))
        return
    rows = [(name, _told(value)) for name, value in asdict(found, recurse=False).items()]
    table(f"Intent of session {session_id}", ("feature", "value"), rows)


def _told(value: object) -> str:
    if isinstance(value, Mapping):
        shown = [f"{key} {one:.2f}" if isinstance(one, float) else f"{key} {one}" for key, one in value.items()]
        return ", ".join(shown) or "nothing"
    if isinstance(value, tuple):
        return ", ".join(f"{one.action} {one.product}" if isinstance(one, Action) else str(one) for one in value[-8:])
    return f"{value:,.2f}" if isinstance(value, float) else "unknown" if value is None else str(value)


def _said(value: Value) -> str:
    """Print a number, or the five largest of many."""
    if isinstance(value, (int, float)):
        return "never" if isinf(value) else f"{value:,.2f}"
    largest = sorted(value.items(), key=lambda pair: -pair[1])[:5]
    return ", ".join(f"{key} {number:.2f}" for key, number in largest) or "nothing yet"
