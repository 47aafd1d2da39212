"""A small shop with pictures, visitors, a model that learned from them, and Mia, who has a history."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

from attrs import evolve, frozen
from litestar import Litestar
from litestar.testing import TestClient

from adapters.http.service import Service
from adapters.http.shop import shop_router
from adapters.sources.simulation.look import Look
from adapters.sources.simulation.pictures import draw
from application.intake.door import Answer
from application.learning.exam import Plan
from domain.taxonomy.source import Declaration
from haberdasher.bootstrap import App, bootstrap
from haberdasher.cli.learn import learn_now
from haberdasher.serving import service_of
from haberdasher.settings import Settings
from ml.returns_text.reader import make_comment_reader

Browser = TestClient[Litestar]
#: Where the history came from; the sources of the page itself are built in.
SOURCES = {
    "web": Declaration(name="web", clock="backfill"),
    "oms": Declaration(name="oms", clock="backfill", authority="server", legal_basis="contract"),
}
PERSONAS = [
    {"name": "Mia", "account": "shopper-12", "cookie": "demo-mia", "about": "knitwear and quiet colours; 2 orders"},
    {"name": "Jonas", "account": "shopper-31", "cookie": "demo-jonas", "about": "jeans and trainers"},
    {"name": "Adele", "account": "shopper-44", "cookie": "demo-adele", "about": "dresses in warm colours"},
]
#: category, brand, list price in cents, titles; then silhouette, neckline, sleeve, length, texture; colours.
_RANGE: Sequence[tuple[str, str, int, str, str, str]] = (
    (
        "knitwear",
        "wrenfield",
        7990,
        "Ribbed turtleneck jumper",
        "straight turtle long hip ribbed",
        "navy beige burgundy",
    ),
    ("knitwear", "mossgrove", 8990, "Cable-knit jumper", "straight round long hip cable", "beige green"),
    ("knitwear", "wrenfield", 6990, "V-neck jumper", "straight v long hip smooth", "grey navy"),
    ("knitwear", "lintell", 9990, "Oversized boat-neck jumper", "oversized boat long hip ribbed", "pink khaki"),
    ("knitwear", "mossgrove", 7490, "Cropped ribbed jumper", "tailored round long crop ribbed", "orange navy"),
    ("knitwear", "calluna-co", 10990, "Wrap cardigan", "wrap v long hip cable", "burgundy"),
    ("dress", "tansy-thyme", 9990, "Satin wrap dress", "wrap v short midi satin", "red green"),
    ("dress", "tansy-thyme", 8490, "Fit-and-flare dress", "fit_flare round cap knee smooth", "blue yellow"),
    ("dress", "calluna-co", 11990, "Lace midi dress", "a_line boat three_quarter midi lace", "burgundy beige"),
    ("dress", "junipa", 7490, "Shirt dress", "straight collar long knee smooth", "khaki"),
    ("dress", "junipa", 12990, "Maxi dress", "a_line square sleeveless maxi smooth", "turquoise orange"),
    ("skirt", "tansy-thyme", 5990, "A-line corduroy skirt", "a_line round long knee corduroy", "brown green"),
    ("skirt", "junipa", 6490, "Satin midi skirt", "straight round long midi satin", "silver pink"),
    ("jeans", "driftholm", 8990, "Tailored jeans", "tailored round long maxi denim", "blue black"),
    ("jeans", "driftholm", 9990, "Oversized jeans", "oversized round long maxi denim", "navy"),
    ("jeans", "quillon", 7990, "Cropped jeans", "straight round long crop denim", "grey blue"),
    ("trousers", "quillon", 7990, "Tailored trousers", "tailored round long maxi smooth", "black beige"),
    ("trousers", "foxglen", 6990, "Corduroy trousers", "straight round long maxi corduroy", "brown"),
    ("coat", "northloom", 21990, "Wrap coat", "wrap collar long midi smooth", "beige navy"),
    ("coat", "northloom", 24990, "Quilted overcoat", "straight collar long knee quilted", "green black"),
    ("jacket", "foxglen", 12990, "Denim jacket", "straight collar long hip denim", "blue"),
    ("jacket", "foxglen", 11990, "Quilted bomber jacket", "oversized round long hip quilted", "khaki black"),
    ("blazer", "quillon", 14990, "Tailored blazer", "tailored collar long hip smooth", "navy grey"),
    ("shirt", "lintell", 5990, "Oversized shirt", "oversized collar long hip smooth", "white blue"),
    ("blouse", "calluna-co", 6490, "Lace blouse", "straight round long hip lace", "white pink"),
    ("tshirt", "lintell", 2490, "Boat-neck T-shirt", "straight boat short hip smooth", "white navy red"),
    ("tshirt", "driftholm", 1990, "Ribbed tee", "tailored round short hip ribbed", "black yellow"),
    ("hoodie", "driftholm", 5490, "Oversized hoodie", "oversized round long hip smooth", "grey purple"),
    ("sneakers", "quillon", 8990, "Plain sneakers", "straight round long hip smooth", "white navy"),
    ("boots", "foxglen", 13990, "Ankle boots", "tailored round long crop smooth", "brown black"),
    ("bag", "calluna-co", 9990, "Quilted shoulder bag", "straight round long hip quilted", "burgundy gold"),
    ("scarf", "mossgrove", 3490, "Ribbed scarf", "straight round long hip ribbed", "navy orange"),
)
_PATTERNS = {3: "stripe", 7: "dot", 9: "check", 10: "floral", 23: "stripe", 25: "stripe"}
_SIZES = {"jeans": "28 30 32 34", "trousers": "28 30 32 34", "sneakers": "38 39 40 41", "boots": "37 38 39 40"}
_ONE_SIZE = {"bag", "scarf"}
#: Places in the range that visitors look at together.
_TASTES = (
    (0, 1, 2, 3, 4, 5, 31),
    (6, 7, 8, 9, 10, 11, 12, 24),
    (13, 14, 15, 20, 25, 26, 27, 28),
    (16, 18, 19, 22, 23, 29, 30),
)
SOLD_OUT = "p-01-navy-s"


@frozen(eq=False)
class Showroom:
    app: App
    service: Service
    litestar: Litestar


def product_id(place: int) -> str:
    return f"p-{place + 1:02d}"


def furnish(home: Path, *, learned: bool = True, stocked: bool = True, extra: Sequence[Mapping[str, Any]] = ()) -> App:
    """Wire a shop over a folder and fill it. `learned`: visitors came, there is a release. `extra`: more listings."""
    make_comment_reader().read(["too small"])  # it learns at the first comment, for which no page waits
    app = bootstrap(Settings(home=home, sources=SOURCES))
    pictures = home / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    (home / "personas.json").write_text(json.dumps(PERSONAS))
    if stocked:
        _stock(app, pictures, extra)
    if learned:
        _visit(app)
        _settle(app)
        learn_now(app, Plan(model="item_knn", test=0.3), None)
    _settle(app)
    return app


def showroom(home: Path, **how: Any) -> Showroom:
    """Open a furnished shop; see `furnish`."""
    app = furnish(home, **how)
    service = service_of(app)
    app.live.start()
    return Showroom(
        app, service, Litestar(route_handlers=[shop_router(service)], openapi_config=None, logging_config=None)
    )


def without_personas(room: Showroom) -> Litestar:
    service = evolve(room.service, personas=None)
    return Litestar(route_handlers=[shop_router(service)], openapi_config=None, logging_config=None)


def _stock(app: App, pictures: Path, extra: Sequence[Mapping[str, Any]]) -> None:
    events: list[tuple[str, Mapping[str, Any]]] = []
    for place, (category, _, _, _, facets, _) in enumerate(_RANGE):
        listing = _listing(place)
        for colourway in listing["colourways"]:
            look = _look(place, category, facets, colourway["colour"])
            (pictures / colourway["image_url"].rpartition("/")[2]).write_text(draw(look))
        events += _listed(listing)
    events += [event for one in extra for event in _listed(one)]
    _send(app, "oms", [_event(app, name, minutes=-50_000, properties=one) for name, one in events])


def _listed(listing: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    variants = [variant["variant_id"] for colourway in listing["colourways"] for variant in colourway["variants"]]
    levels = [{"variant_id": one, "quantity": 0 if one == SOLD_OUT else 9} for one in variants]
    return [("product_listed", listing), ("stock_counted", {"product_id": listing["product_id"], "levels": levels})]


def _listing(place: int) -> dict[str, Any]:
    category, brand, cents, title, facets, colours = _RANGE[place]
    style, reduced = product_id(place), place % 5 == 1
    sizes = ["One size"] if category in _ONE_SIZE else _SIZES.get(category, "XS S M L XL").split()
    names = ("silhouette", "neckline", "sleeve", "length", "texture")
    return {
        "product_id": style,
        "title": title,
        "category_id": category,
        "brand_id": brand,
        "description": f"{title}. Easy to wear on any day. Machine wash at 30 degrees.",
        "unit_price": f"{cents * (0.8 if reduced else 1) / 100:.2f}",
        "list_price": f"{cents / 100:.2f}",
        "currency": "EUR",
        "attributes": dict(zip(names, facets.split(), strict=True)),
        "colourways": [
            {
                "colourway_id": f"{style}-{colour}",
                "colour": colour,
                "image_url": f"/pictures/{style}-{colour}.svg",
                "variants": [
                    {"variant_id": f"{style}-{colour}-{size.lower().replace(' ', '-')}", "size": size} for size in sizes
                ],
            }
            for colour in colours.split()
        ],
    }


def _look(place: int, category: str, facets: str, colour: str) -> Look:
    silhouette, neckline, sleeve, length, texture = facets.split()
    second = "beige" if colour != "beige" else "navy"
    return Look(category, silhouette, neckline, sleeve, length, _PATTERNS.get(place, "solid"), texture, colour, second)


def _visit(app: App) -> None:
    """160 visitors, each of one taste; Mia looks at knitwear and has bought two jumpers."""
    dice, bodies = Random(7), []
    for number in range(160):
        taste = _TASTES[number % len(_TASTES)]
        for step, place in enumerate(dice.sample(taste, 5)):
            minutes = -20_000 + 90 * number + 2 * step
            bodies.append(_looked(app, place, minutes, anonymous_id=f"visitor-{number}"))
    mia = {"user_id": "shopper-12", "anonymous_id": "demo-mia"}
    bodies += [_looked(app, place, -3000 + place, **mia) for place in (1, 2, 4)]
    bodies += [
        _looked(app, place, -2500 + place, user_id="shopper-31", anonymous_id="demo-jonas") for place in (26, 13, 28)
    ]
    _send(app, "web", bodies)
    _send(app, "oms", [_bought(app, "m-1001", -2900, 2, "grey"), _bought(app, "m-1002", -2800, 1, "beige")])


def _looked(app: App, place: int, minutes: float, **who: str) -> bytes:
    category, brand, cents, _, _, colours = _RANGE[place]
    properties = {
        "product_id": product_id(place),
        "category_id": category,
        "brand_id": brand,
        "colour": colours.split()[0],
        "price": f"{cents / 100:.2f}",
        "currency": "EUR",
    }
    return _event(app, "product_viewed", minutes=minutes, properties=properties, **who)


def _bought(app: App, order_id: str, minutes: float, place: int, colour: str) -> bytes:
    _, _, cents, _, _, _ = _RANGE[place]
    item = {
        "variant_id": f"{product_id(place)}-{colour}-m",
        "product_id": product_id(place),
        "size": "M",
        "quantity": 1,
        "unit_price": f"{cents / 100:.2f}",
    }
    properties = {"order_id": order_id, "items": [item], "total": f"{cents / 100:.2f}", "currency": "EUR"}
    return _event(app, "order_created", minutes=minutes, properties=properties, user_id="shopper-12")


def _event(app: App, name: str, *, minutes: float, properties: Mapping[str, Any], **who: str) -> bytes:
    at = app.clock.now() + timedelta(minutes=minutes)
    body = {"event": name, "event_id": app.ids.new(), "timestamp": at.isoformat(), "properties": properties}
    return json.dumps(body | who).encode()


def _send(app: App, source: str, bodies: Sequence[bytes]) -> Sequence[Answer]:
    answers = app.door.receive(source, bodies, batch_id=app.ids.new())
    assert {one.outcome for one in answers} == {"accepted"}, [one for one in answers if one.outcome != "accepted"][:3]
    return answers


def _settle(app: App) -> None:
    app.canonicaliser.catch_up()
    app.runner.catch_up(list(app.projections.values()))


def stored(app: App, *kinds: type) -> list[Any]:
    """Bring everything up to date and return the stored events of these kinds, oldest first."""
    app.live.round()
    return [one.event for one in app.log.follow(after=0, limit=1_000_000) if isinstance(one.event, kinds)]


def places(html: str) -> list[tuple[str, int, str]]:
    """Return (slate, position, product) of every card of a page."""
    found = re.findall(r'data-slate="([^"]+)" data-position="(\d+)" data-product="([^"]+)"', html)
    return [(slate, int(position), product) for slate, position, product in found]


def why(html: str) -> str:
    """Return the line that says why, as it is read out."""
    said = re.search(r'data-announce="([^"]*)"', html)
    return " ".join(said[1].split()) if said else ""


def somebody_else(browser: Browser, cookies: Mapping[str, str] = MappingProxyType({})) -> Mapping[str, str]:
    """Give a browser other cookies, or none; return those that it had."""
    host = "testserver.local"
    had = dict(browser.cookies.items())
    browser.cookies.clear()
    for name, value in cookies.items():
        browser.cookies.set(name, value, domain=host)
    return had
