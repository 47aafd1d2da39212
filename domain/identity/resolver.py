"""Persons as a pure function of the set of active links: arrival order cannot matter, and a split undoes a merge.

Links are taken strongest first, then oldest, then by id, and joined as in Kruskal's algorithm; one that would break
a limit of the policy is rejected. Limits act inside one connected component only, so recomputing the component that
a new link touches gives what recomputing everything would.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

from attrs import Factory, define, evolve, frozen

from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy, Limit

Refusal = Literal["limit", "kind_of_link", "kind_of_identifier", "blocked", "identifier_unknown", "session_over"]


@frozen
class Node:
    """An identifier as the resolver sees it."""

    surrogate: str
    kind: str
    first_seen: datetime


@frozen
class Link:
    """An active link between the surrogates `a` and `b`."""

    link_id: str
    a: str
    b: str
    kind: str
    occurred_at: datetime

    def other(self, surrogate: str) -> str:
        return self.b if surrogate == self.a else self.a


@frozen
class Partition:
    """`person_of`: identifier to person, blocked ones left out. `members`: person to its identifiers, sorted.

    A person id is the surrogate of its oldest member, so any id that ever named a person still finds one here.
    """

    person_of: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]
    accepted: tuple[Link, ...] = ()
    rejected: tuple[tuple[Link, Refusal], ...] = ()
    shared: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()


_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
#: Sorts behind every surrogate.
_AFTER_ALL = chr(0x10FFFF)


@define
class _Cell:
    """A person in the making: its members, the oldest of them, how many of each kind.

    `touches`: by kind, when accepted links touched which member, in order of time.
    """

    oldest: Node
    members: list[str]
    counts: dict[str, int]
    touches: dict[str, list[tuple[datetime, str]]] = Factory(dict)

    def absorb(self, other: "_Cell") -> None:
        self.oldest = min(self.oldest, other.oldest, key=lambda node: (node.first_seen, node.surrogate))
        self.members += other.members
        for kind, count in other.counts.items():
            self.counts[kind] = self.counts.get(kind, 0) + count
        for kind, touches in other.touches.items():
            self.touches[kind] = sorted(self.touches.get(kind, []) + touches)

    def touched(self, kind: str, begin: datetime, end: datetime) -> set[str]:
        """Return the members of a kind that were touched from `begin` to `end`."""
        touches = self.touches.get(kind, [])
        last = bisect_right(touches, (end, _AFTER_ALL))
        return {name for _, name in touches[bisect_left(touches, (begin, "")) : last]}


def resolve(
    identifiers: Iterable[Node],
    links: Iterable[Link],
    blocks: Collection[str] = frozenset(),
    policy: IdentityPolicy = DEFAULT_POLICY,
) -> Partition:
    """Compute the persons. `blocks` are identifiers blocked by hand; too well-connected ones are found here.

    A link of unknown identifiers, kinds or strength is rejected with its reason, never guessed.
    """
    nodes = {node.surrogate: node for node in identifiers}
    known = {link.link_id: link for link in links}.values()
    judged = [(link, _refusal(link, nodes, blocks, policy)) for link in known]
    rejected = [(link, refusal) for link, refusal in judged if refusal is not None]
    fit = [link for link, refusal in judged if refusal is None]
    blocked = frozenset(blocks) & nodes.keys() | _too_connected(nodes, fit, policy)
    rejected += [(link, "blocked") for link in fit if link.a in blocked or link.b in blocked]
    usable = [link for link in fit if link.a not in blocked and link.b not in blocked]
    found = persons([node for node in nodes.values() if node.surrogate not in blocked], usable, policy)
    return evolve(found, rejected=(*rejected, *found.rejected), blocked=blocked)


def persons(identifiers: Iterable[Node], links: Iterable[Link], policy: IdentityPolicy = DEFAULT_POLICY) -> Partition:
    """Compute the persons of identifiers and links of which none is blocked or unfit, as `component` returns them."""
    nodes = {node.surrogate: node for node in identifiers}
    rejected: list[tuple[Link, Refusal]] = []
    cells = {one: _Cell(node, [one], {node.kind: 1}) for one, node in nodes.items()}
    accepted: list[Link] = []
    # A limit that all of them together keep is kept by every person among them.
    counts = Counter(node.kind for node in nodes.values())
    limits = {kind: limit for kind, limit in policy.limits.items() if counts[kind] > limit.count}
    for link in sorted(links, key=lambda link: (-policy.strengths[link.kind], link.occurred_at, link.link_id)):
        if _join(link, cells, nodes, limits):
            accepted.append(link)
        else:
            rejected.append((link, "limit"))

    members: dict[str, list[str]] = defaultdict(list)
    for surrogate, cell in sorted(cells.items()):
        members[cell.oldest.surrogate].append(surrogate)
    return Partition(
        {surrogate: cell.oldest.surrogate for surrogate, cell in cells.items()},
        {person: tuple(group) for person, group in members.items()},
        tuple(accepted),
        tuple(rejected),
        _shared(nodes, links, policy),
    )


def component(
    start: str,
    node_of: Callable[[str], Node],
    links_of: Callable[[str], Collection[Link]],
    blocks: Collection[str] = frozenset(),
    policy: IdentityPolicy = DEFAULT_POLICY,
) -> tuple[tuple[Node, ...], tuple[Link, ...]]:
    """Return the identifiers connected to `start`, and their links: what `resolve` needs to recompute its person.

    `links_of` gives all active links of an identifier. Blocked and too well-connected identifiers are not walked
    through, and their links are left out: they join nobody.
    """
    nodes: dict[str, Node] = {}
    links: dict[str, Link] = {}
    fits: dict[str, bool] = {}
    ends: dict[str, Node] = {}
    dead = set(blocks)
    waiting = [start]
    while waiting:
        surrogate = waiting.pop()
        if surrogate in nodes or surrogate in dead:
            continue
        node = ends.get(surrogate) or ends.setdefault(surrogate, node_of(surrogate))
        cap = policy.degree_caps.get(node.kind)
        neighbours: set[str] = set()
        for link in links_of(surrogate):
            other = link.b if link.a == surrogate else link.a
            fit = fits.get(link.link_id)
            if fit is None:
                if other not in ends:
                    ends[other] = node_of(other)
                fit = fits[link.link_id] = _refusal(link, ends, blocks, policy) is None
                if fit:
                    links[link.link_id] = link
            if fit:
                neighbours.add(other)
                if cap is not None and len(neighbours) > cap:
                    dead.add(surrogate)
                    break
        else:
            nodes[surrogate] = node
            waiting += neighbours - nodes.keys()
    return tuple(nodes.values()), tuple(link for link in links.values() if link.a in nodes and link.b in nodes)


def _refusal(link: Link, nodes: Mapping[str, Node], blocks: Collection[str], policy: IdentityPolicy) -> Refusal | None:
    """Say what makes a link unfit by itself, whatever the other links are."""
    one, other = nodes.get(link.a), nodes.get(link.b)
    if one is None or other is None:
        return "identifier_unknown"
    if link.a in blocks or link.b in blocks:
        return "blocked"
    if one.kind in policy.never_linked or other.kind in policy.never_linked:
        return "kind_of_identifier"
    for node in (one, other):
        within = policy.bound_within.get(node.kind)
        if within is not None and link.occurred_at - node.first_seen > within:
            return "session_over"
    return None if policy.strengths.get(link.kind) else "kind_of_link"


def _join(link: Link, cells: dict[str, _Cell], nodes: Mapping[str, Node], limits: Mapping[str, Limit]) -> bool:
    """Make one person of the two ends, unless that would break a limit; say whether the link is accepted."""
    one, other = cells[link.a], cells[link.b]
    ends = [node for node in (nodes[link.a], nodes[link.b]) if node.kind in limits]
    if one is not other:
        if _breaks_limit(one, other, link.occurred_at, ends, limits):
            return False
        if len(one.members) < len(other.members):
            one, other = other, one
        one.absorb(other)
        cells.update(dict.fromkeys(other.members, one))
    for node in ends:
        insort(one.touches.setdefault(node.kind, []), (link.occurred_at, node.surrogate))
    return True


def _breaks_limit(one: _Cell, other: _Cell, at: datetime, ends: Iterable[Node], limits: Mapping[str, Limit]) -> bool:
    """Whether a person made of two by a link at `at`, between `ends`, would have too many identifiers of a kind."""
    for kind, limit in limits.items():
        if one.counts.get(kind, 0) + other.counts.get(kind, 0) <= limit.count:
            continue
        if limit.window is None:
            return True
        begin, end = at - min(limit.window, at - _FIRST), at + min(limit.window, _LAST - at)
        near = one.touched(kind, begin, end) | other.touched(kind, begin, end)
        near.update(node.surrogate for node in ends if node.kind == kind)
        if len(near) > limit.count:
            return True
    return False


def _exceeds(node: Node, degree: int, policy: IdentityPolicy) -> bool:
    return degree > policy.degree_caps.get(node.kind, degree)


def _too_connected(nodes: Mapping[str, Node], links: Iterable[Link], policy: IdentityPolicy) -> frozenset[str]:
    neighbours: dict[str, set[str]] = defaultdict(set)
    for link in links:
        neighbours[link.a].add(link.b)
        neighbours[link.b].add(link.a)
    return frozenset(name for name, found in neighbours.items() if _exceeds(nodes[name], len(found), policy))


def _shared(nodes: Mapping[str, Node], links: Iterable[Link], policy: IdentityPolicy) -> frozenset[str]:
    """Find the devices and cookies on which two accounts logged in within the policy's window, accepted or not."""
    if sum(node.kind == "account" for node in nodes.values()) < 2:
        return frozenset()
    logins: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for link in links:
        for carrier, account in ((link.a, link.b), (link.b, link.a)):
            if nodes[carrier].kind in policy.shared_carriers and nodes[account].kind == "account":
                logins[carrier].append((link.occurred_at, account))
    return frozenset(
        carrier
        for carrier, seen in logins.items()
        if any(one != two and abs(at - then) <= policy.shared_window for at, one in seen for then, two in seen)
    )
