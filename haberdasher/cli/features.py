"""`haberdasher features`: what is declared, and what it says of a customer."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from math import isinf
from textwrap import fill
from typing import Any

import click
from attrs import asdict

from application.features.fold import Fold
from application.features.intent import Action
from application.identity.attribution import owner_of
from application.journal.journal import Journal
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from application.serving.session_intent import intent_of_session
from application.streaming.states import STATES, state_key
from haberdasher.bootstrap import running
from haberdasher.cli.show import answer, fail, json_option, table
from haberdasher.extending import together
from haberdasher.feature_store import references_now
from haberdasher.feature_words import told, value_in_words
from haberdasher.settings import load
from ports.measures import CATEGORIES, ENTITIES, Measure
from ports.vault import Identifier


@click.group()
def features() -> None:
    """List and describe the declared features, show a customer's, or what a session is after."""


@features.command("list")
@click.option("--entity", type=click.Choice(ENTITIES), help="Only those of this entity.")
@click.option("--category", type=click.Choice(CATEGORIES), help="Only those of this category.")
@json_option
def list_features(entity: str | None, category: str | None, as_json: bool) -> None:
    """List every declared feature, those of extensions too."""
    found = [one for one in _declared() if entity in (None, one.entity) and category in (None, one.category)]
    if as_json:
        answer([_bounded(asdict(one)) for one in found])
        return
    rows = [(one.name, one.entity, one.category, one.aggregate, one.unit, one.doc) for one in found]
    table(f"{len(found)} features", ("feature", "of", "category", "aggregate", "unit", "what it says"), rows)


@features.command("describe")
@click.argument("name")
@json_option
def describe(name: str, as_json: bool) -> None:
    """Say all about the feature NAME: how it is computed, from what, by which engines, and how equal they are."""
    declared = {one.name: one for one in _declared()}
    if name not in declared:
        close = ", ".join(get_close_matches(name, declared, n=3, cutoff=0.4))
        remedy = f"did you mean {close}?" if close else "`haberdasher features list` names all"
        raise fail(f"no feature is called {name!r}: {remedy}")
    said = told(declared[name])
    if as_json:
        answer({"declaration": _bounded(asdict(declared[name])), "in_words": said})
        return
    indent = " " * 14
    for key, value in said.items():
        click.echo(fill(value, 100, initial_indent=f"{key:<14}", subsequent_indent=indent, break_long_words=False))


@features.command("show")
@click.argument("identifier")
@json_option
def show(identifier: str, as_json: bool) -> None:
    """Show the features of whoever is behind an IDENTIFIER (account:ada, anonymous:COOKIE, a surrogate), as of now."""
    with running(load()) as app:
        kind, _, value = identifier.partition(":")
        surrogate = app.vault.find(Identifier(kind, value)) or identifier
        owner = owner_of(View(app.read_models, "identity"), surrogate)
        if owner is None:
            raise fail(f"no identifier is called {identifier!r}")
        state = View(app.read_models, Journal.name).one(STATES, state_key("customer", owner.person)) or {}
        references = references_now(app.read_models)
        measures = [one for one in app.measures if one.entity == "customer"]
        values = Fold(measures).read(state, app.clock.now().timestamp(), references)
    if as_json:
        answer(_bounded(values))
        return
    rows = [(one.name, value_in_words(one, values[one.name])) for one in measures]
    table(f"Features of {identifier}", ("feature", "value"), rows)


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


def _declared() -> Sequence[Measure]:
    """Return all features; for that no database is opened."""
    return together(load().extensions).measures


def _bounded(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return values for JSON, which has no infinity: what has no bound, and what never was, is null."""
    return {name: None if isinstance(one, float) and isinf(one) else one for name, one in values.items()}
