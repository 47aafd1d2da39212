"""`haberdasher returns`: why something came back, where that went, and what waits in each queue."""

import click

from application.returns.queues import lines_of, queue
from application.returns.signals import Line
from domain.returns.routes import SignalRouted
from domain.returns.routing import DESTINATIONS, Destination
from domain.returns.signal import Signal
from haberdasher.bootstrap import running
from haberdasher.cli.show import answer, json_option, out, table
from haberdasher.settings import load

#: How a destination is called on the command line.
QUEUES: dict[str, Destination] = {one.replace("_", "-"): one for one in DESTINATIONS}


@click.group()
def returns() -> None:
    """Look at what comes back: as signals, and where each of them went."""


@returns.command()
@click.argument("return_id")
@json_option
def show(return_id: str, as_json: bool) -> None:
    """Show the lines of a return: what was said by whom, what is believed, and where it was routed."""
    with running(load()) as app:
        lines = lines_of(app.read_models, return_id)
    if as_json:
        answer(lines)
        return
    for line in lines:
        _show(line)


@returns.command(name="queue")
@click.argument("destination", type=click.Choice(list(QUEUES)))
@json_option
def show_queue(destination: str, as_json: bool) -> None:
    """Show what waits in a queue: products that come back too often where they are worked on, and line by line.

    Nobody is treated by what lies under `review`: a human looks at it.
    """
    with running(load()) as app:
        found = queue(app.read_models, QUEUES[destination], app.extensions.routing)
    if as_json:
        answer(found)
        return
    suspects = [
        (
            *(one.product_id, one.category or "-", one.finding, one.signals, one.bought),
            *(f"{one.usual:.1%}", f"{one.probability:.3f}", "yes" if one.flagged else "no"),
        )
        for one in found.suspects
    ]
    if suspects:
        columns = ("product", "category", "finding", "signals", "bought", "usual", "P(above)", "to be worked on")
        table(f"Products, policy {found.policy}", columns, suspects)
    rows = [
        (one.return_id, one.line, one.order_id, one.product_id, one.variant_id, _what(one), f"{one.weight:+.2f}")
        for one in found.routed
    ]
    table(destination, ("return", "line", "order", "product", "variant", "what", "weight"), rows)


def _show(line: Line) -> None:
    out.print(
        f"Return [bold]{line.return_id}[/bold], line {line.line}, {line.quantity} of order {line.order_id or '?'}"
    )
    conflict = ", although the code says otherwise" if line.reason_conflict else ""
    said = ", ".join(f"{one.label} {one.probability:.2f}" for one in line.said)
    for name, value in (
        ("code", f"{line.reason_code} ({line.reason_system})" if line.reason_system else line.reason_code),
        ("comment", f"{said or 'nothing'} ({line.reader})" if line.reader else None),
        ("inspection", " ".join(filter(None, (line.disposition, line.graded_reason)))),
        ("bracket", spoken(line.bracket) if line.bracket else None),
        (
            "believed",
            f"{'; '.join(map(spoken, line.signals))} (by {line.source}{conflict})" if line.source else "unknown",
        ),
        ("takes", f"{line.taken} from line {line.order_line}" if line.order_line else None),
        ("waits", line.unallocated),
    ):
        if value:
            out.print(f"  {name:<11}{value}", markup=False)
    rows = [
        (one.destination, _what(one), one.variant_id, f"{one.weight:+.2f}") for _, one in sorted(line.routed.items())
    ]
    table("routed to", ("destination", "what", "variant", "weight"), rows)


def spoken(signal: Signal) -> str:
    """Return a signal in a few words, such as `fit too_small waist girth` or `taste fabric_feel 0.30`."""
    words = (signal.kind, signal.aspect, signal.direction, signal.body_part, signal.dimension)
    sure = "" if signal.confidence == 1 else f"{signal.confidence:.2f}"
    return " ".join(filter(None, (*words, sure)))


def _what(one: SignalRouted) -> str:
    return " ".join(filter(None, (one.what, one.body_part, one.dimension)))
