"""The little of SVG that pictures here need, written as text."""

import re
from collections.abc import Iterable, Sequence
from html import escape

#: What XML 1.0 cannot hold, not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: A character of our font is about this wide, in units of its size.
_GLYPH = 0.56
FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"


def element(name: str, *inside: str, **attributes: str | float) -> str:
    """Return one element. `stroke_width=2` becomes `stroke-width="2"`; numbers lose digits that nobody sees."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{_value(it)}"' for key, it in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def label(words: str, x: float, y: float, size: float = 12, **attributes: str | float) -> str:
    return element("text", written(words), x=x, y=y, font_size=size, **attributes)


def written(words: str) -> str:
    """Return text as it may stand in XML."""
    return escape(_UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", words))


def width_of(words: str, size: float) -> float:
    """Return about how wide a text is: no font is measured."""
    return len(words) * size * _GLYPH


def clipped(words: str, width: float, size: float) -> str:
    """Return as much of a text as fits, with an ellipsis where that is not all."""
    fitting = int(width / (size * _GLYPH))
    return words if len(words) <= fitting else words[: max(fitting - 1, 1)] + "…"


def curve(points: Sequence[tuple[float, float]]) -> str:
    """Return the path data through points two by two: flat within a pair, swung from one pair to the next."""
    begin, *rest = points
    data = [f"M{_value(begin[0])},{_value(begin[1])}"]
    last = begin
    for number, (x, y) in enumerate(rest):
        if number % 2:
            data.append(f"L{_value(x)},{_value(y)}")
        else:
            middle = _value((last[0] + x) / 2)
            data.append(f"C{middle},{_value(last[1])} {middle},{_value(y)} {_value(x)},{_value(y)}")
        last = x, y
    return " ".join(data)


def document(width: float, height: float, title: str, inside: Iterable[str]) -> str:
    """Return a whole picture on white."""
    return (
        element(
            "svg",
            element("title", written(title)),
            element("rect", width="100%", height="100%", fill="#ffffff"),
            "\n".join(("", *inside, "")),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {_value(width)} {_value(height)}",
            width=width,
            height=height,
            font_family=FONT,
        )
        + "\n"
    )


def _value(it: str | float) -> str:
    return escape(it) if isinstance(it, str) else f"{round(it, 1):g}"
