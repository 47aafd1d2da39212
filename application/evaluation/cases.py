"""Evaluation cases from held-out sessions: what was known (a prefix) and what then happened (its targets)."""

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from ports.models import ACTIONS, Interactions, Sequences


@frozen(eq=False)
class Cases:
    """`relevance` says what makes an item a target: `next_item`, `purchase` or `keep`. Rows pair up."""

    relevance: str
    prefixes: Sequences
    targets: Sequences

    def __len__(self) -> int:
        return len(self.prefixes)


def next_item(data: Interactions) -> Cases:
    """One case per view or click that has something before it in its session: its item is the one target."""
    session, start = _sessions(data)
    place = np.arange(len(session))
    shown = np.isin(data.actions, [ACTIONS.index("view"), ACTIONS.index("click")])
    chosen = place[shown & (place > start)]
    return Cases(
        "next_item",
        data.sequences.slices(start[chosen], chosen),
        data.sequences.slices(chosen, chosen + 1),
    )


def next_purchase(data: Interactions) -> Cases:
    """One case per session that bought: all before the first purchase, then every item bought."""
    return _purchases("purchase", data, data.actions == ACTIONS.index("purchase"))


def keep(data: Interactions) -> Cases:
    """Like `next_purchase`, counting only items bought and not returned within the session's row.

    Whoever builds the interactions puts a return, as far as it is known, into the row that holds the purchase.
    """
    session, _ = _sessions(data)
    codes = session * data.n_items + data.sequences.items
    returned = codes[data.actions == ACTIONS.index("return")]
    return _purchases("keep", data, (data.actions == ACTIONS.index("purchase")) & ~np.isin(codes, returned))


def _purchases(relevance: str, data: Interactions, wanted: NDArray[np.bool_]) -> Cases:
    session, _ = _sessions(data)
    bought = np.flatnonzero(data.actions == ACTIONS.index("purchase"))
    buyers, first = np.unique(session[bought], return_index=True)
    first_purchase = dict(zip(buyers.tolist(), bought[first].tolist(), strict=True))
    counts = np.bincount(session[wanted], minlength=len(data.sequences))
    rows = np.flatnonzero(counts)
    cut = np.array([first_purchase[row] for row in rows.tolist()], dtype=np.int64)
    targets = Sequences(data.sequences.items[wanted], np.concatenate([[0], np.cumsum(counts[rows])]))
    return Cases(relevance, data.sequences.slices(data.sequences.offsets[rows], cut), targets)


def _sessions(data: Interactions) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each interaction: the number of its session, and where that session starts."""
    session = np.repeat(np.arange(len(data.sequences)), data.sequences.lengths)
    return session, data.sequences.offsets[session]
