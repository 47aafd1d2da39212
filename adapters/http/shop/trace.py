"""Why am I seeing this: the record of a slate, for people."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from adapters.http.shop.cards import alt, colourway_of, image
from adapters.http.shop.wording import OUTCOMES, REASONS, Why, address, notices, spoken, why
from application.serving.shelf import Shelf
from domain.slate.slate import Example, Slate, SlateServed, Slot


@frozen
class PlaceView:
    """`chance`: that this product stood here, in per cent. `outcome`, `label`: what is learned from it so far."""

    position: int
    title: str
    address: str
    image: str
    alt: str
    reason: str
    chance: str
    retrieval: str
    rank: str
    outcome: str
    label: str


@frozen
class Stage:
    name: str
    milliseconds: float


@frozen
class Trace:
    slate_id: str
    why: Why
    served_at: str
    looked_at: Sequence[str]
    places: Sequence[PlaceView]
    versions: Mapping[str, str]
    stages: Sequence[Stage]
    total: float
    rules: Mapping[str, int]
    candidates: int
    degraded: Sequence[str]
    notices: Sequence[str]


def trace(state: Slate, served: SlateServed, shelf: Shelf) -> Trace:
    seen = [listing.title for one in reversed(served.context_products) if (listing := shelf.listing(one))]
    versions, stages = served.versions, dict(served.latency_ms)
    total = stages.pop("total", sum(stages.values()))
    return Trace(
        slate_id=served.slate_id,
        why=why(served, shelf),
        served_at=f"{served.served_at:%-d %B %Y, %H:%M:%S} UTC",
        looked_at=list(dict.fromkeys(seen)),
        places=[_place(slot, state.labelled.get(slot.position), shelf) for slot in served.slots],
        versions={
            "Policy": versions.policy,
            "Release": versions.release[:16] or "none yet",
            "Retrieval": versions.retrieval or "done without",
            "Index": versions.index or "none needed",
            "Ranker": versions.ranker or "done without",
        },
        stages=[Stage(spoken(name), value) for name, value in stages.items()],
        total=total,
        rules={spoken(name): count for name, count in served.rules.items() if count},
        candidates=served.candidate_count,
        degraded=[spoken(one.removeprefix("no_")) for one in served.degraded],
        notices=notices(served),
    )


def _place(slot: Slot, example: Example | None, shelf: Shelf) -> PlaceView:
    listing = shelf.listing(slot.product_id)
    colourway = colourway_of(listing, slot.variant_id) if listing else None
    return PlaceView(
        position=slot.position,
        title=listing.title if listing else slot.product_id,
        address=f"/product/{address(slot.product_id)}",
        image=image(colourway),
        alt=alt(listing, colourway) if listing else "",
        reason=REASONS.get(slot.reason, slot.reason),
        chance=f"{100 * slot.propensity:.3g} %",
        retrieval=_score(slot.score_retrieval),
        rank=_score(slot.score_rank),
        outcome=OUTCOMES[example.outcome] if example else "not known yet",
        label=f"{max(example.label, 0.0):.1f}" if example else "",
    )


def _score(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
