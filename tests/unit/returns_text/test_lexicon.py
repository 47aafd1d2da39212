"""What phrases say and deny, language by language."""

import pytest

from ml.returns_text.lexicon import Reading
from ml.returns_text.reader import knowledge
from ml.returns_text.scrub import Language, scrubbed


def read(language: Language, comment: str) -> Reading:
    return knowledge().lexicons[language].read(scrubbed(comment))


def said(language: Language, comment: str) -> set[str]:
    return set(read(language, comment).said)


@pytest.mark.parametrize(
    ("language", "comment", "labels"),
    [
        ("en", "not too small but the sleeves are way too long", {"fit_length_long", "fit_part_sleeve"}),
        ("en", "Not too big at all, rather too tight.", {"fit_small"}),
        ("en", "it's not only too small but also see-through", {"fit_small", "see_through"}),
        ("en", "not big enough", {"fit_small"}),
        ("en", "It is not too long, not too short", set()),
        ("de", "nicht zu klein, sondern zu groß", {"fit_large"}),
        ("de", "zu klein ist es nicht, aber der Stoff kratzt", {"fabric_feel"}),
        ("de", "nicht nur zu klein, auch durchsichtig", {"fit_small", "see_through"}),
        ("fr", "pas trop petit mais trop long", {"fit_length_long"}),
        ("fr", "ça ne gratte pas, mais c'est trop grand", {"fit_large"}),
        ("es", "no es pequeño, es demasiado grande", {"fit_large"}),
        ("es", "no me queda pequeño pero el color es feo", {"taste_colour"}),
    ],
)
def test_a_denial_reaches_to_the_end_of_what_it_denies(language: Language, comment: str, labels: set[str]) -> None:
    """Marks and words such as `but` end it; `not only` denies nothing; what needs a `not` to be said keeps it."""
    assert said(language, comment) == labels


def test_what_is_denied_is_known() -> None:
    """The classifier has to be told; but what is said elsewhere in the comment is said."""
    assert "fit_small" in read("en", "not too small").denied
    assert read("en", "not too small, the waist is too tight").said == {"fit_small", "fit_part_waist"}
    assert "fit_part_waist" in read("de", "Taille passt gut, aber zu lang").denied
    assert {"taste_colour", "colour_mismatch"} <= read("fr", "très belle couleur, mais trop grand").denied


@pytest.mark.parametrize(
    ("language", "comment", "labels"),
    [
        ("en", "could be wider in the hips", {"fit_small", "fit_part_hips_thighs"}),
        ("en", "needs to be longer", {"fit_length_short"}),
        ("en", "a little shorter and it would be perfect", {"fit_length_long"}),
        ("de", "eine Nummer größer gebraucht", {"fit_small"}),
        ("de", "dürfte etwas länger sein", {"fit_length_short"}),
        ("fr", "il faut prendre une taille au-dessus", {"fit_small"}),
        ("es", "necesito una talla menos", {"fit_large"}),
    ],
)
def test_what_is_wished_for_is_what_it_lacks(language: Language, comment: str, labels: set[str]) -> None:
    """Who needs it wider finds it too small."""
    assert said(language, comment) == labels


@pytest.mark.parametrize(
    ("language", "comment", "labels"),
    [
        ("en", "Ordered M, need L", {"fit_small"}),
        ("en", "need a 10 instead of a 12", {"fit_large"}),
        ("en", "ordered a 38 and got a 40", {"wrong_item"}),
        ("en", "Size S fits like an XS", {"fit_small"}),
        ("en", "ordered M, need 40", set()),
        ("de", "Habe 40, brauche aber 38", {"fit_large"}),
        ("fr", "J'ai pris du M, il me faut du L", {"fit_small"}),
        ("es", "pedí M y llegó S", {"wrong_item"}),
    ],
)
def test_sizes_are_compared_on_their_scale(language: Language, comment: str, labels: set[str]) -> None:
    """The size that is needed, or that came, is held against the one ordered; letters and numbers do not mix."""
    assert said(language, comment) == labels


@pytest.mark.parametrize(
    ("language", "comment", "labels"),
    [
        ("en", "Shoes are too narrow", {"fit_small", "fit_foot_width"}),
        ("en", "too narrow across the shoulders", {"fit_small"}),
        ("en", "waist too big but thighs too tight",
         {"fit_small", "fit_large", "fit_part_waist", "fit_part_hips_thighs"}),
        ("en", "too small, too big", set()),
        ("en", "The sleeves. Too short.", {"fit_length_short", "fit_part_sleeve"}),
        ("en", "Tight around the waist, legs are fine.", {"fit_small", "fit_part_waist"}),
        ("en", "can't lift my arms in it", {"fit_small"}),
        ("de", "passt an der Brust nicht", {"fit_part_bust"}),
        ("fr", "la taille est trop petite", {"fit_small"}),
        ("fr", "trop serré à la taille", {"fit_small", "fit_part_waist"}),
        ("es", "ancho de cintura", {"fit_large", "fit_part_waist"}),
    ],
)  # fmt: skip
def test_parts_belong_to_the_clause_they_stand_in(language: Language, comment: str, labels: set[str]) -> None:
    """Two directions need two parts; width is of the foot only in shoes; praise of a part says nothing of it."""
    assert said(language, comment) == labels


def test_a_disliked_topic_says_what_is_disliked() -> None:
    """Colour, fabric and quality have labels of their own; anything else is a matter of style."""
    assert said("en", "I don't like the colour") == {"taste_colour"}
    assert said("de", "Material und Stil gefallen mir nicht") == {"fabric_feel", "taste_style"}
    assert said("fr", "Ne me plaît pas") == {"taste_style"}
    assert said("es", "No me gusta la calidad") == {"poor_quality"}
    assert said("en", "I don't like the fit") == set()


def test_the_longer_phrase_has_seen_more() -> None:
    """`too long to arrive` is late, and nothing is too long."""
    assert said("en", "took too long to arrive") == {"late"}
    assert said("de", "viel zu lange Lieferzeit") == {"late"}


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "really "), ("en", "too "), ("de", "viel zu "), ("fr", "vraiment trop "), ("es", "muy una talla ")],
)
def test_repeated_words_are_read_at_all(language: Language, words: str) -> None:
    """What can be understood in many ways does not take for ever, and says nothing."""
    assert said(language, words * 1000) == set()
