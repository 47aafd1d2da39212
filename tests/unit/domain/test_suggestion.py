from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from domain.identity import suggestion
from domain.identity.suggestion import LinkSuggested, NotAProbability, SuggestedToItself, suggestion_id
from haberdasher.testing.given_when_then import given

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)
SUGGESTED = LinkSuggested("account:1", "email:2", 0.972, ("surname", "born"), "linkage-1", MONDAY)
SUGGEST = partial(
    suggestion.suggest, a="email:2", b="account:1", evidence=("surname", "born"), model_version="linkage-1"
)


def test_a_suggestion_is_made_from_either_side() -> None:
    """The pair is stored in order, the probability in thousandths."""
    given(suggestion.DECIDER).when(SUGGEST, probability=0.97234, suggested_at=MONDAY).then(SUGGESTED)
    tenant = UUID(int=7)
    assert suggestion_id(tenant, "a", "b") == suggestion_id(tenant, "b", "a") != suggestion_id(tenant, "a", "c")


def test_the_same_again_is_nothing_to_do() -> None:
    """A probability that moved, with the same evidence by the same model, is not news."""
    given(suggestion.DECIDER, SUGGESTED).when(SUGGEST, probability=0.98, suggested_at=FRIDAY).then_nothing()


def test_other_evidence_or_another_model_is_news() -> None:
    """What was suggested last is what news is measured by."""
    more = LinkSuggested("account:1", "email:2", 0.99, ("surname", "born", "city"), "linkage-1", FRIDAY)
    again = partial(SUGGEST, probability=0.99, suggested_at=FRIDAY)
    given(suggestion.DECIDER, SUGGESTED).when(again, evidence=more.evidence).then(more)
    other = LinkSuggested("account:1", "email:2", 0.99, ("surname", "born"), "linkage-2", FRIDAY)
    given(suggestion.DECIDER, SUGGESTED).when(again, model_version="linkage-2").then(other)
    back = LinkSuggested("account:1", "email:2", 0.99, ("surname", "born"), "linkage-1", FRIDAY)
    given(suggestion.DECIDER, SUGGESTED, more).when(again).then(back)


def test_nobody_is_suggested_to_be_himself() -> None:
    """An identifier and itself are no pair."""
    given(suggestion.DECIDER).when(SUGGEST, b="email:2", probability=0.5, suggested_at=MONDAY).then_raises(
        SuggestedToItself
    )


def test_a_probability_is_one() -> None:
    """More than certainty, less than nothing and no number at all are refused by the field's name."""
    for wrong in (1.5, -0.1, float("nan")):
        broken = given(suggestion.DECIDER).when(SUGGEST, probability=wrong, suggested_at=MONDAY)
        assert "probability" in str(broken.then_raises(NotAProbability))
