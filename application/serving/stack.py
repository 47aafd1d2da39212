"""Everything that is computed from one release, opened once and swapped as one: models, index, tables, masks."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from application.features.catalogue_table import CatalogueTable, catalogue_table
from application.features.fold import as_of
from application.features.ranking import (
    CUSTOMER_FOLD,
    PRODUCT_FOLD,
    RANKING_FEATURES,
    Dynamics,
    Profile,
    profile_of,
    ranking_features,
)
from application.features.touch import Touch
from application.journal.journal import Journal
from application.projections.rows import View
from application.serving.retrieval import Retrieval
from application.serving.shelf import Shelf
from application.streaming.states import STATES, state_key
from ports.artifacts import RANKER_PREFIX, Release
from ports.event_log import ReadModels
from ports.item_index import ItemIndex
from ports.measures import Value
from ports.models import Recommender
from ports.ranker import Ranker

#: As many products are read at a time.
_PAGE = 5_000


@frozen
class Makers:
    """How to make what a release names: an empty model, ranker or index."""

    model: Callable[[str], Recommender]
    ranker: Callable[[str], Ranker]
    index: Callable[[int], ItemIndex]


@define(eq=False)
class Stack:
    """`available`: bool [n], True where a product may be shown: listed and in stock. One thread updates, many read.

    Without a release there is no `retrieval`: `popular` (item numbers, most popular first) is all there is.
    """

    vocabulary: Sequence[str]
    retrieval: Retrieval | None
    ranker: Ranker | None
    table: CatalogueTable
    popular: NDArray[np.int64]
    dynamics: Dynamics
    available: NDArray[np.bool_]
    numbers: Mapping[str, int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.numbers = {product: number for number, product in enumerate(self.vocabulary)}

    @property
    def release_id(self) -> str:
        return self.retrieval.release.manifest.release_id if self.retrieval else ""

    def restock(self, shelf: Shelf, changed: Iterable[str]) -> None:
        """Take over what changed on the shelf. The mask is replaced whole: a request sees all of it or none."""
        available = self.available.copy()
        for product in changed:
            if product in self.numbers:
                available[self.numbers[product]] = bool(shelf.in_stock(product))
        self.available = available

    def profile(self, touches: Sequence[Touch], at: float) -> Profile:
        return profile_of(as_of(touches, CUSTOMER_FOLD, at=at), self.table, self.numbers)

    def features(
        self, profile: Profile, items: NDArray[np.int64], retrieval: NDArray[np.float32], subject: int | None
    ) -> NDArray[np.float32]:
        return ranking_features(profile, self.table, self.dynamics, items, retrieval, subject=subject)


def open_stack(release: Release | None, make: Makers, shelf: Shelf, read_models: ReadModels, at: float) -> Stack:
    """Open a release for serving, or what can be served without one.

    Errors: `ValueError` if its parts do not fit together, `RecallTooLow`.
    """
    retrieval = None if release is None else Retrieval(release, make.model(release.manifest.model), make.index)
    vocabulary = sorted(shelf.products) if retrieval is None else retrieval.vocabulary
    dynamics = dynamics_of(vocabulary, read_models, at)
    stack = Stack(
        vocabulary=vocabulary,
        retrieval=retrieval,
        ranker=None if release is None else _ranker(release, make),
        table=catalogue_table(vocabulary, shelf.products),
        popular=np.argsort(-dynamics.popularity, kind="stable"),
        dynamics=dynamics,
        available=np.zeros(len(vocabulary), np.bool_),
    )
    stack.restock(shelf, vocabulary)
    return stack


def dynamics_of(vocabulary: Sequence[str], read_models: ReadModels, at: float) -> Dynamics:
    """Read the product measures as they stand at `at` (Unix seconds), as the journal counts them."""
    journal, values = View(read_models, Journal.name), list[Mapping[str, Value]]()
    for start in range(0, len(vocabulary), _PAGE):
        page = vocabulary[start : start + _PAGE]
        states = journal.get(STATES, [state_key("product", product) for product in page])
        for product in page:
            values.append(PRODUCT_FOLD.read(states.get(state_key("product", product), {}), at))
    return Dynamics.of(values)


def _ranker(release: Release, make: Makers) -> Ranker | None:
    name = release.documents.get("ranker", "")
    if not name:
        return None
    if tuple(release.documents["ranking_features"]) != RANKING_FEATURES:
        raise ValueError("the ranker of this release was made for other features than this server computes")
    ranker = make.ranker(name)
    arrays = {one.removeprefix(RANKER_PREFIX): array for one, array in release.arrays.items() if _of_ranker(one)}
    ranker.restore(arrays)
    return ranker


def _of_ranker(name: str) -> bool:
    return name.startswith(RANKER_PREFIX)
