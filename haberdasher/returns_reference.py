"""`python -m haberdasher.returns_reference` prints docs/reference/returns.md from the code; a test compares them."""

import sys
from collections.abc import Iterator, Sequence

from domain.returns import reasons
from domain.returns.belief import HEARD, TURNS
from domain.returns.bracket import WITHIN
from domain.returns.comment import LABELS, Said, signals_of
from domain.returns.routing import ROUTING, Routed, route, route_exchange
from domain.returns.signal import ASPECTS, BODY_PARTS, UNKNOWN, Signal, about, fit

_INTRODUCTION = """# Returns

Generated from the code by `python -m haberdasher.returns_reference`.

A return is not a bare negative. Each line that comes back becomes typed signals, and each signal goes where somebody or
something learns from it. `haberdasher returns show RETURN_ID` shows it for one return, `haberdasher returns queue NAME`
what waits in a queue; [messages](messages.md) tells other systems (`return_routed`).

## Who is believed

| first | source | says |
|---|---|---|
| 1 | `inspection` | what the warehouse found, if it graded a reason that is known |
| 2 | `structured_code` | the reason that the shopper chose |
| 3 | `comment` | what a reader finds in the shopper's words, with a probability of {heard} or more |
| 4 | `heuristic` | the pattern of the orders: a bracket |

A comment completes a code about the fit: its part, and its direction where the code has none. It turns the direction
only with {turns} or more, and the signal is then marked `reason_conflict`. Of everything else the code stands. A source
that says nothing (an unknown code) silences no other. `ordered-multiple` is the bracket that was found.

A **bracket**: one order, or orders of one customer within {hours} hours, with two variants of a product that differ
only in size, or only in colour (by the listing, else by the order). The returned size missed in the direction in which
it lies from what was kept (S < M < L, numbers within a scale); where that cannot be said, the direction is unspecified.

The words of a comment are read while the event is open, scrubbed of addresses and long numbers, and stay in the sealed
raw event: `return.comment_read` holds labels, probabilities and the version of the reader. A source sends them as
`comment` (also `customer_note`, `customer_comments`, `return_comment`) on a line of `return_requested`.
"""
_WEIGHTS = """`taste` is the label of (person, item), where a kept purchase is +1; 0 is no example. `size_model` is an
observation on (person, variant) with its strength. The confidence of a signal multiplies both, except labels that are
not negative. Of several signals the least label counts. Whatever is believed later replaces what was routed before.
"""
_QUEUES = """A product is flagged in `catalogue` and `supplier` with {least} signals or more, if the probability is
above {sure} that its rate is more than {times:g} times that of its category (a Beta posterior from a uniform prior). In
`catalogue` that is asked of what is described wrongly, and of what runs small or large: its size chart is to be looked
at. What weighs less than {counts} is not counted. `review` is for humans only: nobody is treated by it.
"""
_MATURITY = """The label of a purchase is final {days} days after it (return window and transit), by the log's own
clock: `label.matured`. A later return matures it anew. Until then it is provisional: +1 times the chance that things of
its category are kept, from what was final so far and a prior of {kept:g} kept in {all:g}. `haberdasher learn --labels
matured` learns from final labels only; the release says which it was. Training knows the labels that were known at the
time of its last event, and no later ones.
"""


def pages() -> Iterator[str]:
    hours = int(WITHIN.total_seconds() // 3600)
    yield _INTRODUCTION.format(heard=HEARD, turns=TURNS, hours=hours)
    yield from _signals()
    yield from _routing()
    yield from _codes()
    yield from _comments()
    yield from _labels()


def _signals() -> Iterator[str]:
    yield "## Signals\n"
    yield from _table(
        ("kind", "about"),
        [
            (
                "`fit`",
                f"too_small, too_large or unspecified; {', '.join(BODY_PARTS)}; girth, length, width or rise",
            ),
            *((f"`{kind}`", ", ".join(sorted(aspects))) for kind, aspects in ASPECTS.items()),
            ("`changed_mind`, `order_error`, `price`, `unknown`", ""),
        ],
    )


def _routing() -> Iterator[str]:
    yield f"## Where signals go: policy `{ROUTING.version}`\n"
    yield _WEIGHTS
    rows = [(spoken(signals), *_destinations(route(signals))) for signals in _EXAMPLES]
    exchange = route_exchange((), "too_small", "the other size")
    yield from _table(
        ("signal", "size_model", "taste", "catalogue", "supplier", "logistics", "review"),
        [*rows, ("exchange for a larger size", *_destinations(exchange))],
    )
    yield _QUEUES.format(least=ROUTING.least, sure=ROUTING.sure, times=ROUTING.times, counts=ROUTING.counts)


def _codes() -> Iterator[str]:
    yield "## Codes\n"
    yield "Case, blanks, `_`, `-`, `>` and `/` do not matter; any other code is `unknown`.\n"
    by_signal: dict[tuple[Signal, ...], list[str]] = {}
    for code, signals in reasons.CODES.items():
        by_signal.setdefault(signals, []).append(code)
    yield from _table(
        ("signal", "codes"),
        [(spoken(signals), ", ".join(f"`{code}`" for code in codes)) for signals, codes in by_signal.items()],
    )


def _comments() -> Iterator[str]:
    yield "## What comments say\n"
    yield from _table(("label", "signal"), [(f"`{label}`", spoken(signals_of([Said(label, 1.0)]))) for label in LABELS])


def _labels() -> Iterator[str]:
    kept, back = ROUTING.kept
    yield "## Labels\n"
    yield _MATURITY.format(days=ROUTING.matures_after.days, kept=kept, all=kept + back)


_EXAMPLES: tuple[tuple[Signal, ...], ...] = (
    (fit("too_small"),),
    (fit("too_large", "waist", "girth"),),
    (fit("unspecified", confidence=0.4),),
    (about("taste", "colour"),),
    (about("catalog_quality", "description"),),
    (about("product_quality", "pilling"),),
    (about("fulfilment", "late"),),
    (about("changed_mind"),),
    (Signal("bracket", "size", "too_small"),),
    (about("bracket", "colour"),),
    (about("bracket", "style"),),
    (about("bracket"),),
    (about("order_error"),),
    (about("price"),),
    (about("abuse", "wardrobing"),),
    (UNKNOWN,),
)


def _destinations(routed: Sequence[Routed]) -> Sequence[str]:
    columns = ("size_model", "taste", "catalogue", "supplier", "logistics", "review")
    return ["; ".join(_said(one) for one in routed if one.destination == column) for column in columns]


def _said(one: Routed) -> str:
    words = (one.what, one.body_part, one.dimension, f"({one.variant_id})" if one.variant_id else None)
    return f"{' '.join(filter(None, words))} {one.weight:+g}"


def spoken(signals: Sequence[Signal]) -> str:
    """Return signals in words, such as `taste fabric_feel, catalog_quality material .3`."""
    return ", ".join(_spoken(one) for one in signals)


def _spoken(one: Signal) -> str:
    words = (one.kind, one.aspect, one.direction, one.body_part, one.dimension)
    sure = "" if one.confidence == 1 else f"{one.confidence:g}"
    return " ".join(filter(None, (*words, sure)))


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def document() -> str:
    return "\n".join(pages()).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
