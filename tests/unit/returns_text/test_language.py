import pytest

from ml.returns_text.reader import knowledge
from ml.returns_text.scrub import scrubbed


@pytest.mark.parametrize(
    ("comment", "language"),
    [
        ("The hem came undone when my sister tried it on", "en"),
        ("Leider konnte meine Schwester damit nichts anfangen", "de"),
        ("Ma soeur l'a essayé et elle n'en voulait pas", "fr"),
        ("Mi hermana se lo probó y no lo quiso", "es"),
        ("too small", "en"), ("zu klein", "de"), ("trop petit", "fr"), ("muy pequeño", "es"),
        ("faellt gross aus", "de"), ("tres jolie mais trop serre", "fr"), ("la talla es pequena", "es"),
    ],
)  # fmt: skip
def test_the_four_languages_are_told_apart(comment: str, language: str) -> None:
    """Short comments and such without accents too."""
    assert knowledge().languages.of(scrubbed(comment)) == language


@pytest.mark.parametrize(
    "comment",
    ["", "   ", "98765", "Produkten passade inte alls, tyvärr", "Nie pasuje, proszę o zwrot pieniędzy", "sdfkjh wrtzp"],
)
def test_other_languages_and_noise_are_none(comment: str) -> None:
    """What is not written in one of the four is not read."""
    assert knowledge().languages.of(scrubbed(comment)) is None
