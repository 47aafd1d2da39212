import random
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve, fields

from adapters.sources.simulation import look as words
from adapters.sources.simulation.look import GARMENTS, Look
from adapters.sources.simulation.pictures import draw, shown
from adapters.sources.simulation.pictures.palette import Palette, brightness

VOCABULARY = {
    "garment": words.GARMENTS,
    "silhouette": words.SILHOUETTES,
    "neckline": words.NECKLINES,
    "sleeve": words.SLEEVES,
    "length": words.LENGTHS,
    "pattern": words.PATTERNS,
    "texture": words.TEXTURES,
    "colour": tuple(words.COLOURS),
    "second": tuple(words.COLOURS),
}
MAX_BYTES, MEAN_BYTES = 10_500, 6_000
DRAWN_WITH = {
    *("svg", "defs", "g", "use", "path", "rect", "circle", "ellipse", "pattern", "clipPath", "filter", "stop"),
    *("linearGradient", "radialGradient", "feGaussianBlur", "feDropShadow"),
}


def sample(count: int, seed: int) -> Iterator[Look]:
    """Draw looks at random, every garment equally often."""
    rng = random.Random(seed)
    for number in range(count):
        look = {field: rng.choice(known) for field, known in VOCABULARY.items()}
        yield Look(**{**look, "garment": GARMENTS[number % len(GARMENTS)]})


def ids(svg: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', svg))


def plain(garment: str) -> Look:
    return Look(garment, "straight", "round", "short", "hip", "dot", "smooth", "blue", "white")


def variants() -> list[tuple[str, str]]:
    """Name every pair of a garment and an attribute other than the garment itself."""
    return [(garment, field) for garment in GARMENTS for field in VOCABULARY if field != "garment"]


def test_the_vocabulary_here_names_every_field_of_a_look() -> None:
    """A new attribute of a look must be drawn or ignored on purpose."""
    assert [field.name for field in fields(Look)] == list(VOCABULARY)


def test_every_look_is_a_small_safe_svg() -> None:
    """Well-formed, 300 x 400, of drawing elements only, without script, style or anything from outside."""
    sizes: list[int] = []
    for look in sample(720, seed=7):
        svg = draw(look)
        sizes.append(len(svg.encode()))
        root = ET.fromstring(svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.get("viewBox") == "0 0 300 400"
        for element in root.iter():
            assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in DRAWN_WITH
            assert not any(name.startswith("on") or name == "style" for name in element.attrib)
            assert element.get("href", "#").startswith("#")
        assert svg.count("://") == 1, "the name space alone"
    assert max(sizes) <= MAX_BYTES
    assert sum(sizes) <= MEAN_BYTES * len(sizes)


def test_every_reference_finds_its_target_and_every_id_is_used_once() -> None:
    """Paint, clip and shape are looked up by id; a dangling or doubled id would be painted wrongly."""
    for look in sample(180, seed=3):
        svg = draw(look)
        named = re.findall(r'\bid="([^"]+)"', svg)
        referred = set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg))
        assert len(named) == len(set(named)), look
        assert referred <= set(named), look


def test_numbers_are_finite_and_inside_a_sane_range() -> None:
    """No coordinate is infinite or not a number, which a browser would drop without a word."""
    for look in sample(360, seed=5):
        for d in re.findall(r' d="([^"]+)"', draw(look)):
            assert re.fullmatch(r"[MLCHVSZ0-9. \-]+", d), (look, d)


def test_equal_looks_give_equal_text() -> None:
    """A picture is a function of the look."""
    for look in sample(54, seed=11):
        assert draw(look) == draw(evolve(look))


def test_two_pictures_on_one_page_share_no_id() -> None:
    """Ids begin with a hash of the whole look."""
    pictures = [ids(draw(look)) for look in set(sample(300, seed=13))]
    assert sum(map(len, pictures)) == len(set().union(*pictures))


@pytest.mark.parametrize(("garment", "field"), variants())
def test_what_applies_to_a_garment_is_seen_and_what_does_not_is_ignored(garment: str, field: str) -> None:
    """Every word of an attribute gives a picture of its own, or all give the same one (ids and label aside)."""
    drawn: set[str] = set()
    for word in VOCABULARY[field]:
        look = evolve(plain(garment), **{field: word})
        drawn.add(re.sub(r'k[0-9a-f]{8}|aria-label="[^"]*"', "", draw(look)))
    assert len(drawn) == (len(VOCABULARY[field]) if field in shown(plain(garment)) else 1)


def test_a_solid_picture_ignores_the_second_colour() -> None:
    """There is nothing to paint with it."""
    for garment in GARMENTS:
        look = evolve(plain(garment), pattern="solid")
        first, other = draw(look), draw(evolve(look, second="red"))
        assert "second" not in shown(look)
        assert re.sub("k[0-9a-f]{8}", "", first) == re.sub("k[0-9a-f]{8}", "", other)


@pytest.mark.parametrize("field", VOCABULARY)
def test_a_word_outside_of_the_vocabulary_is_refused_by_field(field: str) -> None:
    """The caller learns which attribute is wrong."""
    with pytest.raises(ValueError, match=rf"^{field}: '<b>' is not one of "):
        draw(evolve(plain("dress"), **{field: "<b>"}))


@pytest.mark.parametrize("colour", words.COLOURS)
def test_lines_are_seen_on_every_colour(colour: str) -> None:
    """Details are darker than the cloth, but lighter on the darkest colours, and the pattern stands apart."""
    palette = Palette.of(evolve(plain("dress"), colour=colour, second=colour))
    light = brightness(palette.base)
    assert abs(brightness(palette.line) - light) > 25
    assert (brightness(palette.line) > light) == (light < 60)
    assert abs(brightness(palette.second) - light) > 25
