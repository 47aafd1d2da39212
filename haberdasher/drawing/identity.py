"""The picture of an identity graph: persons as coloured bands, identifiers as cards by kind, links with their fate."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field

from application.identity.graph import Attributed, Graph, Member, Tie
from haberdasher.drawing import svg
from haberdasher.drawing.layers import CARD_HEIGHT, CARD_WIDTH, Band, Places, Spot, places

#: Left to right; kinds that are not named stand at the right.
KINDS = ("account", "loyalty", "email", "phone", "device", "anonymous", "session")
_SAID = {"anonymous": "browser"}
#: Ground, line and text of each person in turn (after Okabe and Ito, for every kind of eye).
_COLOURS = (
    ("#e3eefa", "#2a6fb5", "#1d4f82"),
    ("#fbeeda", "#c47a12", "#8a5300"),
    ("#e2f3ea", "#1f8a5f", "#14603f"),
    ("#f6e5f0", "#a8468a", "#7a2c62"),
    ("#f7f3d3", "#94860f", "#655b00"),
    ("#e4e4f7", "#5a58b8", "#3f3d8a"),
)
_NOBODY = ("#efefef", "#8a8a8a", "#555555")
_INK, _SOFT, _LINK, _REFUSED, _GONE = "#1f2933", "#66727f", "#46525e", "#c0341d", "#7b838b"
_MARGIN, _TITLE, _LEGEND, _NOTES = 28, 62, 46, 250
_NO_BAND = "(nobody)"
#: Why a link joins nobody, in few words.
REFUSALS = {
    "limit": "breaks a limit",
    "kind_of_link": "no evidence",
    "kind_of_identifier": "everybody's",
    "blocked": "blocked",
    "session_over": "session over",
}
#: In a box of 16 by 16.
_ICONS = {
    "account": "M8 8a3 3 0 1 0 0-6a3 3 0 0 0 0 6zM2.5 14.5c0-3.2 2.4-5 5.5-5s5.5 1.8 5.5 5z",
    "loyalty": "M8 1.8l1.9 4 4.3.5-3.2 3 .9 4.3L8 11.4l-3.9 2.2.9-4.3-3.2-3 4.3-.5z",
    "email": "M1.5 3.5h13v9h-13zM1.5 4l6.5 5 6.5-5",
    "phone": "M4.5 1.5h7v13h-7zM7 12.5h2",
    "device": "M2.5 1.5h11v13h-11zM7 12.6h2",
    "anonymous": "M1.5 2.5h13v11h-13zM1.5 5.8h13M3.4 4.2h.1M5.4 4.2h.1",
    "session": "M8 1.8a6.2 6.2 0 1 0 0 12.4a6.2 6.2 0 0 0 0-12.4zM8 4.6V8l2.4 1.6",
}


def picture(graph: Graph, names: Mapping[str, str], title: str) -> str:
    """Return the graph as an SVG document. `names`: what to call each identifier, by surrogate."""
    return _Picture(graph, names, title).draw()


@define
class _Picture:
    graph: Graph
    names: Mapping[str, str]
    title: str
    _numbers: Mapping[str, int] = field(init=False)
    _places: Places = field(init=False)
    _pairs: Mapping[tuple[str, str], Sequence[Tie]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._numbers = {person: number for number, person in enumerate(self.graph.persons)}
        members = sorted(self.graph.members, key=lambda one: self._numbers.get(one.person or "", len(self._numbers)))
        kinds = sorted({one.kind for one in members}, key=_rank)
        spots = [Spot(one.surrogate, one.person or _NO_BAND, kinds.index(one.kind)) for one in members]
        pairs: dict[tuple[str, str], list[Tie]] = defaultdict(list)
        for tie in self.graph.ties:
            one, other = sorted((tie.link.a, tie.link.b))
            pairs[one, other].append(tie)
        self._pairs = pairs
        self._places = places(spots, list(pairs), _MARGIN + 20, _TITLE + 16)

    def draw(self) -> str:
        bands = {one.name: one for one in self._places.bands}
        notes = self._notes()
        width = max(self._places.width + 20 + (_NOTES if notes else 0) + _MARGIN, 760)
        height = self._places.height + _LEGEND + _MARGIN
        return svg.document(
            width,
            height,
            self.title,
            [
                *self._heading(),
                *(line for name, band in bands.items() for line in self._band(name, band, width - 2 * _MARGIN)),
                *self._links(),
                *(line for one in self.graph.members for line in self._card(one)),
                *notes,
                *_legend(_MARGIN, height - 26),
            ],
        )

    def _heading(self) -> Iterator[str]:
        persons, members = len(self._numbers), len(self.graph.members)
        yield svg.label(self.title, _MARGIN, 32, 18, fill=_INK, font_weight="600")
        said = f"{members} identifier{'s' * (members != 1)}, {persons} person{'s' * (persons != 1)}"
        yield svg.label(said, _MARGIN, 52, 12, fill=_SOFT)

    def _band(self, name: str, band: Band, width: float) -> Iterator[str]:
        ground, line, ink = self._colours(name)
        yield svg.element(
            "rect",
            x=_MARGIN,
            y=band.top,
            width=width,
            height=band.height,
            rx=12,
            fill=ground,
            stroke=line,
            stroke_width=1,
            stroke_opacity=0.45,
        )
        members = self.graph.persons.get(name, ())
        strongest = min((one for one in members), key=lambda one: _rank(one.kind), default=None)
        said = f"{self._called(name)} · {self.names[strongest.surrogate]}" if strongest else "Identify nobody"
        yield svg.label(said, _MARGIN + 14, band.top + 20, 13, fill=ink, font_weight="600")

    def _card(self, one: Member) -> Iterator[str]:
        x, y = self._places.at[one.surrogate]
        left, top = x - CARD_WIDTH / 2, y - CARD_HEIGHT / 2
        _, line, ink = self._colours(one.person or _NO_BAND)
        asked = one.surrogate == self.graph.asked
        frame: dict[str, str | float] = {"stroke": line, "stroke_width": 2.5 if asked else 1.2}
        if one.blocked:
            frame |= {"stroke_dasharray": "5 3"}
        yield svg.element("rect", x=left, y=top, width=CARD_WIDTH, height=CARD_HEIGHT, rx=7, fill="#ffffff", **frame)
        yield svg.element(
            "path",
            d=_ICONS.get(one.kind, _ICONS["session"]),
            transform=f"translate({left + 10:g} {top + 12:g})",
            fill="none",
            stroke=ink,
            stroke_width=1.4,
            stroke_linejoin="round",
            stroke_linecap="round",
        )
        name, room = svg.clipped(self.names[one.surrogate], CARD_WIDTH - 52, 12), CARD_WIDTH - 42
        yield svg.label(name, left + 36, top + 17, 12, fill=_INK, font_weight="600")
        digits = one.surrogate.partition(":")[2][:6]
        below = one.blocked or f"{_SAID.get(one.kind, one.kind)} {digits}, {one.first_seen:%Y-%m-%d}"
        yield svg.label(svg.clipped(below, room, 9.5), left + 36, top + 31, 9.5, fill=_SOFT)
        if one.shared:
            yield svg.element("rect", x=left + CARD_WIDTH - 50, y=top - 9, width=50, height=16, rx=8, fill="#f2b33d")
            yield svg.label("shared", left + CARD_WIDTH - 25, top + 3, 10, fill="#3d2a00", text_anchor="middle")

    def _links(self) -> Iterator[str]:
        words: list[tuple[float, float, str, str]] = []
        for ties, route in zip(self._pairs.values(), self._places.routes, strict=True):
            fates: dict[tuple[str, str], list[str]] = defaultdict(list)
            for tie in ties:
                fates[tie.state, tie.reason].append(tie.link.kind.replace("_", " "))
            for number, ((state, reason), kinds) in enumerate(fates.items()):
                shift = (number - (len(fates) - 1) / 2) * 11
                points = [(x, y + shift) for x, y in route]
                yield svg.element("path", d=svg.curve(points), fill="none", **_STROKES[state])
                words.append((*_middle(points), _said(state, kinds, reason), str(_STROKES[state]["stroke"])))
        yield from _apart(words)

    def _notes(self) -> list[str]:
        """Say beside the cards what was seen on a carrier and whose it is, where it is not all of one person."""
        of: dict[str, list[Attributed]] = defaultdict(list)
        for one in self.graph.attributed:
            of[one.carrier].append(one)
        written = []
        for carrier, found in of.items():
            if carrier not in self._places.at or len({one.person for one in found}) < 2:
                continue
            _, y = self._places.at[carrier]
            x = self._places.width + 14
            y -= 15 * (len(found) - 1) / 2 - 4
            for place, one in enumerate(found):
                _, line, ink = self._colours(one.person)
                said = f"{one.sessions} session{'s' * (one.sessions != 1)} → {self._called(one.person)}"
                written.append(svg.element("circle", cx=x, cy=y + 15 * place - 4, r=4, fill=line))
                written.append(svg.label(said, x + 10, y + 15 * place, 11, fill=ink))
        return written

    def _called(self, person: str) -> str:
        return f"Person {self._numbers[person] + 1}" if person in self._numbers else "nobody in particular"

    def _colours(self, person: str) -> tuple[str, str, str]:
        number = self._numbers.get(person)
        return _NOBODY if number is None else _COLOURS[number % len(_COLOURS)]


_STROKES: Mapping[str, Mapping[str, str | float]] = {
    "accepted": {"stroke": _LINK, "stroke_width": 1.8},
    "rejected": {"stroke": _REFUSED, "stroke_width": 1.6, "stroke_dasharray": "7 4"},
    "retracted": {"stroke": _GONE, "stroke_width": 1.9, "stroke_dasharray": "0.5 5", "stroke_linecap": "round"},
}


def _rank(kind: str) -> tuple[int, str]:
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)


def _said(state: str, kinds: Sequence[str], reason: str) -> str:
    said = ", ".join(dict.fromkeys(kinds))
    if state == "rejected":
        return f"{said} ✕ {REFUSALS.get(reason, reason)}"
    return f"{said}, taken back" if state == "retracted" else said


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return where the last swing of a route is half way: ends fan out there."""
    (x, y), (to_x, to_y) = points[-2:]
    return (x + to_x) / 2, (y + to_y) / 2


def _apart(words: Sequence[tuple[float, float, str, str]]) -> Iterator[str]:
    """Write what links are called, each on white, moved down where one would lie on another."""
    lowest: dict[int, float] = {}
    for x, wished, said, colour in sorted(words):
        lane = round(x)
        y = max(wished, lowest.get(lane, wished))
        lowest[lane] = y + 15
        shown = svg.clipped(said, 168, 10)
        wide = svg.width_of(shown, 10) + 8
        yield svg.element(
            "rect", x=x - wide / 2, y=y - 7, width=wide, height=14, rx=4, fill="#ffffff", fill_opacity=0.88
        )
        yield svg.label(shown, x, y + 3.5, 10, fill=colour, text_anchor="middle")


def _legend(x: float, y: float) -> Iterator[str]:
    for state, said in (
        ("accepted", "makes one person"),
        ("rejected", "rejected, with the reason"),
        ("retracted", "taken back"),
    ):
        yield svg.element("path", d=f"M{x:g},{y - 4:g} h34", fill="none", **_STROKES[state])
        yield svg.label(said, x + 42, y, 11, fill=_SOFT)
        x += 42 + svg.width_of(said, 11) + 26
    yield svg.element("rect", x=x, y=y - 12, width=50, height=16, rx=8, fill="#f2b33d")
    yield svg.label("shared", x + 25, y, 10, fill="#3d2a00", text_anchor="middle")
    yield svg.label("several accounts use it", x + 58, y, 11, fill=_SOFT)
