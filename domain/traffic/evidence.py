"""What is remembered of one visitor: counts in buckets, never a list of all times, so that its size has a bound.

A fold in the order of the log. A late event counts in its bucket if that is still kept, and makes no gap: what is kept
is the newest, so lateness can hide a burst and never invent one. All figures are whole numbers: any fold of the same
events gives the same evidence.
"""

from collections.abc import Iterable, Sequence

from attrs import Factory, define, field

from domain.traffic.policy import Pace, RobotRules

#: How many gaps are told apart when looking for one that is more than half of them (Misra and Gries, 1982).
COUNTERS = 8


@define
class Burst:
    """Events in the newest buckets by number, and the most that a window ever held once it held `Pace.most`."""

    counts: dict[int, int] = field(factory=dict)
    peak: int = 0

    def add(self, at_ms: int, pace: Pace) -> None:
        counts, bucket = self.counts, at_ms // pace.bucket_ms
        counts[bucket] = counts.get(bucket, 0) + 1
        if len(counts) > 2 * pace.parts:
            self.settle(pace)
            self.counts = {number: counts[number] for number in sorted(counts)[-pace.parts :]}

    def settle(self, pace: Pace) -> None:
        """Bring `peak` up to date. When it is called makes no difference to where it ends."""
        if sum(self.counts.values()) < pace.most:
            return
        ordered = sorted(self.counts.items())
        first = within = 0
        for number, count in ordered:
            within += count
            while ordered[first][0] <= number - pace.parts:
                within -= ordered[first][1]
                first += 1
            self.peak = max(self.peak, within)


@define
class Evidence:
    """`programs`: kinds of known programs that the visitor's user agents are. `referred`: views from somewhere.

    `countable`: views on channels where engagement is reported, `referable`: where referrers are. `known`: products,
    hashed. `gaps`, `gap_ms`, `gap_squares`: number, sum and sum of squares (milliseconds). `paces`: gap -> how often,
    as far as `COUNTERS` can tell. `hours`: the 24 hours up to `newest_hour`, one bit each.
    """

    events: int = 0
    programs: list[str] = Factory(list)
    pages: Burst = Factory(Burst)
    products: Burst = Factory(Burst)
    everything: Burst = Factory(Burst)
    blind_adds: Burst = Factory(Burst)
    failed_payments: Burst = Factory(Burst)
    last_ms: int = 0
    gaps: int = 0
    gap_ms: int = 0
    gap_squares: int = 0
    paces: dict[int, int] = Factory(dict)
    views: int = 0
    repeats: int = 0
    countable: int = 0
    referable: int = 0
    referred: int = 0
    engagements: int = 0
    known: dict[int, int] = Factory(dict)
    newest_hour: int = 0
    hours: int = 0
    most_hours: int = 0
    traps: int = 0

    def happened(self, at_ms: int, rules: RobotRules) -> None:
        """Something was recorded of the visitor, whatever it was."""
        self.events += 1
        self.everything.add(at_ms, rules.events)
        ahead = at_ms // 3_600_000 - self.newest_hour
        if ahead > 0:
            self.newest_hour += ahead
            self.hours = ((self.hours << ahead) | 1) & 0xFFFFFF if ahead < 24 else 1
        elif ahead > -24:
            self.hours |= 1 << -ahead
        else:
            return
        self.most_hours = max(self.most_hours, self.hours.bit_count())

    def acted(self, at_ms: int, rules: RobotRules) -> None:
        """The visitor asked for something: the pace of requests is kept, that of automatic reports is not."""
        gap = at_ms - self.last_ms
        if gap <= rules.same_request_ms:
            return
        self.last_ms = at_ms
        if gap > rules.pause_ms:
            return
        self.gaps += 1
        self.gap_ms += gap
        self.gap_squares += gap * gap
        paces, pace = self.paces, gap // (rules.equal_within_ms // 2)
        if pace in paces:
            paces[pace] += 1
        elif len(paces) < COUNTERS:
            paces[pace] = 1
        else:
            self.paces = {one: count - 1 for one, count in paces.items() if count > 1}

    def viewed(self, at_ms: int, product: int, rules: RobotRules, *, told: bool, referable: bool, came: bool) -> None:
        """A product page. `told`, `referable`: the channel reports engagement, referrers. `came`: from somewhere."""
        self.products.add(at_ms, rules.products)
        self.views += 1
        self.countable += told
        self.referable += referable
        self.referred += came
        self.repeats += self.knows(product, rules)

    def knows(self, product: int, rules: RobotRules) -> bool:
        """Remember a product (a hash of its id); tell whether it was met before, among the newest."""
        known = self.known
        if product in known:
            return True
        known[product] = 1
        if len(known) > rules.remembered_products:
            del known[next(iter(known))]
        return False

    def observed(self, program: str) -> None:
        """The visitor's user agent is a known program of this kind."""
        if program not in self.programs:
            self.programs.append(program)

    def settle(self, rules: RobotRules) -> None:
        """Bring every peak up to date; needed before rules are asked."""
        self.pages.settle(rules.pages)
        self.products.settle(rules.products)
        self.everything.settle(rules.events)
        self.blind_adds.settle(rules.blind_adds)
        self.failed_payments.settle(rules.failed_payments)

    @property
    def equal_gaps(self) -> int:
        """At least so many gaps are within one span: two neighbouring counters of half its width."""
        paces = self.paces
        return max((count + paces.get(pace + 1, 0) for pace, count in paces.items()), default=0)


def merged(parts: Iterable[Evidence], rules: RobotRules) -> Evidence:
    """Return the evidence of several folds over different events of one visitor as one, in whatever order they come.

    What is counted adds up. Which gap lies between the parts is not known, and repeats between them only as far as
    the products are remembered.
    """
    every, whole = sorted(parts, key=lambda one: (one.newest_hour, one.last_ms, one.events)), Evidence()
    for name, pace in _BURSTS:
        setattr(whole, name, _joined([getattr(part, name) for part in every], getattr(rules, pace)))
    for counted in _SUMS:
        setattr(whole, counted, sum(getattr(part, counted) for part in every))
    for part in every:
        for program in part.programs:
            whole.observed(program)
        whole.last_ms = max(whole.last_ms, part.last_ms)
        whole.repeats += part.repeats + sum(whole.knows(product, rules) for product in part.known)
        for gap, count in part.paces.items():
            whole.paces[gap] = whole.paces.get(gap, 0) + count
        _join_hours(whole, part)
    if len(whole.paces) > COUNTERS:
        over = sorted(whole.paces.values(), reverse=True)[COUNTERS]
        whole.paces = {gap: count - over for gap, count in whole.paces.items() if count > over}
    return whole


_BURSTS = (
    ("pages", "pages"),
    ("products", "products"),
    ("everything", "events"),
    ("blind_adds", "blind_adds"),
    ("failed_payments", "failed_payments"),
)
_SUMS = (
    "events",
    "gaps",
    "gap_ms",
    "gap_squares",
    "views",
    "countable",
    "referable",
    "referred",
    "engagements",
    "traps",
)


def _joined(bursts: Sequence[Burst], pace: Pace) -> Burst:
    whole = Burst(peak=max((one.peak for one in bursts), default=0))
    for one in bursts:
        for number, count in one.counts.items():
            whole.counts[number] = whole.counts.get(number, 0) + count
    whole.settle(pace)
    whole.counts = {number: whole.counts[number] for number in sorted(whole.counts)[-2 * pace.parts :]}
    return whole


def _join_hours(one: Evidence, other: Evidence) -> None:
    """Lay the 24 hours of both over each other, as far as they reach back from the newer end."""
    older, newer = sorted((one, other), key=lambda each: each.newest_hour)
    behind = min(newer.newest_hour - older.newest_hour, 24)
    one.hours = ((older.hours << behind) | newer.hours) & 0xFFFFFF
    one.newest_hour = newer.newest_hour
    one.most_hours = max(one.most_hours, other.most_hours, one.hours.bit_count())
