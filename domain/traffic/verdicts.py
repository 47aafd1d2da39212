"""Who is it? Each rule asks the evidence one question; the verdict follows from the rules that fired.

Any rule that says bot is enough, as nothing proves that somebody is a person. A declared shopping agent is fast, even
and without a pointer by nature: of it only those rules are believed that no honest agent would fire.
"""

from collections.abc import Callable, Mapping
from math import sqrt
from typing import Literal

from attrs import frozen

from domain.traffic.evidence import Evidence
from domain.traffic.policy import NOISE, Class, NoisePolicy, RobotRules

Rule = Literal["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8"]

#: What a list of known programs may call a user agent; the empty word: nothing that it knows.
SHOPPING_AGENT, LIBRARY, DRIVEN = "shopping_agent", "http_library", "webdriver"


@frozen
class Verdict:
    """`rules`: those that fired, in order. `alert`: somebody should look at it now."""

    verdict: Class
    rules: tuple[Rule, ...]
    rule_version: str
    alert: bool = False


def judge(evidence: Evidence, policy: NoisePolicy = NOISE) -> Verdict:
    """Return the verdict on what is known by now; more evidence may make it better or worse."""
    evidence.settle(policy.robots)
    fired = tuple(rule for rule, fires in RULES.items() if fires(evidence, policy.robots))
    if not fired:
        return Verdict("human", (), policy.rule_version)
    return Verdict(_class(fired, evidence, policy.robots), fired, policy.rule_version, "B6" in fired)


def _class(fired: tuple[Rule, ...], evidence: Evidence, rules: RobotRules) -> Class:
    if not {"B1", "B2", "B6", "B7"}.isdisjoint(fired):
        return "bot"
    if "B8" in fired:
        return "agent"
    if "B3" in fired or ("B4" in fired and unreferred(evidence, rules)):
        return "bot"
    return "suspect"


def known_program(evidence: Evidence, _: RobotRules) -> bool:
    """B1: the user agent is on the list, or the browser says that a program drives it."""
    return any(program != SHOPPING_AGENT for program in evidence.programs)


def burst(evidence: Evidence, rules: RobotRules) -> bool:
    """B2: more pages, products or events in a while than anybody can look at."""
    return (
        evidence.pages.peak >= rules.pages.most
        or evidence.products.peak >= rules.products.most
        or evidence.everything.peak >= rules.events.most
    )


def clockwork(evidence: Evidence, rules: RobotRules) -> bool:
    """B3: the pauses between requests are too much alike."""
    gaps = evidence.gaps
    if gaps < rules.fewest_gaps:
        return False
    if evidence.equal_gaps > rules.equal_gaps * gaps:
        return True
    mean = evidence.gap_ms / gaps
    variance = max(evidence.gap_squares / gaps - mean * mean, 0.0)
    return sqrt(variance) < rules.least_variation * mean


def looks_at_everything(evidence: Evidence, rules: RobotRules) -> bool:
    """B4: many products, hardly one twice, and never a sign that anybody read a page."""
    return (
        evidence.countable >= rules.unengaged_views
        and not evidence.engagements
        and evidence.views - evidence.repeats >= rules.distinct_share * evidence.views
    )


def unreferred(evidence: Evidence, rules: RobotRules) -> bool:
    """The rest of B4: where referrers are told, hardly a view has one."""
    referable = evidence.referable
    return referable >= rules.unengaged_views and (referable - evidence.referred >= rules.unreferred_share * referable)


def sleepless(evidence: Evidence, rules: RobotRules) -> bool:
    """B5: active in nearly all hours of a day."""
    return evidence.most_hours >= rules.hours_of_24


def grabs(evidence: Evidence, rules: RobotRules) -> bool:
    """B6: fills carts with what was never looked at, or tries one card after the other."""
    return (
        evidence.blind_adds.peak >= rules.blind_adds.most or evidence.failed_payments.peak >= rules.failed_payments.most
    )


def trapped(evidence: Evidence, _: RobotRules) -> bool:
    """B7: was where no link leads that a person sees."""
    return evidence.traps > 0


def shops_for_somebody(evidence: Evidence, _: RobotRules) -> bool:
    """B8: a declared AI shopping agent. Pointer activity is asked of nobody who says so."""
    return SHOPPING_AGENT in evidence.programs


RULES: Mapping[Rule, Callable[[Evidence, RobotRules], bool]] = {
    "B1": known_program,
    "B2": burst,
    "B3": clockwork,
    "B4": looks_at_everything,
    "B5": sleepless,
    "B6": grabs,
    "B7": trapped,
    "B8": shops_for_somebody,
}
