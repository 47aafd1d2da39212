"""Stories of a small shop for tests of the journal: what was sent and corrected, and what the journal says of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, cycle, pairwise, takewhile
from typing import Any

from attrs import Factory, define, evolve, field
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.event_log import MemoryReadModels, MemoryStore
from application.features.fold import known_by
from application.features.touch import Observation, Touch
from application.identity.correcting import Correcting
from application.intake.canonicaliser import FOLLOWER
from application.journal.journal import Journal
from application.journal.listening import Forgotten, Watcher
from application.projections.bulk import BulkProjection
from application.projections.clicks import ClicksProjection
from application.projections.rows import Rows
from application.projections.traffic import TrafficProjection
from domain.identity import link
from domain.identity.link import IdentityLinked
from domain.kernel import tenant_namespace
from domain.traffic.policy import NOISE, BulkRules, NoisePolicy
from ports.event_log import Append, Commit, Fact, Metadata, Recorded, stream_name
from ports.vault import Identifier
from tests.support.house import person_of
from tests.support.memory_house import MemoryHouse
from tests.support.shop import ordered, sent, sent_back, viewed
from tests.unit.traffic.visitors import TwoPrograms

#: Two of one variant are a bulk order; what follows within half a minute is a slip.
EASY = evolve(
    NOISE,
    rule_version="easy",
    bulk=BulkRules(quantity=2),
    clicks=evolve(NOISE.clicks, duplicate_ms=30_000, undone_ms=60_000),
)
COOKIES, PEOPLE, PRODUCTS = ("phone", "phone", "tablet"), ("ada", "ben"), ("coat", "hat")
#: (how, arguments): either sent by a source, or done by hand.
Step = tuple[str, tuple[Any, ...]]

_cookies, _people, _products = st.sampled_from(COOKIES), st.sampled_from(PEOPLE), st.sampled_from(PRODUCTS)
#: Neighbours are one session, others are two, until what lies between is heard of.
_minutes = st.integers(0, 12).map(lambda n: 20 * n)
_orders, _returned = st.integers(1, 2), st.sampled_from([*PRODUCTS, "cap", "cap", "cap"])
SHOPPING: Sequence[st.SearchStrategy[Step]] = (
    st.tuples(st.just("view"), st.tuples(_minutes, _cookies, _products, st.sampled_from([None, None, *PEOPLE]))),
    st.tuples(st.just("view"), st.tuples(_minutes, _cookies, _products, st.none())),
    st.tuples(st.just("cart"), st.tuples(_minutes, _cookies, _products)),
    st.tuples(st.just("search"), st.tuples(_minutes, _cookies)),
    st.tuples(st.just("state"), st.tuples(_minutes, _cookies)),
    st.tuples(st.just("login"), st.tuples(_minutes, _cookies, _people)),
    st.tuples(st.just("logout"), st.tuples(_minutes, _cookies)),
    st.tuples(
        st.just("token"), st.tuples(st.sampled_from([0, 20, 60 * 24]), _products, st.sampled_from(["watch", "phone"]))
    ),
    st.tuples(st.just("order"), st.tuples(_orders, st.sampled_from([*PEOPLE, None]), st.lists(_products, max_size=2))),
    st.tuples(st.just("amend"), st.tuples(_orders, st.lists(_products, min_size=1, max_size=2))),
    st.tuples(st.just("cancel"), st.tuples(_orders)),
    st.tuples(
        st.just("return"), st.tuples(_orders, st.integers(0, 1), _returned, st.sampled_from(["too-small", "style"]))
    ),
)
NOISY: Sequence[st.SearchStrategy[Step]] = (
    st.tuples(st.just("program"), st.tuples(_minutes, _cookies, st.sampled_from(["crawl", "shop"]))),
    st.tuples(st.just("again"), st.tuples(_minutes, _cookies, _products)),
    st.tuples(st.just("undone"), st.tuples(_minutes, _cookies, _products)),
    st.tuples(st.just("consent"), st.tuples(_minutes, _cookies, st.sampled_from(["granted", "denied"]))),
    st.tuples(st.just("passing"), st.tuples(_minutes, _cookies, st.sampled_from(["granted", "denied"]))),
)
BY_HAND: Sequence[st.SearchStrategy[Step]] = (
    st.tuples(st.just("retract"), st.tuples(st.integers(0, 5))),
    st.tuples(st.just("block"), st.tuples(_cookies)),
    st.tuples(st.just("unblock"), st.tuples(_cookies)),
    st.tuples(st.just("erase"), st.tuples(_people)),
)
#: One browser: sessions are joined and divided all the time.
_VISITS: Sequence[st.SearchStrategy[Step]] = (
    st.tuples(st.just("view"), st.tuples(_minutes, st.just("phone"), _products, st.sampled_from([None, None, "ada"]))),
    st.tuples(st.just("login"), st.tuples(_minutes, st.just("phone"), _people)),
    st.tuples(st.just("cart"), st.tuples(_minutes, st.just("phone"), _products)),
)
#: Orders and what becomes of them.
_SALES: Sequence[st.SearchStrategy[Step]] = SHOPPING[-4:]
STORIES = st.one_of(
    st.lists(st.one_of(*SHOPPING, *SHOPPING, *NOISY, *BY_HAND), min_size=12, max_size=40),
    st.lists(st.one_of(*_VISITS, *_VISITS, *NOISY, *BY_HAND), min_size=8, max_size=30),
    st.lists(st.one_of(*_SALES, *_SALES, *_SALES, *_VISITS, *NOISY, *BY_HAND), min_size=8, max_size=30),
)


def _view(minute: float, cookie: str, product: str, user: str | None = None) -> tuple[str, list[bytes]]:
    return "web", [viewed(product, minute, cookie=cookie, **({"user_id": user} if user else {}))]


def _did(event: str, **properties: Any) -> Callable[..., tuple[str, list[bytes]]]:
    return lambda minute, cookie: ("web", [sent(event, minute, anonymous_id=cookie, properties=properties)])


def _cart(minute: float, cookie: str, product: str) -> tuple[str, list[bytes]]:
    return _did("product_added_to_cart", product_id=product, variant_id=f"{product}/m", quantity=1)(minute, cookie)


def _order(number: int, user: str | None, products: Sequence[str], event: str = "order_created") -> Any:
    body = ordered(f"o/{number}", 500 * number, *(f"{one}/m" for one in (*products, "cap")), user=user or "?")
    changed = body.replace(b'"order_created"', f'"{event}"'.encode())
    return "oms", [changed if user else changed.replace(b'"user_id"', b'"nobody"')]


def _token(minute: float, product: str, device: str) -> tuple[str, list[bytes]]:
    properties = {"product_id": product}
    return "web", [sent("product_viewed", minute, session_token="t", device_id=device, properties=properties)]


def _twice(minute: float, cookie: str, product: str) -> tuple[str, list[bytes]]:
    return "web", [viewed(product, minute + part, cookie=cookie) for part in (0, 0.1)]


def _undone(minute: float, cookie: str, product: str) -> tuple[str, list[bytes]]:
    properties = {"product_id": product, "variant_id": f"{product}/m", "quantity": 1}
    return "web", [
        sent(f"product_{what}_cart", minute + part, anonymous_id=cookie, properties=properties)
        for part, what in ((0, "added_to"), (0.1, "removed_from"))
    ]


_SENT: Mapping[str, Callable[..., tuple[str, list[bytes]]]] = {
    "view": _view,
    "cart": _cart,
    "search": _did("products_searched", query="red coat"),
    "state": _did("stated_preference_recorded", kind="size", value="m"),
    "login": lambda minute, cookie, user: ("web", [sent("login", minute, anonymous_id=cookie, user_id=user)]),
    "logout": _did("logout"),
    "token": _token,
    "order": _order,
    "amend": lambda number, products: _order(number, "ada", products, "order_updated"),
    "cancel": lambda number: ("oms", [sent("order_cancelled", 700, properties={"order_id": f"o/{number}"})]),
    "return": lambda number, back, product, why: (
        "oms",
        [sent_back(f"r-{number}-{back}", f"o/{number}", 2000 + back, f"{product}/m", why)],
    ),
    "program": lambda minute, cookie, program: (
        "web",
        [viewed("hat", minute, cookie=cookie, context={"user_agent": program})],
    ),
    "again": _twice,
    "undone": _undone,
    "consent": lambda minute, cookie, said: (
        "web",
        [sent("consent_changed", minute, anonymous_id=cookie, properties={"personalisation": said})],
    ),
    "passing": lambda minute, cookie, said: (
        "web",
        [viewed("hat", minute, cookie=cookie, consent={"personalisation": said})],
    ),
}


@define
class Heard:
    """A listener that remembers."""

    versions: list[Observation] = Factory(list)
    calls: list[tuple[int, int]] = Factory(list)
    forgotten: list[Forgotten] = Factory(list)

    def heard(
        self, observations: Sequence[Observation], forgotten: Forgotten | None, rows: Rows, after: int, to: int
    ) -> None:
        self.calls.append((after, to))
        if forgotten is not None:
            self.forgotten.append(forgotten)
            self.versions = [
                one
                for one in self.versions
                if one.id not in forgotten.observations
                and forgotten.customers.isdisjoint((one.customer, one.visitor, one.account))
            ]
        self.versions += observations

    @property
    def current(self) -> list[Observation]:
        return [one for one in known_by(self.versions, float("inf")) if isinstance(one, Observation)]


@define(eq=False)
class Shop:
    """A house with every mark and a journal that is brought up to date with it."""

    noise: NoisePolicy = EASY
    house: MemoryHouse = Factory(MemoryHouse)
    ear: Heard = Factory(Heard)
    _sent: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        marking = (
            *(TrafficProjection(TwoPrograms(), self.noise), ClicksProjection(self.noise)),
            *(BulkProjection(self.noise), Journal(TwoPrograms(), [self.ear], noise=self.noise)),
        )
        self.house.projections = {**self.house.projections, **{one.name: one for one in marking}}

    def tell(self, story: Iterable[Step]) -> None:
        for what, about in story:
            if what in _SENT:
                source, bodies = _SENT[what](*about)
                self.receive(source, bodies)
            else:
                self._correct(what, *about)

    def receive(self, source: str, bodies: Sequence[bytes]) -> None:
        self._sent += 1
        self.house.receive(source, bodies, f"batch-{self._sent}")

    @property
    def events(self) -> Sequence[Recorded]:
        return self.house.log.follow(after=0, limit=1_000_000)

    def surrogate(self, kind: str, value: str) -> str:
        return self.house.surrogate(kind, value)

    def person(self, surrogate: str) -> str | None:
        return person_of(self.house.read_models, surrogate)

    def link(self, one: str, other: str) -> str:
        """Record a login of an account on a browser, as a worker would; return the id of the link."""
        log, at = self.house.log, self.house.clock.at
        key = link.link_id(tenant_namespace("main"), one, other, "login")
        stream = stream_name("main", link.DECIDER.category, key)
        (linked,) = link.connect(link.DECIDER.initial(), a=one, b=other, kind="login", occurred_at=at, evidence="e")
        log.commit(Commit([Append(stream, 0, [Fact(linked, Metadata(self.house.ids.new(), at, at))])]))
        self.house.project()
        return key

    def retract(self, link_id: str) -> None:
        house = self.house
        Correcting(house.log, "main", house.clock, house.ids, FOLLOWER).retract(link_id, "wrong")
        house.project()

    def _correct(self, what: str, about: Any) -> None:
        house, log = self.house, self.house.log
        correcting = Correcting(log, "main", house.clock, house.ids, FOLLOWER)
        if what == "retract":
            links = [one for one in self.events if isinstance(one.event, IdentityLinked)]
            if links:
                self.retract(links[about % len(links)].stream.rpartition("-")[2])
        elif what == "erase":
            if house.vault.find(Identifier("account", about)) is not None:
                house.erase("account", about)
        elif (surrogate := house.vault.find(Identifier("anonymous", about))) is not None:
            (correcting.block if what == "block" else correcting.unblock)(surrogate, "by hand")
        house.project()


def fold(
    events: Sequence[Recorded], sizes: Sequence[int], noise: NoisePolicy = EASY, watchers: Sequence[Watcher] = ()
) -> tuple[Heard, MemoryStore]:
    """Return what a journal says over batches of such sizes, each read afresh from the rows of those before it."""
    ear, store = Heard(), MemoryStore()
    journal = Journal(TwoPrograms(), [ear], noise=noise, watchers=watchers)
    ends = [0, *takewhile(lambda end: end < len(events), accumulate(cycle(sizes))), len(events)]
    for begin, end in pairwise(ends):
        rows = Rows(MemoryReadModels(store), "journal#1")
        journal.apply(events[begin:end], rows)
        for change in rows.changes():
            kept = store.rows[change.model, change.collection]
            if change.value is None:
                kept.pop(change.key, None)
            else:
                kept[change.key] = change.value
    return ear, store


#: Of a touch, what does not hang on when it was known and on what the journal alone tells.
_ALSO = dict.fromkeys(("known", "settled"), 0.0) | dict.fromkeys(("device", "season", "weather"), "")


def plain(touch: Touch) -> tuple[Any, ...]:
    """Return what of a touch read models and the journal both tell."""
    return tuple(
        getattr(touch, name) for name in Touch.__struct_fields__ if name not in {*_ALSO, "counts", "query", "stated"}
    )


def content(one: Observation) -> Observation:
    """Return an observation without when it became so."""
    return replace(one, position=0, known=0.0)


def by_customer(observations: Iterable[Observation]) -> dict[str, Counter[tuple[Any, ...]]]:
    """Return the touches of products that count, by customer."""
    found: dict[str, Counter[tuple[Any, ...]]] = {}
    for one in observations:
        if one.counts > 0 and one.product:
            found.setdefault(one.customer, Counter())[plain(one)] += 1
    return found
