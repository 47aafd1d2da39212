"""What a customer looks for now: the same for serving and for training."""

from hypothesis import given
from hypothesis import strategies as st

from application.features.ranking import sought
from application.features.touch import Touch
from application.learning.dataset import build
from application.learning.histories import Histories, Row
from application.learning.timeline import Timeline
from haberdasher.testing.recommender import quiet
from tests.support.observed import observed

TOUCHES = st.lists(
    st.builds(
        lambda at, action, product, taste: Touch(
            float(at), float(at), action, product, taste=taste if action == "return" else 1.0
        ),
        st.integers(1, 60),
        st.sampled_from(["view", "click", "cart", "purchase", "return", "return"]),
        st.sampled_from(["coat", "hat", "scarf"]),
        st.sampled_from([-1.0, 0.0, 0.7]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda touch: touch.at,
)


def touch(at: float, action: str, product: str, taste: float = 1.0) -> Touch:
    return Touch(at, at, action, product, taste=taste)


def test_what_came_back_for_taste_is_looked_for_no_longer() -> None:
    """Sent back by its taste label it is no reason to show more like it, until it is touched again."""
    bought = [touch(1, "view", "coat"), touch(2, "view", "hat"), touch(3, "purchase", "coat")]
    assert sought(bought) == ["coat", "hat", "coat"]
    assert sought([*bought, touch(4, "return", "coat", -1.0)]) == ["hat"]
    assert sought([*bought, touch(4, "return", "coat", 0.0), touch(5, "view", "coat")]) == ["hat", "coat"]


def test_what_did_not_fit_is_still_looked_for() -> None:
    """The wrong size is no matter of taste."""
    assert sought([touch(1, "purchase", "coat"), touch(2, "return", "coat", 1.0)]) == ["coat"]


@given(TOUCHES)
def test_training_looks_for_what_serving_does(touches: list[Touch]) -> None:
    """The timeline, which hears one touch after the other, ends with the same list."""
    ordered = sorted(touches, key=lambda one: one.at)
    histories = observed(Histories(rows=[Row("s", "ada", list(ordered))], by_person={"ada": list(ordered)}))
    timeline = Timeline.of(histories.observations, build(histories, quiet))
    timeline.advance(1000.0)
    assert list(timeline.seen("ada", 100)) == list(sought(ordered))
