"""Where each signal of a return goes and what it weighs there (`domain.md` §5.4): policy, versioned, never constants.

A return is not a bare negative. What did not fit was wanted, and is an observation for the size model; what did not
please was not wanted; what was badly made or badly described is somebody else's work, and no taste of the shopper.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Literal

from attrs import Factory, evolve, frozen

from domain.returns.signal import UNKNOWN, Dimension, Direction, Signal

Destination = Literal["size_model", "taste", "catalogue", "supplier", "logistics", "review"]
DESTINATIONS: tuple[Destination, ...] = ("size_model", "taste", "catalogue", "supplier", "logistics", "review")

#: What is routed to `taste` of the product itself; everything else there is about one aspect of it.
ITEM = "item"
#: What is routed to `size_model`: how a size turned out, `unspecified` for a misfit that nobody described.
OBSERVED: Mapping[Direction, str] = {"too_small": "small", "too_large": "large", "unspecified": "unspecified"}
FITS = "ok"


@frozen
class Routed:
    """One part of what a return says, for one destination. `weight` 0 to `taste`: no example of anybody's taste.

    `what`: to the size model `small`, `large`, `ok` or `unspecified`; to taste `item` or an aspect; elsewhere an
    aspect. `body_part`, `dimension`: of a misfit. `variant_id`: if it is of another variant than came back.
    """

    destination: Destination
    what: str
    weight: float
    body_part: str | None = None
    dimension: Dimension | None = None
    variant_id: str | None = None


@frozen
class RoutingPolicy:
    """`taste`: label of (person, item) by kind of signal, or `kind:aspect`; a purchase that is kept is 1.

    `aspect`: taste of the one aspect that displeased. `size`: strength of an observation by what it comes from.
    `queues`: where a kind is worked on, for as much as its confidence. `aside`: kinds that are looked at by a human,
    and otherwise left out altogether.

    `matures_after`: return window and transit, after which a label is final. `kept`: pseudo-counts (kept, came back)
    of a category about which little is known. `least`, `times`, `sure`: a queue flags a product with so many signals
    whose rate is above so many times that of its category, so surely; what weighs less than `counts` is not counted.
    """

    version: str = "returns-1"
    taste: Mapping[str, float] = Factory(
        lambda: {
            "fit": 1.0,
            "taste": -1.0,
            "catalog_quality": 0.0,
            "product_quality": 0.0,
            "fulfilment": 0.7,
            "changed_mind": -0.3,
            "bracket": 0.0,
            "bracket:size": 1.0,
            "bracket:colour": -0.3,
            "bracket:style": -0.3,
            "order_error": 0.0,
            "price": 0.6,
            "unknown": -0.2,
        }
    )
    aspect: float = -0.5
    size: Mapping[str, float] = Factory(lambda: {"fit": 0.8, "bracket": 0.6, "exchange": 1.0})
    queues: Mapping[str, Destination] = Factory(
        lambda: {"catalog_quality": "catalogue", "product_quality": "supplier", "fulfilment": "logistics"}
    )
    aside: frozenset[str] = frozenset(["abuse"])
    matures_after: timedelta = timedelta(days=45)
    kept: tuple[float, float] = (7.0, 3.0)
    counts: float = 0.5
    least: int = 5
    times: float = 2.0
    sure: float = 0.9

    def label(self, signals: Sequence[Signal]) -> float:
        """Return the taste label of (person, item): of several signals the least, a doubtful negative less.

        None at all is `unknown`; what is set aside is no example.
        """
        if any(one.kind in self.aside for one in signals):
            return 0.0
        return min(self._taste(one) for one in signals or (UNKNOWN,))

    def _taste(self, signal: Signal) -> float:
        weight = self.taste.get(f"{signal.kind}:{signal.aspect}", self.taste[signal.kind])
        return weight * signal.confidence if weight < 0 else weight


ROUTING = RoutingPolicy()


def route(signals: Sequence[Signal], policy: RoutingPolicy = ROUTING) -> tuple[Routed, ...]:
    """Return everything that a returned line says, no two of one destination about the same."""
    return _once((*_observed(signals, policy), *_tasted(signals, policy), *_queued(signals, policy)))


def route_exchange(
    signals: Sequence[Signal], direction: Direction, to_variant_id: str, policy: RoutingPolicy = ROUTING
) -> tuple[Routed, ...]:
    """Return what a line says that was exchanged for another size: how it missed is certain, and that it was wanted.

    `direction`: of the misfit of what came back. Whatever else was said goes where it belongs.
    """
    if any(one.kind in policy.aside for one in signals):
        return route(signals, policy)
    strength = policy.size["exchange"]
    part = next((one for one in signals if one.kind == "fit" and one.direction in {direction, "unspecified"}), None)
    missed = Routed("size_model", OBSERVED[direction], strength)
    if part is not None and (part.body_part, part.dimension) != ("overall", None):
        missed = evolve(missed, body_part=part.body_part, dimension=part.dimension)
    fits = Routed("size_model", FITS, strength, variant_id=to_variant_id)
    wanted = Routed("taste", ITEM, policy.taste["fit"])
    return _once((missed, fits, wanted, *_queued(signals, policy)))


def _observed(signals: Sequence[Signal], policy: RoutingPolicy) -> Iterator[Routed]:
    if any(one.kind in policy.aside for one in signals):
        return
    for one in signals:
        if one.kind in policy.size and one.direction is not None:
            part = None if one.body_part == "overall" else one.body_part
            strength = policy.size[one.kind] * one.confidence
            yield Routed("size_model", OBSERVED[one.direction], strength, part, one.dimension)


def _tasted(signals: Sequence[Signal], policy: RoutingPolicy) -> Iterator[Routed]:
    yield Routed("taste", ITEM, policy.label(signals))
    if any(one.kind in policy.aside for one in signals):
        return
    for one in signals:
        if one.kind == "taste" and one.aspect is not None:
            yield Routed("taste", one.aspect, policy.aspect * one.confidence)


def _queued(signals: Sequence[Signal], policy: RoutingPolicy) -> Iterator[Routed]:
    aside = [one for one in signals if one.kind in policy.aside]
    for one in aside or signals:
        destination = "review" if aside else policy.queues.get(one.kind)
        if destination is not None:
            yield Routed(destination, one.aspect or one.kind, one.confidence)


def _once(every: Sequence[Routed]) -> tuple[Routed, ...]:
    """Of several of one meaning the strongest counts; in the order of the destinations."""
    strongest: dict[tuple[str, ...], Routed] = {}
    for one in sorted(every, key=lambda one: abs(one.weight)):
        strongest[key_of(one)] = one
    return tuple(sorted(strongest.values(), key=lambda one: (DESTINATIONS.index(one.destination), key_of(one))))


def key_of(one: Routed) -> tuple[str, ...]:
    """Return what a routed part is about: a later one about the same replaces it."""
    return one.destination, one.what, one.body_part or "", one.dimension or "", one.variant_id or ""
