"""Looking around: who is shopping, what is shown and why, and what looking tells the shop."""

import json
import re
from pathlib import Path

import pytest
from litestar.testing import TestClient

from domain.session.facts import ItemImpressionViewed, ProductClicked, ProductViewed, SlateViewed
from domain.session.session import SessionIdentityBound
from domain.slate.slate import ExamplesLabelled, SlateServed
from tests.unit.http_shop.showroom import (
    PERSONAS,
    Browser,
    Showroom,
    places,
    showroom,
    somebody_else,
    stored,
    why,
    without_personas,
)

#: A listing that means harm in everything that it may say.
HARMFUL = {
    "product_id": "evil/1",
    "title": "<script>alert(1)</script>",
    "brand_id": '"><img src=x onerror=alert(2)>',
    "category_id": "hat",
    "description": "</p><script>alert(3)</script>",
    "unit_price": "1.00",
    "currency": "EUR",
    "attributes": {"<b>facet": "<i>term"},
    "colourways": [
        {
            "colourway_id": "evil-c",
            "colour": '" onload="alert(4)',
            "image_url": "https://elsewhere.example/spy.png",
            "variants": [{"variant_id": "evil-v", "size": "<u>M"}],
        }
    ],
}


def test_the_front_page_shows_people_and_twelve_products(browser: Browser) -> None:
    """A newcomer sees whom they can be, twelve products with pictures, and that these are popular."""
    page = browser.get("/")
    assert page.status_code == 200
    assert [one["name"] for one in PERSONAS if f"<strong>{one['name']}</strong>" in page.text] == [
        "Mia",
        "Jonas",
        "Adele",
    ]
    assert [position for _, position, _ in places(page.text)] == list(range(1, 13))
    assert len(re.findall(r'<img src="/pictures/p-\d\d-[a-z]+\.svg" alt="[A-Z]', page.text)) == 12
    assert why(page.text) == "Popular right now."


def test_a_page_asks_nobody_else_and_runs_no_inline_script(browser: Browser) -> None:
    """The policy of a page allows this house only, and nothing on the page needs more."""
    page = browser.get("/")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|https?://", page.text)
    for address in re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]+)"', page.text):
        assert browser.get(address).status_code == 200, address


def test_cookies_are_closed_to_scripts_and_other_sites(browser: Browser) -> None:
    """Whoever a visitor is cannot be read by a script, nor used by a form of another site."""
    sent = browser.get("/").headers.get_list("set-cookie")
    assert len(sent) == 4
    assert all("HttpOnly" in one and "SameSite=lax" in one for one in sent)
    assert re.fullmatch(r"[0-9a-f]{32}", browser.cookies["haberdasher_visitor"])


def test_a_persona_sees_what_their_history_says(room: Showroom, browser: Browser) -> None:
    """Choosing a persona binds the browser to their account, and the grid follows what they looked at."""
    page = browser.post("/persona", data={"name": "Jonas"})
    assert why(page.text) == "Because you looked at Plain sneakers."
    assert browser.cookies["haberdasher_visitor"] == "demo-jonas"
    assert stored(room.app, SessionIdentityBound)
    page = browser.post("/persona", data={"name": ""})
    assert why(page.text) == "Popular right now."
    assert browser.cookies["haberdasher_visitor"] not in {"demo-jonas", ""}


def test_more_like_this_changes_the_row_and_is_a_labelled_example(room: Showroom, browser: Browser) -> None:
    """A click is stored with its slate and place; the row that comes back has seen it and names the product."""
    slate, position, product = places(browser.get("/").text)[4]
    row = browser.post(f"/more-like/{slate}/{position}", headers={"HX-Request": "true"})
    title = room.service.shelf.listings()[product].title
    assert row.status_code == 200
    assert why(row.text).startswith(f"Because you looked at {title}. ")
    assert "<html" not in row.text
    assert product not in [one for _, _, one in places(row.text)]
    click = next(one for one in stored(room.app, ProductClicked) if one.slate_id == slate)
    assert (click.position, click.surface, click.product.product_id) == (position, "home", product)
    served = next(one for one in stored(room.app, SlateServed) if one.slate_id == slate)
    example = next(one for one in stored(room.app, ExamplesLabelled) if one.slate_id == slate).examples[0]
    assert (example.outcome, example.position, example.product_id) == ("click", position, product)
    assert example.propensity == served.slots[position - 1].propensity


def test_more_like_this_works_without_a_script(browser: Browser) -> None:
    """Without htmx the same button leads back to the grid, which has changed."""
    slate, position, _ = places(browser.get("/").text)[0]
    answer = browser.post(f"/more-like/{slate}/{position}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert why(browser.get("/").text).startswith("Because you looked at")


def test_similar_pieces_follow_the_piece_that_was_liked(room: Showroom, browser: Browser) -> None:
    """In the row below a product, more like this shows what is similar to the piece pressed."""
    slate, position, product = places(browser.get("/product/p-01").text)[1]
    row = browser.post(f"/more-like/{slate}/{position}", headers={"HX-Request": "true"})
    assert why(row.text).startswith(f"Similar to {room.service.shelf.listings()[product].title}. ")
    assert len(places(row.text)) == 4


def test_a_click_is_posted_and_the_grid_has_seen_it_on_return(room: Showroom, browser: Browser) -> None:
    """The browser posts the click beside opening the product; the view of the product names the place, too."""
    slate, position, product = places(browser.get("/").text)[7]
    assert browser.post("/clicks", json={"slate": slate, "position": position}).status_code == 204
    assert browser.get(f"/product/{product}?slate={slate}&position={position}").status_code == 200
    assert why(browser.get("/").text).startswith(
        f"Because you looked at {room.service.shelf.listings()[product].title}"
    )
    for kind in (ProductClicked, ProductViewed):
        found = [one for one in stored(room.app, kind) if one.slate_id == slate]
        assert [(one.position, one.product.product_id) for one in found] == [(position, product)]


def test_nobody_sees_or_clicks_the_list_of_somebody_else(room: Showroom, browser: Browser) -> None:
    """A slate that names its visitor is for that visitor; an impression or place of it by another one is no fact."""
    slate, position, product = places(browser.post("/persona", data={"name": "Mia"}).text)[0]
    mine = somebody_else(browser)
    browser.get("/")
    assert browser.get(f"/slates/{slate}").status_code == 404
    assert browser.post("/clicks", json={"slate": slate, "position": position}).status_code == 404
    assert browser.post(f"/more-like/{slate}/{position}").status_code == 404
    seen = {"views": [{"slate": slate, "position": position, "ms": 1500}]}
    assert browser.post("/impressions", json=seen).status_code == 204
    assert browser.get(f"/product/{product}?slate={slate}&position={position}").status_code == 200
    somebody_else(browser, mine)
    named = [
        one for one in stored(room.app, ProductClicked, ProductViewed, ItemImpressionViewed) if one.slate_id == slate
    ]
    assert named == []
    assert browser.get(f"/slates/{slate}").status_code == 200


def test_what_was_on_screen_is_stored_place_by_place(room: Showroom, browser: Browser) -> None:
    """A viewable impression makes its place an example of what was passed over; a place that is not there does not."""
    slate = places(browser.get("/").text)[0][0]
    seen = [{"slate": slate, "position": one, "ms": 1200} for one in (2, 3, 99)]
    assert browser.post("/impressions", json={"views": seen}).status_code == 204
    viewed = [one for one in stored(room.app, ItemImpressionViewed) if one.slate_id == slate]
    assert [(one.position, one.viewable_ms) for one in viewed] == [(2, 1200), (3, 1200)]
    assert [len(one.items) for one in stored(room.app, SlateViewed) if one.slate_id == slate] == [2]
    labelled = [one for one in stored(room.app, ExamplesLabelled) if one.slate_id == slate]
    assert {example.position: example.outcome for one in labelled for example in one.examples} == {
        2: "ignored",
        3: "ignored",
    }


def test_a_product_page_shows_sizes_colours_and_what_is_sold_out(browser: Browser) -> None:
    """Sizes that are gone cannot be chosen, every colour has its page, and what is said of the product is there."""
    page = browser.get("/product/p-01")
    assert re.search(r'value="p-01-navy-s"[^>]* disabled', page.text)
    assert re.search(r'value="p-01-navy-m"[^>]* required>', page.text)
    assert page.text.count("?colour=") == 3
    assert "<dt>Neckline</dt><dd>Turtle</dd>" in page.text
    other = browser.get("/product/p-01?colour=p-01-burgundy")
    assert 'value="p-01-burgundy-m"' in other.text
    assert 'src="/pictures/p-01-burgundy.svg" alt="Ribbed turtleneck jumper in burgundy"' in other.text


def test_a_page_that_is_fetched_ahead_was_not_looked_at(room: Showroom, browser: Browser) -> None:
    """A browser that prefetches tells so, and nothing is recorded of it."""
    browser.get("/")
    before = len(stored(room.app, ProductViewed))
    assert browser.get("/product/p-20", headers={"Sec-Purpose": "prefetch"}).status_code == 200
    assert len(stored(room.app, ProductViewed)) == before


def test_what_a_listing_says_is_shown_as_text(tmp_path: Path) -> None:
    """Titles, brands, facets, colours and sizes from outside can hold markup; none of it becomes any."""
    opened = showroom(tmp_path, learned=False, extra=[HARMFUL])
    with TestClient(opened.litestar) as client:
        page = client.get("/product/evil/1")
        bag = client.post("/bag", data={"variant": "evil-v"})
        orders = client.post("/orders", data={"email": "guest@example.com"})
    opened.app.close()
    for shown in (page.text, bag.text, orders.text):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
        assert 'src="/pictures/none.svg"' in shown
        for harm in ("<script>alert", "<img src=x", "<i>term", "<b>facet", "<u>M", '" onload="', "elsewhere.example"):
            assert harm not in shown, harm


def test_a_slate_page_says_how_it_came_about(room: Showroom, browser: Browser) -> None:
    """Each place has its chance, its reason and what was learned from it; the model is named, and where time went."""
    slate, position, _ = places(browser.post("/persona", data={"name": "Mia"}).text)[2]
    browser.post("/clicks", json={"slate": slate, "position": position})
    page = browser.get(f"/slates/{slate}")
    assert len(re.findall(r'<tr id="place-\d+">', page.text)) == 12
    row = page.text[page.text.index('id="place-3"') : page.text.index('id="place-4"')]
    served = next(one for one in stored(room.app, SlateServed) if one.slate_id == slate)
    assert f"<td>{100 * served.slots[2].propensity:.3g} %</td>" in row
    assert 'looked at <strong class="label">0.2</strong>' in row
    assert "<dd>item_knn</dd>" in page.text
    assert page.text.count("<meter ") == 5


def test_pictures_come_from_one_folder_only(room: Showroom, browser: Browser) -> None:
    """A picture is served as one and may do nothing else; what is not there is a placeholder, wherever it points."""
    picture = browser.get("/pictures/p-01-navy.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.content == (room.service.pictures or Path()).joinpath("p-01-navy.svg").read_bytes()
    assert "default-src 'none'" in picture.headers["content-security-policy"]
    for name in ("none.svg", "..%2Fpersonas.json", "%2e%2e", ".hidden.svg", "personas.json"):
        answer = browser.get(f"/pictures/{name}")
        assert answer.status_code == 404 or b"c9c2b6" in answer.content, name


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/product/nothing", 404),
        ("/product/p-01?colour=mauve", 404),
        ("/product/p-01?position=first", 400),
        ("/product/p-01?slate=x&position=-1", 200),
        ("/slates/unknown", 404),
        ("/slates/" + "0" * 32, 404),
        ("/orders?learned=%3Cscript%3E&placed=", 200),
    ],
)
def test_an_address_that_leads_nowhere_is_answered_with_a_page(browser: Browser, path: str, status: int) -> None:
    """A wrong address is a page that leads back, or the page without what was wrong; never a fault of the server."""
    page = browser.get(path)
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert "Back to the shop" in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/persona", {"name": "Nobody"}, 422),
        ("/more-like/zzz/1", {}, 404),
        ("/more-like/" + "0" * 32 + "/1", {}, 404),
        ("/bag", {}, 422),
        ("/bag", {"variant": "no-such", "do": "bag"}, 422),
        ("/bag", {"variant": "p-01-navy-s"}, 409),
        ("/bag/remove", {"number": "0"}, 404),
        ("/bag/remove", {"number": "-1"}, 404),
        ("/orders", {}, 422),
        ("/returns", {"order": "m-1001", "line": "p-03-grey-m", "reason": "too-small"}, 404),
    ],
)
def test_a_form_that_cannot_be_is_answered_with_4xx(
    browser: Browser, path: str, sent: dict[str, str], status: int
) -> None:
    """What a stranger sends wrongly is said to be wrong, on a page."""
    browser.get("/")
    page = browser.post(path, data=sent)
    assert page.status_code == status
    assert "Back to the shop" in page.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nonsense",
        b'{"views": 3}',
        json.dumps({"views": [{"slate": "a", "position": 1, "ms": -1}]}).encode(),
    ],
)
def test_a_report_that_cannot_be_read_is_refused(browser: Browser, body: bytes) -> None:
    """Whatever is posted instead of impressions or a click is answered with 400."""
    headers = {"Content-Type": "application/json"}
    assert browser.post("/impressions", content=body, headers=headers).status_code == 400
    assert browser.post("/clicks", content=body, headers=headers).status_code == 400


def test_cookies_that_nobody_gave_are_somebody_new(browser: Browser) -> None:
    """Cookies of any content are read or left; they never stop a page."""
    names = ("visitor", "after", "bag", "orders")
    for value in ("x", "9" * 400, "eyJ4Ijo", "W10=", "~~~", "a.b.c"):
        for path in ("/", "/bag", "/orders", "/product/p-02"):
            somebody_else(browser, {f"haberdasher_{name}": value for name in names})
            assert browser.get(path).status_code == 200, (value, path)


def test_a_shop_without_personas_has_somebody_new_only(room: Showroom) -> None:
    """Personas are a gift of the demo: without their file the shop is there for whoever comes."""
    with TestClient(without_personas(room)) as client:
        page = client.get("/")
        assert page.text.count('name="name"') == 1
        assert client.post("/persona", data={"name": "Mia"}).status_code == 422


def test_personas_that_cannot_be_read_do_not_close_the_shop(tmp_path: Path) -> None:
    """A broken file is counted as a failure, and the shop goes on without personas."""
    opened = showroom(tmp_path, learned=False, stocked=False)
    (tmp_path / "personas.json").write_text("{broken")
    with TestClient(opened.litestar) as client:
        assert client.get("/").text.count('name="name"') == 1
    assert ("personas", "ValidationError") in opened.app.failures.counts
    opened.app.close()


def test_empty_shelves_say_how_to_fill_them(tmp_path: Path) -> None:
    """Before any product is listed, the front page says what to do."""
    opened = showroom(tmp_path, learned=False, stocked=False)
    with TestClient(opened.litestar) as client:
        page = client.get("/")
    opened.app.close()
    assert page.status_code == 200
    assert "The shelves are empty" in page.text
    assert "haberdasher demo" in page.text


def test_a_shop_that_has_not_learned_says_so(tmp_path: Path) -> None:
    """Without a release popular items are shown, and a click is not said to have changed them."""
    opened = showroom(tmp_path, learned=False)
    with TestClient(opened.litestar) as client:
        slate, position, _ = places(client.get("/").text)[0]
        client.post("/clicks", json={"slate": slate, "position": position})
        page = client.get("/")
    opened.app.close()
    assert "Showing popular items while" in page.text
    assert why(page.text) == "Popular right now."
