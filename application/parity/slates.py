"""What slates say they were ranked by, against what the batch engine says of that moment, as known at that moment."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from application.features.fold import Fold
from application.features.ranking import CUSTOMER_FOLD, PRODUCT_FOLD, RANKING_FEATURES
from application.parity.catalogues import Catalogues
from application.parity.causes import Case
from application.parity.computing import Layout, Owner, Showing
from application.parity.evidence import Evidence, Moment
from application.parity.logged import newest
from application.parity.past import Past
from application.parity.report import BOUND, Report, difference
from domain.catalogue.product import Product
from ports.artifacts import Releases
from ports.batch import Request
from ports.event_log import EventLog, ReadModels
from ports.measures import Measure, Value
from ports.models import Progress

#: So many slates are asked about at a time.
_CHUNK = 250
#: a product at a moment -> its measures
Products = Mapping[tuple[str, Moment], Mapping[str, Value]]
Customers = Mapping[str, Mapping[str, Value]]


@frozen(eq=False)
class SlateParity:
    """`products`: the catalogue as it is now. `customer_measures`, `product_measures`: as declared now.

    `stale_s`: for how long serving may keep the product measures that it has read, `behind_s`: by how much the journal
    may be behind when it reads them. What is held in memory is bounded by the number of slates asked for, by the
    catalogue, and by the histories of the customers and products that differ.
    """

    tenant: str
    log: EventLog
    read_models: ReadModels
    releases: Releases
    past: Past
    products: Callable[[], Mapping[str, Product]]
    stale_s: float
    behind_s: float
    customer_measures: Sequence[Measure] = CUSTOMER_FOLD.measures
    product_measures: Sequence[Measure] = PRODUCT_FOLD.measures

    def run(self, count: int, progress: Progress) -> Report:
        """Compare the newest slates that the lake knows everything about. Errors: those of `Past`."""
        report = Report()
        since = newest(self.log, self.read_models, count, upto=self.past.position(), progress=progress)
        catalogues = Catalogues(self.tenant, self.log, self.releases, self.products(), since)
        for start in range(0, len(since.slates), _CHUNK):
            chunk = [one for one in since.slates[start : start + _CHUNK] if _comparable(one, catalogues, report)]
            self._compare(chunk, catalogues, report)
            progress(min(start + _CHUNK, len(since.slates)), len(since.slates), "slates compared")
        return report

    def _compare(self, chunk: Sequence[Showing], catalogues: Catalogues, report: Report) -> None:
        customers = self._customers(chunk)
        products = self._products((product, (one.at, one.at)) for one in chunk for product in one.products)
        apart: list[tuple[Showing, NDArray[np.float64]]] = []
        for one in chunk:
            now = [products[product, (one.at, one.at)] for product in one.products]
            computed = catalogues.then(one).features(one, customers[one.served.slate_id], now)
            if (difference(one.logged, computed) > BOUND).any():
                apart.append((one, computed))
            else:
                report.take(one, computed)
        if not apart:
            return
        evidence = Evidence.of(self.past, [one for one, _ in apart])
        moments = {
            (product, one.at): evidence.moments(product, one.at, self.stale_s, self.behind_s)
            for one, _ in apart
            for product in one.products
        }
        read = self._products((product, one) for (product, _), some in moments.items() for one in some)
        moved = {(key, then): [read[key, one] for one in some] for (key, then), some in moments.items()}
        for one, computed in apart:
            case = self._case(one, customers[one.served.slate_id], catalogues, evidence, moved)
            report.take(one, computed, case.causes(one.logged, difference(one.logged, computed) > BOUND))

    def _customers(self, chunk: Sequence[Showing]) -> Customers:
        """Return by slate what its customer measures: of the first of its owners of whom there is anything."""
        found: dict[tuple[Owner, float], Mapping[str, Value]] = {}
        for entity in ("customer", "session"):
            pairs = dict.fromkeys((owner, one.at) for one in chunk for owner in one.owners if owner.entity == entity)
            measures = [evolve(one, entity=entity) for one in self.customer_measures]
            values = self.past.values(measures, [Request(owner.key, at, at) for owner, at in pairs])
            found.update(zip(pairs, values, strict=True))
        nothing = Fold(self.customer_measures).read({}, 0.0)
        known = {one.served.slate_id: [found[owner, one.at] for owner in one.owners] for one in chunk}
        return {key: next((one for one in some if any(one.values())), nothing) for key, some in known.items()}

    def _products(self, asked: Iterable[tuple[str, Moment]]) -> Products:
        once = list(dict.fromkeys(asked))
        values = self.past.values(self.product_measures, [Request(key, *moment) for key, moment in once])
        return dict(zip(once, values, strict=True))

    def _case(
        self,
        showing: Showing,
        customer: Mapping[str, Value],
        catalogues: Catalogues,
        evidence: Evidence,
        moved: Mapping[tuple[str, float], Sequence[Mapping[str, Value]]],
    ) -> Case:
        then, opened = catalogues.then(showing), catalogues.opened(showing)
        mine = [moved[product, showing.at] for product in showing.products]

        def features(values: Mapping[str, Value], moment: int, layout: Layout) -> NDArray[np.float64]:
            """Read each product at a moment of its own; one that has fewer of them at its last pair."""
            return layout.features(showing, values, [some[max(moment, -len(some))] for some in mine])

        return Case(
            showing=showing,
            observations=evidence.behind(showing),
            customers=Fold(self.customer_measures),
            computed=customer,
            moments=max(map(len, mine)),
            late=np.array([evidence.late(product, showing) for product in showing.products]),
            layouts=[then] if opened is None else [then, opened],
            erased=catalogues.since.forgotten > showing.position,
            features=features,
        )


def _comparable(showing: Showing, catalogues: Catalogues, report: Report) -> bool:
    if showing.served.feature_names != RANKING_FEATURES:
        report.skipped["logged other features"] += 1
    elif catalogues.release(showing.served.versions.release) is None:
        report.skipped["its release is gone"] += 1
    else:
        return True
    return False
