"""Persons are a pure function of the set of active links."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from attrs import evolve as changed
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.identity.attribution import attribute
from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy, Limit
from domain.identity.resolver import Link, Node, Partition, component, resolve

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = ("account", "loyalty", "email", "device", "anonymous", "session", "kiosk")

#: Tight limits, so that small graphs reach them.
TIGHT = IdentityPolicy(
    limits={
        "account": Limit(1),
        "loyalty": Limit(2),
        "email": Limit(2, timedelta(days=30)),
        "device": Limit(2, timedelta(days=30)),
        "anonymous": Limit(3, timedelta(days=10)),
    },
    degree_caps={"email": 2, "device": 3, "anonymous": 3},
    bound_within={"session": timedelta(days=20)},
)
policies = st.sampled_from([TIGHT, DEFAULT_POLICY])


@frozen
class Graph:
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    blocks: frozenset[str]

    def resolve(self, policy: IdentityPolicy) -> Partition:
        return resolve(self.nodes, self.links, self.blocks, policy)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to a dozen identifiers, dense links, few distinct times, some blocked by hand."""
    days = st.integers(0, 60).map(lambda day: NEW_YEAR + timedelta(days=day))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=5, max_size=10))
    nodes = tuple(Node(f"{kind}:{number}", kind, draw(days)) for number, kind in enumerate(kinds))
    names = st.sampled_from([node.surrogate for node in nodes])
    pairs = draw(
        st.lists(st.tuples(names, names), min_size=3, max_size=30).map(
            lambda found: [(a, b) for a, b in found if a != b]
        )
    )
    link_kinds = st.sampled_from(["login", "loyalty_scan", "order", "guest_checkout", "same_session", "looks_alike"])
    links = tuple(
        Link(f"link-{number}", min(pair), max(pair), draw(link_kinds), draw(days)) for number, pair in enumerate(pairs)
    )
    return Graph(nodes, links, frozenset(draw(st.lists(names, max_size=2))))


@given(graphs(), st.integers(), policies)
@settings(max_examples=200, deadline=None)
def test_neither_order_nor_repetition_of_links_matters(graph: Graph, seed: int, policy: IdentityPolicy) -> None:
    """Shuffled identifiers and shuffled, doubled links give the same persons."""
    nodes, links = list(graph.nodes), [*graph.links, *graph.links]
    Random(seed).shuffle(nodes)
    Random(seed).shuffle(links)

    again, once = resolve(nodes, links, graph.blocks, policy), graph.resolve(policy)
    assert set(again.rejected) == set(once.rejected)
    assert changed(again, rejected=()) == changed(once, rejected=())


@given(graphs(), st.data(), policies)
@settings(max_examples=150, deadline=None)
def test_retracting_a_link_undoes_it(graph: Graph, data: st.DataObject, policy: IdentityPolicy) -> None:
    """Whatever a late link merged or displaced comes back when it is taken away."""
    names = st.sampled_from([node.surrogate for node in graph.nodes])
    pair = data.draw(st.lists(names, min_size=2, max_size=2, unique=True))
    late = Link("late", min(pair), max(pair), data.draw(st.sampled_from(["sign_up", "order"])), NEW_YEAR)
    with_it = changed(graph, links=(*graph.links, late))
    without = changed(with_it, links=tuple(link for link in with_it.links if link != late))

    assert without.resolve(policy) == graph.resolve(policy)


@given(graphs(), policies)
@settings(max_examples=200, deadline=None)
def test_recomputing_one_component_gives_what_recomputing_all_gives(graph: Graph, policy: IdentityPolicy) -> None:
    """The person, the sharing and the attribution of every identifier are decided inside its component."""
    everything = graph.resolve(policy)
    by_name = {node.surrogate: node for node in graph.nodes}
    for name in by_name:
        own = component(
            name,
            by_name.__getitem__,
            lambda surrogate: [link for link in graph.links if surrogate in {link.a, link.b}],
            graph.blocks,
            policy,
        )
        local = resolve(*own, graph.blocks, policy)
        person = everything.person_of.get(name)
        assert local.person_of.get(name) == person
        assert local.members.get(person or "") == everything.members.get(person or "")
        assert (name in local.shared) == (name in everything.shared)
        assert set(local.accepted) <= set(everything.accepted)


@given(graphs(), policies)
@settings(max_examples=200, deadline=None)
def test_every_person_keeps_the_limits(graph: Graph, policy: IdentityPolicy) -> None:
    """At most one account, at most the limit of a kind ever, and in a window around each link that united."""
    kind_of = {node.surrogate: node.kind for node in graph.nodes}
    found = graph.resolve(policy)
    for members in found.members.values():
        counts = Counter(kind_of[name] for name in members)
        assert counts["account"] <= 1
        assert counts["kiosk"] == 0 or len(members) == 1
        for kind, limit in policy.limits.items():
            assert limit.window is not None or counts[kind] <= limit.count


@given(graphs(), policies)
@settings(max_examples=200, deadline=None)
def test_blocked_and_overconnected_identifiers_are_in_no_person(graph: Graph, policy: IdentityPolicy) -> None:
    """They join nobody, and every other identifier is in exactly one person, named by its oldest member."""
    found = graph.resolve(policy)
    assert graph.blocks <= found.blocked
    names = sorted(name for members in found.members.values() for name in members)
    assert names == sorted({node.surrogate for node in graph.nodes} - found.blocked)
    ages = {node.surrogate: (node.first_seen, node.surrogate) for node in graph.nodes}
    for person, members in found.members.items():
        assert person == min(members, key=ages.__getitem__)
        assert all(found.person_of[name] == person for name in members)
    assert Counter([*found.accepted, *(link for link, _ in found.rejected)]) == Counter(graph.links)
    for link in found.accepted:
        assert found.person_of[link.a] == found.person_of[link.b]


@given(graphs(), policies)
@settings(max_examples=200, deadline=None)
def test_a_session_token_joins_nothing_that_was_seen_after_its_session(graph: Graph, policy: IdentityPolicy) -> None:
    """What comes later changes no person: it is as if those links were not there."""
    born = {node.surrogate: node.first_seen for node in graph.nodes if node.kind == "session"}
    within = policy.bound_within["session"]
    late = {
        link.link_id
        for link in graph.links
        if any(end in born and link.occurred_at - born[end] > within for end in (link.a, link.b))
    }
    without = changed(graph, links=tuple(link for link in graph.links if link.link_id not in late))
    found, expected = graph.resolve(policy), without.resolve(policy)
    assert (found.person_of, found.accepted, found.blocked) == (
        expected.person_of,
        expected.accepted,
        expected.blocked,
    )


@given(graphs(), policies)
@settings(max_examples=100, deadline=None)
def test_a_younger_identifier_never_renames_a_person(graph: Graph, policy: IdentityPolicy) -> None:
    """Linking something new to a person leaves the person's id as it was."""
    before = graph.resolve(policy)
    young = Node("loyalty:young", "loyalty", NEW_YEAR + timedelta(days=400))
    for person in before.members:
        link = Link("young", person, young.surrogate, "guest_checkout", NEW_YEAR + timedelta(days=400))
        after = changed(graph, nodes=(*graph.nodes, young), links=(*graph.links, link)).resolve(policy)
        assert person in after.blocked or after.person_of[person] == person


@given(graphs(), policies, st.data())
@settings(max_examples=200, deadline=None)
def test_every_event_is_of_exactly_one_person(graph: Graph, policy: IdentityPolicy, data: st.DataObject) -> None:
    """Attribution always answers, an account decides, and a shared device alone never names a resolved person."""
    found = graph.resolve(policy)
    accounts = [node.surrogate for node in graph.nodes if node.kind == "account"]
    account = data.draw(st.sampled_from([None, *accounts]))
    for node in graph.nodes:
        person = attribute(found, node.surrogate, account=account, session_account=None)
        if account is not None:
            assert person == found.person_of.get(account, f"{account}#unattributed")
        elif node.surrogate in found.shared | found.blocked:
            assert person not in found.members
        else:
            assert person == found.person_of[node.surrogate]
