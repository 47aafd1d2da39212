"""Slates of a visitor: asked for, and found again. Nobody sees or clicks what was put before somebody else."""

import re

from attrs import frozen

from adapters.http.service import Service
from adapters.http.shop.refusals import not_found
from adapters.http.shop.visit import Visit
from application.serving.asked import Asked, Surface
from application.streams import load
from domain.slate import slate
from domain.slate.slate import Slate, SlateServed, Slot
from ports.event_log import stream_name

_ID = re.compile(r"[0-9a-f]{32}")
#: Places of a grid and of the row below a product, and how many stand side by side on a wide screen.
GRID, ROW, COLUMNS = 12, 4, 4


@frozen(eq=False)
class Slates:
    service: Service

    def ask(self, visit: Visit, surface: Surface, product_id: str | None = None) -> SlateServed:
        """Ask for a new slate that has seen everything this browser did."""
        return self.service.recommending.answer(
            Asked(
                surface=surface,
                request_id=self.service.ids.new(),
                who=visit.who,
                k=GRID if surface == "home" else ROW,
                product_id=product_id,
                columns=COLUMNS,
                after=visit.after,
            )
        )

    def again(self, visit: Visit, before: SlateServed) -> SlateServed:
        """Ask the same question anew."""
        return self.ask(visit, "similar" if before.surface == "similar" else "home", before.subject_product)

    def find(self, visit: Visit, slate_id: str) -> tuple[Slate, SlateServed]:
        """Return a slate of this visitor. Errors: `PageRefused` (404) for any other.

        One that was answered before anything was known of its visitor names nobody, and whoever has its id may see it.
        """
        state = self._state(slate_id) if _ID.fullmatch(slate_id) else Slate()
        served = state.served
        if served is None or not (
            not served.identifiers or set(served.identifiers) & set(visit.surrogates(self.service.vault))
        ):
            raise not_found("No such list of yours")
        return state, served

    def place(self, visit: Visit, slate_id: str, position: int) -> tuple[SlateServed, Slot]:
        """Return a place of a slate of this visitor. Errors: `PageRefused` (404)."""
        _, served = self.find(visit, slate_id)
        for slot in served.slots:
            if slot.position == position:
                return served, slot
        raise not_found("No such place in this list")

    def label(self, slate_id: str, position: int) -> slate.Example | None:
        """Return what is learned from a place so far."""
        return self._state(slate_id).labelled.get(position)

    def _state(self, slate_id: str) -> Slate:
        stream = stream_name(self.service.tenant, slate.DECIDER.category, slate_id)
        return load(self.service.log, slate.DECIDER, stream)[1]
