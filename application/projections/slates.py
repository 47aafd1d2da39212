"""Slates as training reads them: what stood where, what was seen, and every label with the time it was given."""

from collections.abc import Sequence

import msgspec

from application.projections.rows import Collection, Rows
from domain.identity.person import PersonForgotten
from domain.session.facts import ItemImpressionViewed, SlateViewed
from domain.slate.slate import ExamplesLabelled, SlateServed
from ports.event_log import Recorded


class Labelled(msgspec.Struct, array_like=True):
    """`at`: Unix seconds from which the label holds."""

    at: float
    outcome: str
    label: float


class Place(msgspec.Struct, omit_defaults=True):
    """`labels` in the order given; none means that it is not known to have been seen."""

    product: str
    propensity: float | None = None
    labels: list[Labelled] = msgspec.field(default_factory=list)


class Shown(msgspec.Struct, omit_defaults=True):
    """`session`: in which it was seen. `subject`: an identifier of whoever asked. `about`: what it is similar to.

    `places` by position, from 1. `ours`: served by us, so that when, to whom and what is on record, and nobody's report
    changes it. `told`: a device said what came into view, so that what it did not name was not seen.
    """

    at: float
    ours: bool = False
    told: bool = False
    surface: str = ""
    session: str = ""
    subject: str = ""
    about: str = ""
    policy: str = ""
    places: dict[int, Place] = msgspec.field(default_factory=dict)


#: by slate id
SLATES: Collection[Shown] = Collection("slates", Shown)


class SlatesProjection:
    name = "slates"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        ours = [one for one in batch if isinstance(one.event, _KINDS | PersonForgotten)]
        rows.prefetch(SLATES, (one.event.slate_id for one in ours if isinstance(one.event, _KINDS)))
        for recorded in ours:
            event = recorded.event
            if isinstance(event, PersonForgotten):
                _forget(event, rows)
                continue
            row = rows.get(SLATES, event.slate_id) or Shown(recorded.metadata.occurred_at.timestamp())
            match event:
                case SlateServed():
                    _serve(row, event)
                case SlateViewed():
                    _view(row, event, recorded.stream.rpartition("-")[2])
                case ItemImpressionViewed():
                    row.told = True
                case ExamplesLabelled():
                    _label(row, event, recorded.metadata.known_at.timestamp())
                case _:
                    raise TypeError(f"{type(event).__name__} is not about a slate")
            rows.put(SLATES, event.slate_id, row)


_KINDS = SlateServed | SlateViewed | ItemImpressionViewed | ExamplesLabelled


def _forget(event: PersonForgotten, rows: Rows) -> None:
    """A list of another system may have been shown to many under one name: it goes if its last viewer does."""
    rows.prefetch(SLATES, event.slates)
    for slate_id in event.slates:
        row = rows.get(SLATES, slate_id)
        if row is not None and (row.ours or row.session in event.sessions):
            rows.delete(SLATES, slate_id)


def _serve(row: Shown, event: SlateServed) -> None:
    row.ours = True
    row.at, row.surface, row.policy = event.served_at.timestamp(), event.surface, event.versions.policy
    row.subject, row.about = next(iter(event.identifiers), ""), event.subject_product or ""
    row.session = row.session or event.session_id or ""
    for slot in event.slots:
        _place(row, slot.position, slot.product_id).propensity = slot.propensity


def _view(row: Shown, event: SlateViewed, session_id: str) -> None:
    """The device tells in which session it was seen, and of another system's slate also what it held."""
    row.told = row.told or any(slot.viewable_ms is not None for slot in event.items)
    if row.ours:
        row.session = row.session or session_id
        return
    row.session = session_id
    row.surface, row.policy = row.surface or event.surface, row.policy or event.policy_version or ""
    row.at = min(row.at, event.occurred_at.timestamp())
    for slot in event.items:
        place = _place(row, slot.position, slot.product_id)
        if place.propensity is None:
            place.product = slot.product_id


def _label(row: Shown, event: ExamplesLabelled, known_at: float) -> None:
    """What was done may be told before the list it was done to: neither decides alone when that was shown.

    A label holds from when it could be known: a return of last week that was told today taught nobody yesterday.
    """
    at = event.labelled_at.timestamp()
    row.at = row.at if row.ours else min(row.at, at)
    at = max(at, known_at)
    for example in event.examples:
        place = _place(row, example.position, example.product_id)
        place.labels.append(Labelled(at, example.outcome, example.label))


def _place(row: Shown, position: int, product: str) -> Place:
    """Return the place, new if need be, with the others still in order, whoever told of it first."""
    if position not in row.places:
        row.places[position] = Place(product)
        row.places = dict(sorted(row.places.items()))
    return row.places[position]
