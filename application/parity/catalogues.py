"""The catalogue under a slate: that of its release, as it was when the slate was made, or when the release was."""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Mapping

from attrs import define, field

from application.features.catalogue_table import catalogue_table
from application.parity.computing import Layout, Showing
from application.parity.logged import Since, listed_since
from domain.catalogue.product import DECIDER, Product
from ports.artifacts import Release, ReleaseRefused, Releases
from ports.event_log import EventLog, Recorded, stream_name

#: So many are kept at a time.
_KEPT = 4


@define(eq=False)
class Catalogues:
    """`products`: as they are now. `since`: what was listed after the slates."""

    tenant: str
    log: EventLog
    releases: Releases
    products: Mapping[str, Product]
    since: Since
    _layouts: OrderedDict[object, Layout] = field(init=False, factory=OrderedDict)
    _opened: dict[str, Release | None] = field(init=False, factory=dict)
    _changed: dict[str, frozenset[str]] = field(init=False, factory=dict)

    def release(self, release_id: str) -> Release | None:
        """Return a release, None if it is no longer there."""
        if release_id not in self._opened:
            try:
                self._opened[release_id] = self.releases.open(release_id)
            except (ReleaseRefused, KeyError):
                self._opened[release_id] = None
        return self._opened[release_id]

    def then(self, showing: Showing) -> Layout:
        """Return the catalogue as it was when a slate was made. Errors: `KeyError` if its release is gone."""
        before = bisect_left(self.since.listings, showing.position)
        listed = self.since.listed
        return self._layout(showing, before, listed, lambda one: one.position < showing.position)

    def opened(self, showing: Showing) -> Layout | None:
        """Return the catalogue as it was when the release of a slate was made, None if nothing was listed since."""
        release_id = showing.served.versions.release
        moment = self._release(release_id).manifest.created_at
        if release_id not in self._changed:
            self._changed[release_id] = listed_since(self.log, moment)
        changed = self._changed[release_id]
        if not changed:
            return None
        return self._layout(showing, -1, changed, lambda one: one.metadata.known_at <= moment)

    def _layout(
        self, showing: Showing, at: int, changed: frozenset[str], counted: Callable[[Recorded], bool]
    ) -> Layout:
        key = (showing.served.versions.release, at)
        if key not in self._layouts:
            vocabulary = self._release(key[0]).documents["vocabulary"]
            products = dict(self.products) | {one: self._product(one, counted) for one in changed}
            self._layouts[key] = Layout(vocabulary, catalogue_table(vocabulary, products))
            if len(self._layouts) > _KEPT:
                self._layouts.popitem(last=False)
        self._layouts.move_to_end(key)
        return self._layouts[key]

    def _product(self, product_id: str, counted: Callable[[Recorded], bool]) -> Product:
        """Return a product as the events made it that `counted` says yes to."""
        state = DECIDER.initial()
        for recorded in self.log.read(stream_name(self.tenant, DECIDER.category, product_id)):
            if counted(recorded):
                state = DECIDER.evolve(state, recorded.event)
        return state

    def _release(self, release_id: str) -> Release:
        found = self.release(release_id)
        if found is None:
            raise KeyError(f"release {release_id} is not there any more")
        return found
