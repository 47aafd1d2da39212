"""`haberdasher identity`: who is one person and why, and how to correct what is wrong."""

from collections.abc import Mapping
from pathlib import Path

import click
from attrs import frozen

from application.identity.correcting import Correcting
from application.identity.graph import Graph, graph_of
from application.intake.canonicaliser import FOLLOWER
from application.projections.identity import FORGOTTEN, IDENTIFIERS
from application.projections.rows import View
from domain.taxonomy.interpret import IDENTIFIERS as WIRE
from domain.taxonomy.interpret import identifiers_of
from haberdasher.bootstrap import App, running
from haberdasher.cli.identity_show import Named, as_document, named, show_graph
from haberdasher.cli.project import project_all
from haberdasher.cli.show import answer, err, fail, json_option, table
from haberdasher.drawing.identity import picture
from haberdasher.settings import load
from ports.vault import Identifier

reveal_option = click.option("--reveal", is_flag=True, help="Show values whole: they are personal data.")
reason_option = click.option("--reason", required=True, help="Why, for those who ask later. No personal data.")


@frozen
class Moved:
    """Whose an identifier was and is; None while it identifies nobody."""

    before: str | None
    after: str | None


@click.group()
def identity() -> None:
    """Show a person, take back what made two of one, block what identifies nobody.

    CUSTOMER is `kind:value` as the shop knows it (account:ada, email:ada@example.org, device:TOKEN, anonymous:COOKIE)
    or a surrogate.
    """


@identity.command("show")
@click.argument("customer")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Also draw it into this file.")
@reveal_option
@json_option
def show(*, customer: str, svg: Path | None, reveal: bool, as_json: bool) -> None:
    """Show the person behind an identifier: what is linked with it, how, and what became of it."""
    with running(load()) as app:
        project_all(app)
        surrogate = surrogate_of(app, customer)
        graph = read(app, surrogate)
        names = named(graph, app.vault, reveal=reveal)
    if svg is not None:
        svg.write_text(picture(graph, names.values, f"Who is {names.of(surrogate)}?"), encoding="utf-8")
    if as_json:
        answer(as_document(graph, names))
        return
    if names.values[surrogate] == "forgotten":
        who = "This person" if names.all_forgotten else "This identifier"
        err.print(f"{who} was forgotten: keys and values are destroyed, surrogates are what is left.")
    show_graph(graph, names)
    if surrogate.startswith("session:"):
        err.print("A session token stands for its own session: nothing after it is linked through it.")
    if svg is not None:
        err.print(f"drawn into {svg}", markup=False)


@identity.command("split")
@click.argument("one")
@click.argument("other")
@click.option("--kind", help="Only the link of this kind, such as login.")
@reason_option
@reveal_option
@json_option
def split(*, one: str, other: str, kind: str | None, reason: str, reveal: bool, as_json: bool) -> None:
    """Take back the links between two identifiers: the evidence was wrong.

    It holds against all that had happened by now; a later login or order links them again.
    """
    with running(load()) as app:
        project_all(app)
        a, b = surrogate_of(app, one), surrogate_of(app, other)
        before = read(app, a)
        names = named(before, app.vault, reveal=reveal)
        active = [tie for tie in before.between(a, b) if tie.state != "retracted"]
        chosen = [tie for tie in active if kind in {None, tie.link.kind}]
        if not chosen:
            raise fail(_why_not(before, names, (a, b), [tie.link.kind for tie in active]))
        correcting = correcting_of(app)
        taken = [tie.link.kind for tie in chosen if correcting.retract(tie.link.link_id, reason)]
        persons = _persons_now(app, before)
        left = read(app, a).path(a, b)
    if as_json:
        answer({"retracted": taken, "persons": persons})
        return
    click.echo(f"taken back: {', '.join(taken) or 'nothing, somebody was faster'}")
    _show_change(persons, names)
    if left:
        links = ", ".join(f"{names.of(tie.link.a)} {tie.link.kind} {names.of(tie.link.b)}" for tie in left)
        click.echo(f"They are still one person, through {links}")


@identity.command("block")
@click.argument("customer")
@reason_option
@json_option
def block(customer: str, reason: str, as_json: bool) -> None:
    """Say that an identifier identifies nobody (a call centre's address, a till): it joins no one any more."""
    _mark(customer, reason, as_json, blocked=True)


@identity.command("unblock")
@click.argument("customer")
@reason_option
@json_option
def unblock(customer: str, reason: str, as_json: bool) -> None:
    """Take a block back: what was linked through it is one person again."""
    _mark(customer, reason, as_json, blocked=False)


def surrogate_of(app: App, customer: str) -> str:
    """Find the surrogate behind what somebody typed. Errors: `ClickException` that says what is wrong with it."""
    view = View(app.read_models, "identity")
    bare = customer.removesuffix("#unattributed")
    if view.one(IDENTIFIERS, bare) is not None:
        return bare
    if view.one(FORGOTTEN, bare) is not None:
        raise fail(f"{bare} was forgotten: keys, values and links are destroyed, and nothing leads to a person")
    kind, colon, value = customer.partition(":")
    wire = {known: field for field, known in WIRE.items()}.get(kind)
    if not colon or wire is None:
        raise fail(f"{customer!r} is no identifier: say kind:value, with a kind of {', '.join(WIRE.values())}")
    if app.extensions.identity.is_blocked_value(value):
        raise fail(f"{customer!r} identifies nobody: many people have that value, so it is never recorded")
    found = app.vault.find(Identifier(*identifiers_of({wire: value}, [])[0]))
    if found is None:
        raise fail(f"{customer!r} is not known: it was never seen, or it was forgotten")
    if view.one(IDENTIFIERS, found) is None:
        raise fail(f"{customer!r} came in only with events that wait in the quarantine: see `haberdasher quarantine`")
    return found


def read(app: App, surrogate: str) -> Graph:
    return graph_of(app.read_models, app.log, app.settings.tenant, surrogate, app.extensions.identity)


def correcting_of(app: App) -> Correcting:
    return Correcting(app.log, app.settings.tenant, app.clock, app.ids, FOLLOWER)


def _mark(customer: str, reason: str, as_json: bool, *, blocked: bool) -> None:
    with running(load()) as app:
        project_all(app)
        surrogate = surrogate_of(app, customer)
        before = read(app, surrogate)
        names = named(before, app.vault, reveal=False)
        decide = correcting_of(app).block if blocked else correcting_of(app).unblock
        news = decide(surrogate, reason)
        persons = _persons_now(app, before)
    if as_json:
        answer({"changed": news, "persons": persons})
        return
    if not news:
        click.echo(f"{names.of(surrogate)} was {'blocked already' if blocked else 'not blocked by hand'}")
    _show_change(persons, names)


def _persons_now(app: App, before: Graph) -> Mapping[str, Moved]:
    """Bring the persons up to date; return whose every identifier of `before` was and is."""
    projection = app.projections["identity"]
    app.runner.catch_up([projection])
    rows = View(app.read_models, "identity").get(IDENTIFIERS, [one.surrogate for one in before.members])
    return {one.surrogate: Moved(one.person, rows[one.surrogate].person) for one in before.members}


def _show_change(persons: Mapping[str, Moved], names: Named) -> None:
    rows = [(names.of(one), it.before or "nobody", it.after or "nobody") for one, it in persons.items()]
    table("Persons", ("identifier", "before", "after"), rows)


def _why_not(graph: Graph, names: Named, ends: tuple[str, str], kinds: list[str]) -> str:
    one, other = ends
    if one == other:
        return f"{names.of(one)} is one identifier: name the two ends of a link"
    if kinds:
        return f"they are linked by {', '.join(kinds)}, and not by what --kind says"
    if gone := graph.between(one, other):
        return f"nothing links them any more: it was taken back ({gone[-1].reason})"
    if path := graph.path(one, other):
        links = ", ".join(f"{names.of(tie.link.a)} {tie.link.kind} {names.of(tie.link.b)}" for tie in path)
        return f"no link is between them: they are one person through {links}; split one of those"
    return "no link is between them, and they are not one person"
