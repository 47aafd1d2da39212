"""Persons as a pure function of the set of active links: arrival order cannot matter, and a split undoes a merge.

Links are taken strongest first, then oldest, then by id, and joined as in Kruskal's algorithm; one that would break
a limit of the policy is rejected. Limits act inside one connected component only, so recomputing the component that
a new link touches gives what recomputing everything would.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Literal

from attrs import define, frozen

from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy

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


@define
class _Cell:
    """A person in the making: its members, the oldest of them, and when accepted links touched them."""

    oldest: Node
    nodes: tuple[Node, ...]
    touches: tuple[tuple[datetime, Node], ...] = ()


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
    rejected = [(link, refusal) for link in known if (refusal := _refusal(link, nodes, blocks, policy))]
    fit = [link for link in known if _refusal(link, nodes, blocks, policy) is None]
    blocked = frozenset(blocks) & nodes.keys() | _too_connected(nodes, fit, policy)
    rejected += [(link, "blocked") for link in fit if {link.a, link.b} & blocked]
    usable = [link for link in fit if not {link.a, link.b} & blocked]

    cells = {surrogate: _Cell(node, (node,)) for surrogate, node in nodes.items() if surrogate not in blocked}
    accepted: list[Link] = []
    for link in sorted(usable, key=lambda link: (-policy.strengths[link.kind], link.occurred_at, link.link_id)):
        if _join(link, cells, nodes, policy):
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
        _shared(nodes, usable, policy),
        blocked,
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
    dead = set(blocks)
    waiting = [start]
    while waiting:
        surrogate = waiting.pop()
        if surrogate in nodes or surrogate in dead:
            continue
        node = node_of(surrogate)
        ends = {surrogate: node}
        own = []
        for link in links_of(surrogate):
            other = link.other(surrogate)
            ends[other] = nodes.get(other) or node_of(other)
            if _refusal(link, ends, blocks, policy) is None:
                own.append(link)
        if _exceeds(node, len({link.other(surrogate) for link in own}), policy):
            dead.add(surrogate)
            continue
        nodes[surrogate] = node
        links.update((link.link_id, link) for link in own)
        waiting.extend(link.other(surrogate) for link in own)
    return tuple(nodes.values()), tuple(link for link in links.values() if link.a in nodes and link.b in nodes)


def _refusal(link: Link, nodes: Mapping[str, Node], blocks: Collection[str], policy: IdentityPolicy) -> Refusal | None:
    """Say what makes a link unfit by itself, whatever the other links are."""
    if link.a not in nodes or link.b not in nodes:
        return "identifier_unknown"
    if link.a in blocks or link.b in blocks:
        return "blocked"
    if {nodes[link.a].kind, nodes[link.b].kind} & policy.never_linked:
        return "kind_of_identifier"
    for node in (nodes[link.a], nodes[link.b]):
        within = policy.bound_within.get(node.kind)
        if within is not None and link.occurred_at - node.first_seen > within:
            return "session_over"
    return None if policy.strengths.get(link.kind) else "kind_of_link"


def _join(link: Link, cells: dict[str, _Cell], nodes: Mapping[str, Node], policy: IdentityPolicy) -> bool:
    """Make one person of the two ends, unless that would break a limit; say whether the link is accepted."""
    touches = ((link.occurred_at, nodes[link.a]), (link.occurred_at, nodes[link.b]))
    one, other = cells[link.a], cells[link.b]
    if one is other:
        one.touches += touches
        return True
    union = _Cell(
        min(one.oldest, other.oldest, key=lambda node: (node.first_seen, node.surrogate)),
        one.nodes + other.nodes,
        one.touches + other.touches + touches,
    )
    if _breaks_limit(union, link.occurred_at, policy):
        return False
    cells.update((node.surrogate, union) for node in union.nodes)
    return True


def _breaks_limit(cell: _Cell, at: datetime, policy: IdentityPolicy) -> bool:
    by_kind: dict[str, set[str]] = defaultdict(set)
    for node in cell.nodes:
        by_kind[node.kind].add(node.surrogate)
    for kind, found in by_kind.items():
        limit = policy.limits.get(kind)
        if limit is None or len(found) <= limit.count:
            continue
        if limit.window is None:
            return True
        near = {node.surrogate for time, node in cell.touches if node.kind == kind and abs(time - at) <= limit.window}
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
