"""Evaluation cases from held-out sessions: what was known (a prefix) and what then happened (its targets)."""

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from ports.models import ACTIONS, Interactions, Sequences


@frozen(eq=False)
class Cases:
    """`relevance` says what makes an item a target: `next_item`, `purchase`, `keep` or `discovery`. Rows pair up.

    `rows`: int64 [m], the row of the interactions that each case is from, and `at`: float64 [m], the moment (Unix
    seconds) at which its answer would have been due. Both are empty where cases came from elsewhere.
    """

    relevance: str
    prefixes: Sequences
    targets: Sequences
    rows: NDArray[np.int64] = field(factory=lambda: np.empty(0, np.int64))
    at: NDArray[np.float64] = field(factory=lambda: np.empty(0, np.float64))

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
        session[chosen],
        data.times[chosen],
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


def discovery(data: Interactions) -> Cases:
    """One case per item bought in a session: all before the item was first touched there, then that item.

    What `next_purchase` asks for was mostly looked at already, and naming it again is easy. This asks for it before
    the shopper found it; an item that the session opens with is no case. What happened in the same instant, such as the
    other lines of an order, is not before it.
    """
    session, start = _sessions(data)
    codes = session * data.n_items + data.sequences.items
    bought = np.unique(codes[data.actions == ACTIONS.index("purchase")])
    touched, first = np.unique(codes, return_index=True)
    place = first[np.isin(touched, bought)].astype(np.int64)
    new = np.diff(data.times, prepend=-np.inf) > 0
    instant = np.maximum.accumulate(np.where(new | (np.arange(len(start)) == start), np.arange(len(start)), 0))
    place = np.sort(place[instant[place] > start[place]])
    return Cases(
        "discovery",
        data.sequences.slices(start[place], instant[place]),
        data.sequences.slices(place, place + 1),
        session[place],
        data.times[place],
    )


def _purchases(relevance: str, data: Interactions, wanted: NDArray[np.bool_]) -> Cases:
    session, _ = _sessions(data)
    bought = np.flatnonzero(data.actions == ACTIONS.index("purchase"))
    buyers, first = np.unique(session[bought], return_index=True)
    first_purchase = dict(zip(buyers.tolist(), bought[first].tolist(), strict=True))
    counts = np.bincount(session[wanted], minlength=len(data.sequences))
    rows = np.flatnonzero(counts)
    cut = np.array([first_purchase[row] for row in rows.tolist()], dtype=np.int64)
    targets = Sequences(data.sequences.items[wanted], np.concatenate([[0], np.cumsum(counts[rows])]))
    return Cases(relevance, data.sequences.slices(data.sequences.offsets[rows], cut), targets, rows, data.times[cut])


def _sessions(data: Interactions) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each interaction: the number of its session, and where that session starts."""
    session = np.repeat(np.arange(len(data.sequences)), data.sequences.lengths)
    return session, data.sequences.offsets[session]
