"""What comes in is held against the fortnight before: the figures of the bands, and what is said when one is left.

PSI with its sample-size correction is `domain.md` §10, the robust z §2.4. Figures that no source gives are ours. They
look stern: there are 288 looks a day at each of some fifty series of each source, so what is right once in a hundred
looks, or in ten thousand, cries wolf every day.
"""

from typing import Literal

from attrs import frozen

SLOT_S = 300
SLOTS_AN_HOUR = 12
SLOTS_A_DAY = 288

#: silent: nothing comes in. volume: too much or too little. nulls: a field is empty (or filled) that was not.
#: mix: the share of an event, or of all together (PSI).
Kind = Literal["silent", "volume", "nulls", "mix"]


@frozen
class FeedPolicy:
    """How bands are made, and what leaves them.

    `days`: how far back a band looks, of which `fewest_days` must be known. `windows`: slots of five minutes that are
    looked at together; the shorter one speaks first, the longer ones are for feeds with less traffic.

    `deviations`: robust standard deviations (1.4826 times the median deviation, of the same time of the day +-
    `beside` slots) beyond which a value is out of band. A deviation alone is no fault, a change must also matter:
    `factor` of the volume, `least_null` of a null rate, `least_share` of the events, or half of what there was.
    `fewest`: events that are usual in a window; below, nothing is said (a longer window may). `psi_rows`, `psi`: §10.
    `calm`: slots within the band that close an alarm. `lookback`: slots in which its beginning is looked for.
    """

    days: int = 14
    fewest_days: int = 7
    windows: tuple[int, ...] = (1, SLOTS_AN_HOUR, SLOTS_A_DAY)
    deviations: float = 6.0
    beside: int = 24
    factor: float = 2.0
    least_null: float = 0.05
    least_share: float = 0.02
    fewest: int = 100
    psi_rows: int = 500
    psi: float = 0.10
    calm: int = SLOTS_AN_HOUR
    lookback: int = SLOTS_A_DAY


FEED = FeedPolicy()


@frozen
class Alarm:
    """`since`: Unix seconds at which the first window out of band began. `what`: the event, or event.field.

    `low`, `high`: the band that was expected; `seen`: what was there last while it was out of band, in events, or as a
    share from 0 to 1. `window_s`: over how long.
    """

    kind: Kind
    source: str
    what: str
    since: int
    low: float
    high: float
    seen: float
    window_s: int


@frozen
class Watched:
    """A source as the watch sees it. `known_days`: of history behind it. `said`: why nothing is held against a band."""

    source: str
    clock: str
    known_days: float
    newest: int
    said: str = ""
