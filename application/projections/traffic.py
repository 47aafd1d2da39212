"""Who is a person: the evidence of every visitor, and the verdict on it, as rows under one rule version.

A fold like any other, so another rule version is another generation, and nothing that was stored changes. A session's
verdict is that of its visitor: who was a robot in one session was a person in none.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zlib import crc32

import msgspec
from attrs import define, field

from application.projections.rows import Collection, Rows, View, without
from domain.identity.person import PersonForgotten
from domain.session import facts, session
from domain.traffic.evidence import Evidence
from domain.traffic.policy import NOISE, WEIGHTS, Class, NoisePolicy, Weight
from domain.traffic.verdicts import DRIVEN, LIBRARY, Rule, judge
from ports.bots import BotList
from ports.event_log import ReadModels, Recorded


class Visitor(msgspec.Struct, array_like=True):
    evidence: Evidence
    verdict: Class = "human"
    rules: tuple[Rule, ...] = ()

    @property
    def weight(self) -> Weight:
        return WEIGHTS[self.verdict]


class Visit(msgspec.Struct, array_like=True):
    """A session: whose, and whether it came from somewhere."""

    visitor: str
    channel: str
    referred: bool = False


class Tells(msgspec.Struct, omit_defaults=True):
    """What has ever been reported from a channel: only where something is told is its absence a sign of anything."""

    engagement: bool = False
    referrers: bool = False
    products: bool = False


class Judged(msgspec.Struct, frozen=True, omit_defaults=True):
    """The mark of a visitor that is not taken for a person. `lists`: the edition of the list of programs."""

    verdict: Class
    rules: tuple[Rule, ...]
    rule_version: str
    lists: str = ""
    alert: bool = False

    @property
    def weight(self) -> Weight:
        return WEIGHTS[self.verdict]


#: by visitor
VISITORS: Collection[Visitor] = Collection("visitors", Visitor)
#: by visitor; persons have none
MARKED: Collection[Judged] = Collection("marked", Judged)
#: by session
VISITS: Collection[Visit] = Collection("visits", Visit)
#: by visitor: their sessions
SESSIONS_OF: Collection[list[str]] = Collection("sessions_of", list[str])
#: by channel
TELLS: Collection[Tells] = Collection("tells", Tells)

#: From nowhere in particular: an address that was typed.
_DIRECT = (None, "", "direct")


@define
class _Reading:
    """Reads facts into the evidence of whoever is set; `changed`: something new is told from the channel."""

    bots: BotList
    policy: NoisePolicy
    evidence: Evidence = field(factory=Evidence)
    visit: Visit = field(factory=lambda: Visit("", ""))
    tells: Tells = field(factory=Tells)

    def page(self, event: facts.PageViewed, at_ms: int) -> None:
        rules = self.policy.robots
        self.evidence.acted(at_ms, rules)
        self.evidence.pages.add(at_ms, rules.pages)
        self.evidence.traps += event.path_template.startswith(rules.traps)

    def view(self, event: facts.ProductViewed, at_ms: int) -> None:
        evidence, tells, visit = self.evidence, self.tells, self.visit
        tells.products = True
        evidence.acted(at_ms, self.policy.robots)
        evidence.viewed(
            at_ms,
            _number(event.product),
            self.policy.robots,
            told=tells.engagement,
            referable=tells.referrers,
            came=visit.referred or event.slate_id is not None,
        )

    def met(self, event: facts.ProductClicked, at_ms: int) -> None:
        self.evidence.acted(at_ms, self.policy.robots)
        self.evidence.knows(_number(event.product), self.policy.robots)

    def added(self, event: facts.ProductAddedToCart, at_ms: int) -> None:
        """An add that names its slate was seen there; where no views are reported, none can be missing."""
        self.evidence.acted(at_ms, self.policy.robots)
        if self.tells.products and event.slate_id is None and _number(event.product) not in self.evidence.known:
            self.evidence.blind_adds.add(at_ms, self.policy.robots.blind_adds)

    def failed(self, _: facts.PaymentFailed, at_ms: int) -> None:
        self.evidence.acted(at_ms, self.policy.robots)
        self.evidence.failed_payments.add(at_ms, self.policy.robots.failed_payments)

    def engaged(self, event: facts.PageEngaged, _: int) -> None:
        self.tells.engagement = True
        signs = event.engaged_ms, event.max_scroll_pct, event.clicks, event.key_presses, event.mouse_px, event.touches
        self.evidence.engagements += any(signs)

    def handled(self, _: Any, at_ms: int) -> None:
        """Something that needs a hand: the picture, the size, the size guide."""
        self.evidence.acted(at_ms, self.policy.robots)
        self.evidence.engagements += 1

    def acted(self, _: Any, at_ms: int) -> None:
        self.evidence.acted(at_ms, self.policy.robots)

    def reported(self, _: Any, __: int) -> None:
        """Sent by the device on its own: no request, so it says nothing of the pace."""

    def observed(self, event: facts.AgentObserved, _: int) -> None:
        kind = self.bots.kind(event.user_agent)
        if event.automated:
            self.evidence.observed(DRIVEN)
        if kind and not (kind == LIBRARY and self.visit.channel in self.policy.robots.library_channels):
            self.evidence.observed(kind)


_READERS: Mapping[type, Callable[[_Reading, Any, int], None]] = dict.fromkeys(
    (cls for cls, _ in facts.FACTS), _Reading.acted
) | {
    facts.PageViewed: _Reading.page,
    facts.ProductViewed: _Reading.view,
    facts.ProductClicked: _Reading.met,
    facts.ProductAddedToCart: _Reading.added,
    facts.PaymentFailed: _Reading.failed,
    facts.PageEngaged: _Reading.engaged,
    facts.ProductMediaViewed: _Reading.handled,
    facts.SizeSelected: _Reading.handled,
    facts.SizeGuideViewed: _Reading.handled,
    facts.SlateViewed: _Reading.reported,
    facts.ItemImpressionViewed: _Reading.reported,
    facts.PromotionViewed: _Reading.reported,
    facts.SizeAdviceShown: _Reading.reported,
    facts.AppOpened: _Reading.reported,
    facts.AppBackgrounded: _Reading.reported,
    facts.AgentObserved: _Reading.observed,
}
_STARTED = session.SessionStarted


class TrafficProjection:
    name = "traffic"

    def __init__(self, bots: BotList, policy: NoisePolicy = NOISE) -> None:
        self.bots, self.policy = bots, policy
        self._lists = bots.version

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        ours = [
            (one, one.stream.rpartition("-")[2])
            for one in batch
            if (kind := type(one.event)) in _READERS or kind is _STARTED
        ]
        rows.prefetch(VISITS, (session_id for _, session_id in ours))
        rows.prefetch(VISITORS, _visitors(ours, rows))
        rows.prefetch(SESSIONS_OF, (one.event.visitor for one, _ in ours if type(one.event) is _STARTED))
        touched: dict[str, Visitor] = {}
        reading, before = _Reading(self.bots, self.policy), ""
        for recorded, session_id in ours:
            if type(recorded.event) is _STARTED:
                _start(recorded.event, rows)
                before = ""
                continue
            if session_id != before:  # the same session goes on, mostly
                before, visit = session_id, _visit(rows, session_id)
                row = touched.get(visit.visitor) or rows.get(VISITORS, visit.visitor) or Visitor(Evidence())
                touched[visit.visitor] = row
                reading.visit, reading.evidence = visit, row.evidence
                reading.tells = rows.get(TELLS, visit.channel) or Tells()
            self._read(recorded, session_id, reading, rows)
        for visitor, row in touched.items():
            self._judge(visitor, row, rows)
        for one in batch:  # nothing is recorded of a visitor after it was forgotten
            if isinstance(one.event, PersonForgotten):
                rows.drop(VISITS, one.event.sessions)
                without(rows, SESSIONS_OF, one.event.carriers, one.event.sessions)
                for collection in (VISITORS, MARKED, SESSIONS_OF):
                    rows.drop(collection, one.event.identifiers)

    def apply_one(self, recorded: Recorded, session_id: str, rows: Rows) -> None:
        """Change `rows` by one event of a session, as a batch of it would: for whoever must know what each one did."""
        if type(recorded.event) is _STARTED:
            _start(recorded.event, rows)
            return
        visit = _visit(rows, session_id)
        row = rows.get(VISITORS, visit.visitor) or Visitor(Evidence())
        tells = rows.get(TELLS, visit.channel) or Tells()
        self._read(recorded, session_id, _Reading(self.bots, self.policy, row.evidence, visit, tells), rows)
        self._judge(visit.visitor, row, rows)

    def _read(self, recorded: Recorded, session_id: str, reading: _Reading, rows: Rows) -> None:
        event, envelope, visit, tells = recorded.event, recorded.metadata.envelope, reading.visit, reading.tells
        told = tells.engagement, tells.products, tells.referrers
        if not visit.referred and envelope is not None and _group(envelope.context) not in _DIRECT:
            visit.referred = tells.referrers = True
            rows.put(VISITS, session_id, visit)
        at_ms = int(event.occurred_at.timestamp() * 1000)
        if type(event) is not facts.AgentObserved:
            reading.evidence.happened(at_ms, self.policy.robots)
        _READERS[type(event)](reading, event, at_ms)
        if told != (tells.engagement, tells.products, tells.referrers):
            rows.put(TELLS, visit.channel, tells)

    def _judge(self, visitor: str, row: Visitor, rows: Rows) -> None:
        """Keep the verdict. What is settled for it would be settled later to the same end: batches do not matter."""
        verdict = judge(row.evidence, self.policy)
        if verdict.rules != row.rules or verdict.verdict != row.verdict:
            row.verdict, row.rules = verdict.verdict, verdict.rules
            if verdict.verdict == "human":
                rows.delete(MARKED, visitor)
            else:
                mark = Judged(verdict.verdict, verdict.rules, verdict.rule_version, self._lists, verdict.alert)
                rows.put(MARKED, visitor, mark)
        rows.put(VISITORS, visitor, row)


def _visitors(ours: Sequence[tuple[Recorded, str]], rows: Rows) -> Sequence[str]:
    """Return whose rows a batch needs, as far as their sessions started before it or in it."""
    found = {one.event.visitor for one, _ in ours if type(one.event) is _STARTED}
    found |= {visit.visitor for one in {one for _, one in ours} if (visit := rows.get(VISITS, one))}
    return sorted(found)


def _group(context: Mapping[str, Any]) -> str | None:
    """Return the channel group of a referral: absent, or `direct`, where nobody led here."""
    referral = context.get("referral")
    return referral.get("channel_group") if referral else None


def _start(event: session.SessionStarted, rows: Rows) -> None:
    referred = event.referral not in _DIRECT
    rows.put(VISITS, event.session_id, Visit(event.visitor, event.channel, referred))
    rows.put(SESSIONS_OF, event.visitor, [*(rows.get(SESSIONS_OF, event.visitor) or ()), event.session_id])
    tells = rows.get(TELLS, event.channel) or Tells()
    if referred and not tells.referrers:
        tells.referrers = True
        rows.put(TELLS, event.channel, tells)


def _visit(rows: Rows, session_id: str) -> Visit:
    visit = rows.get(VISITS, session_id)
    if visit is None:
        raise LookupError(f"session {session_id} has no row: the log does not start at its beginning")
    return visit


def _number(product: facts.ProductRef) -> int:
    return crc32(product.product_id.encode())


def verdicts(read_models: ReadModels) -> Mapping[str, Judged]:
    """Return the mark of every visitor that is not taken for a person."""
    return dict(View(read_models, TrafficProjection.name).all(MARKED))


def verdict_of_session(read_models: ReadModels, session_id: str) -> Judged | None:
    """Return the mark of a session, which is that of its visitor; None for a person's. Errors: `LookupError`."""
    view = View(read_models, TrafficProjection.name)
    visit = view.one(VISITS, session_id)
    if visit is None:
        raise LookupError(f"no session is called {session_id!r}")
    return view.one(MARKED, visit.visitor)
