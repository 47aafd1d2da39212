"""A link is rejected exactly if the person it would make has too many identifiers of a kind, ever or in a window."""

from collections import Counter
from collections.abc import Sequence

from attrs import evolve as changed
from hypothesis import given, settings

from application.projections.identity import PERSONS, IdentityProjection
from application.projections.rows import View
from domain.identity.policy import IdentityPolicy
from domain.identity.resolver import Link, Node, resolve
from tests.properties.test_identity_projection import POLICY, STEPS, World
from tests.properties.test_identity_resolution import Graph, graphs, policies


def too_many(
    members: set[str], accepted: list[Link], link: Link, nodes: dict[str, Node], policy: IdentityPolicy
) -> bool:
    """Say it as `domain.md` §3.3 does: of a kind, all members, or those that a link within the window touched."""
    for kind, count in Counter(nodes[name].kind for name in members).items():
        limit = policy.limits.get(kind)
        if limit is None or count <= limit.count:
            continue
        if limit.window is None:
            return True
        inside = [
            one
            for one in (*accepted, link)
            if one.a in members and abs(one.occurred_at - link.occurred_at) <= limit.window
        ]
        near = {end for one in inside for end in (one.a, one.b) if nodes[end].kind == kind}
        if len(near) > limit.count:
            return True
    return False


@given(graphs(), policies)
@settings(max_examples=300, deadline=None)
def test_a_link_is_rejected_if_and_only_if_it_breaks_a_limit(graph: Graph, policy: IdentityPolicy) -> None:
    """Joined one by one, strongest and oldest first, as plainly as it can be said."""
    found = graph.resolve(policy)
    nodes = {node.surrogate: node for node in graph.nodes}
    person = {name: {name} for name in nodes}
    limited = {link.link_id for link, refusal in found.rejected if refusal == "limit"}
    judged = [*found.accepted, *(link for link, refusal in found.rejected if refusal == "limit")]
    accepted: list[Link] = []
    for link in sorted(judged, key=lambda one: (-policy.strengths[one.kind], one.occurred_at, one.link_id)):
        union = person[link.a] | person[link.b]
        breaks = person[link.a] is not person[link.b] and too_many(union, accepted, link, nodes, policy)
        assert breaks == (link.link_id in limited)
        if not breaks:
            accepted.append(link)
            person.update(dict.fromkeys(union, union))
    for members in found.members.values():
        assert set(members) == person[members[0]]


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_another_policy_and_back_gives_the_same_persons(steps: Sequence[tuple[str, str, str, str, int]]) -> None:
    """Persons are rebuilt from the links under whatever policy, and depend on nothing that was decided before."""
    world = World()
    for step in steps:
        world.take(step)
    world.store()
    world.runner.rebuild(IdentityProjection(changed(POLICY, version="loose", limits={}, degree_caps={})))
    loose = resolve(
        world.nodes.values(), world.links.values(), world.blocks, changed(POLICY, limits={}, degree_caps={})
    )
    assert dict(View(world.read_models, "identity").all(PERSONS)) == dict(loose.members)
    world.runner.rebuild(IdentityProjection(POLICY))
    world.check()
