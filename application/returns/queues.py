"""The queues that returns fill: what was routed where, and which products come back so much oftener than their like."""

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from application.projections.rows import View
from application.returns.signals import LINES, RETURNS, TALLIES, Line, SignalsProjection, Tally
from domain.returns.exceedance import exceeds
from domain.returns.routes import SignalRouted
from domain.returns.routing import ROUTING, Destination, RoutingPolicy
from ports.event_log import ReadModels

#: What is held against the category, by the queue that works on it: name of the finding -> what is counted for it,
#: without an aspect all of a destination.
_WATCHED: Mapping[str, Mapping[str, str]] = {
    "catalogue": {
        "described wrongly": "catalogue/",
        "size chart: runs small": "size_model/small",
        "size chart: runs large": "size_model/large",
    },
    "supplier": {"badly made": "supplier/"},
}


@frozen
class Suspect:
    """A product of which something is said, perhaps too often.

    `usual`: what the rate is in the category. `probability`: that the product's is above `times` that. `flagged`: sure
    enough, and of enough signals, to be worked on.
    """

    product_id: str
    category: str
    finding: str
    signals: int
    bought: int
    usual: float
    probability: float
    flagged: bool


@frozen
class Queue:
    """`suspects`: products, the surest first, where they are what is worked on. `routed`: line by line."""

    destination: Destination
    policy: str
    suspects: tuple[Suspect, ...]
    routed: tuple[SignalRouted, ...]


def queue(read_models: ReadModels, destination: Destination, policy: RoutingPolicy = ROUTING) -> Queue:
    """Return what waits in a queue. The routed lines are in the order of return and line."""
    view = View(read_models, SignalsProjection.name)
    routed = (one for _, line in view.all(LINES) for _, one in sorted(line.routed.items()))
    tallies = dict(view.all(TALLIES)) if destination in _WATCHED else {}
    return Queue(
        destination,
        policy.version,
        tuple(suspects(tallies, _WATCHED.get(destination, {}), policy)),
        tuple(one for one in routed if one.destination == destination),
    )


def lines_of(read_models: ReadModels, return_id: str) -> Sequence[Line]:
    """Return the lines of a return. Raises `LookupError` for one that nobody heard of."""
    view = View(read_models, SignalsProjection.name)
    keys = view.one(RETURNS, return_id)
    if keys is None:
        raise LookupError(f"no return is called {return_id!r}, as far as `haberdasher project` has come")
    found = view.get(LINES, keys)
    return [found[key] for key in keys]


def suspects(
    tallies: Mapping[str, Tally], watched: Mapping[str, str], policy: RoutingPolicy = ROUTING
) -> Iterable[Suspect]:
    """Return the products of which something is said at all, the surest first."""
    found = []
    for finding, counted in watched.items():
        usual = _usual(tallies.values(), counted)
        for product_id, tally in tallies.items():
            signals = _count(tally, counted)
            if not signals:
                continue
            rate = usual[tally.category]
            probability = exceeds(signals, tally.bought, policy.times * rate)
            flagged = signals >= policy.least and probability > policy.sure
            found.append(
                Suspect(product_id, tally.category, finding, signals, tally.bought, rate, probability, flagged)
            )
    return sorted(found, key=lambda one: (not one.flagged, -one.probability, one.product_id, one.finding))


def _usual(tallies: Iterable[Tally], counted: str) -> Mapping[str, float]:
    """Return the rate of each category."""
    signals, bought = dict[str, int](), dict[str, int]()
    for one in tallies:
        signals[one.category] = signals.get(one.category, 0) + _count(one, counted)
        bought[one.category] = bought.get(one.category, 0) + one.bought
    return {name: count / max(bought[name], 1) for name, count in signals.items()}


def _count(tally: Tally, counted: str) -> int:
    return sum(count for what, count in tally.routed.items() if what.startswith(counted))
