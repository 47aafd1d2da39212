"""`haberdasher erase`: forget a person, for good."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import click
from attrs import frozen

from application.privacy.belongings import Belongings, belongings_of
from application.privacy.erasing import forgotten_as, models_that_saw
from application.projections.consents import asked_to_be_erased
from application.projections.identity import FORGOTTEN, IDENTIFIERS
from application.projections.rows import View
from domain.identity.person import PersonForgotten
from domain.taxonomy.interpret import IDENTIFIERS as WIRE
from domain.taxonomy.interpret import identifiers_of
from haberdasher.bootstrap import App, running
from haberdasher.cli.project import project_all
from haberdasher.cli.show import answer, fail, json_option, table
from haberdasher.settings import load
from ports.vault import Identifier


@frozen
class Outcome:
    """What was erased, as it is on record. `models_that_saw`: releases that learned from this person's behaviour."""

    person: str
    forgotten_at: datetime
    identifiers: tuple[str, ...]
    sessions: int
    orders: int
    slates: int
    models_that_saw: Sequence[str]


@click.command()
@click.option("--customer", metavar="KIND:VALUE", help="Whom, as the shop knows them, such as account:ada.")
@click.option("--surrogate", help="Whom, as the logs know them.")
@click.option("--pending", is_flag=True, help="List the requests that wait, erase nobody.")
@click.option("--requested", is_flag=True, help="Everybody who has asked for it.")
@click.option("--again", is_flag=True, help="Everybody who was erased: after an old backup of the keys was restored.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def erase(
    *,
    customer: str | None,
    surrogate: str | None,
    pending: bool,
    requested: bool,
    again: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Erase a person: keys and values are destroyed, everything derived goes. It cannot be taken back.

    Whichever identifier is given, all of the person go. What comes in late of the time before is refused; who comes
    back is new. Run it again if it was interrupted.
    """
    if [customer is not None, surrogate is not None, pending, requested, again].count(True) != 1:
        raise click.UsageError(
            "say whom: one of --customer, --surrogate, --requested, --again; or --pending for a list"
        )
    with running(load()) as app:
        project_all(app)
        if pending:
            _list(app, as_json=as_json)
            return
        if again:
            _repeat(app, as_json=as_json)
            return
        if requested:
            chosen: Sequence[str] = [one for one, _ in asked_to_be_erased(app.read_models)]
        else:
            chosen = _chosen(app, customer or surrogate or "")
        new = [one for one in chosen if forgotten_as(app.read_models, app.log, app.settings.tenant, one) is None]
        if new and not yes:
            _show([belongings_of(app.read_models, one) for one in new])
            click.confirm("Erase? This cannot be taken back", abort=True, err=True)
        done = erase_all(app, chosen)
    if as_json:
        answer(done)
        return
    _report(done)


def erase_all(app: App, surrogates: Sequence[str]) -> Sequence[Outcome]:
    """Order them away, do the work behind it, and say what is on record of each person, once.

    Errors: as `Erasing.order`, and `ClickException` for what is still to be carried out. `SharedByOthers` also for an
    identifier of which it turned out on the way that others use it: it was left to them.
    """
    tenant = app.settings.tenant
    for one in surrogates:
        if forgotten_as(app.read_models, app.log, tenant, one) is None:
            app.erasing.order(one)
    project_all(app)
    app.erasing.sweep()
    found = {one: forgotten_as(app.read_models, app.log, tenant, one) for one in surrogates}
    for one in [surrogate for surrogate, forgotten in found.items() if forgotten is None]:
        belongings_of(app.read_models, one)  # others may have come to use it in the meantime: it says so
        raise fail("not carried out yet: another worker is at it; run it again in a moment")
    return [_outcome(app, one) for one in dict.fromkeys(one for one in found.values() if one is not None)]


def _chosen(app: App, customer: str) -> Sequence[str]:
    """Return whom to erase: nobody where that is done. Errors: as `surrogate_of`."""
    try:
        return [surrogate_of(app, customer)]
    except ErasedBefore as error:
        click.echo(str(error), err=True)
        return ()


class ErasedBefore(click.ClickException):
    """Whom somebody names was erased, and is not known by anything else."""


def identifier_of(customer: str) -> Identifier:
    """Return what `kind:value` names, written as the door writes it. Errors: `UsageError`."""
    kind, _, value = customer.partition(":")
    wire = next((name for name, known in WIRE.items() if known == kind), None)
    if wire is None or not value:
        kinds = ", ".join(WIRE.values())
        raise click.UsageError(f"--customer: expected KIND:VALUE with a kind of {kinds}")
    ((kind, value),) = identifiers_of({wire: value}, [])
    return Identifier(kind, value)


def surrogate_of(app: App, customer: str) -> str:
    """Find whom `kind:value` or a surrogate names, erased or not. Errors: `ClickException` that says what is wrong."""
    identity = View(app.read_models, "identity")
    if identity.one(IDENTIFIERS, customer) is not None or identity.one(FORGOTTEN, customer) is not None:
        return customer
    identifier = identifier_of(customer)
    surrogate = app.vault.find(identifier)
    if surrogate is not None:
        return surrogate
    until = app.suppression.until([identifier]).get(identifier)
    if until is not None:
        raise ErasedBefore(f"was erased on {until:%Y-%m-%d at %H:%M} UTC, and has not come back since")
    raise fail("nobody is known by that: look at the spelling, and at the kind")


def _outcome(app: App, forgotten: PersonForgotten) -> Outcome:
    return Outcome(
        forgotten.person,
        forgotten.forgotten_at,
        forgotten.identifiers,
        len(forgotten.sessions),
        len(forgotten.orders),
        len(forgotten.slates),
        models_that_saw(app.releases, app.log, app.settings.tenant, forgotten),
    )


def _list(app: App, *, as_json: bool) -> None:
    rows = asked_to_be_erased(app.read_models)
    if as_json:
        answer([{"surrogate": one, "requested_at": at} for one, at in rows])
        return
    table("Erasures that were asked for", ("surrogate", "since"), [(one, f"{at:%Y-%m-%d %H:%M}") for one, at in rows])


def _repeat(app: App, *, as_json: bool) -> None:
    people = app.erasing.repeat()
    app.erasing.sweep()
    if as_json:
        answer({"people": people})
    else:
        click.echo(f"destroyed once more what was erased of {people:,} people")


def _show(theirs: Sequence[Belongings]) -> None:
    for one in {each.person: each for each in theirs}.values():
        kinds = Counter(each.partition(":")[0] for each in one.identifiers)
        said = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        click.echo(
            f"{one.person}: {said}; {len(one.sessions):,} sessions, {len(one.orders):,} orders,"
            f" {len(one.slates):,} slates",
            err=True,
        )


def _report(done: Sequence[Outcome]) -> None:
    rows = [
        (one.person, f"{one.forgotten_at:%Y-%m-%d %H:%M}", len(one.identifiers), one.sessions, one.orders, one.slates)
        for one in done
    ]
    table("Erased", ("person", "at", "identifiers", "sessions", "orders", "slates"), rows)
    if saw := sorted({release for one in done for release in one.models_that_saw}):
        click.echo(f"Releases that learned from them: {', '.join(saw)}. Learn anew to serve without.")
