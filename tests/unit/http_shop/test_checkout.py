"""Buying and sending back, and what the shop learns from it."""

import re
from base64 import urlsafe_b64encode

import msgspec
import pytest

from adapters.http.shop.orders import RETURN_REASONS, lesson
from domain.order import OrderPlaced, ReturnAllocated
from domain.returns.reasons import signal_of
from domain.returns.returns import ReturnRequested, ReturnSignalled
from domain.returns.signal import UNKNOWN
from domain.session.facts import ProductAddedToCart, ProductRemovedFromCart
from domain.slate.slate import ExamplesLabelled
from ports.vault import Identifier
from tests.unit.http_shop.showroom import Browser, Showroom, places, somebody_else, stored


def _bought(browser: Browser, name: str) -> tuple[str, int, str]:
    """Become a persona, open a place of the grid and buy what stands there; return the place."""
    slate, position, product = places(browser.post("/persona", data={"name": name}).text)[1]
    page = browser.get(f"/product/{product}?slate={slate}&position={position}")
    variant = re.findall(r'name="variant" value="([^"]+)" required(?: checked)?>', page.text)[-1]
    sent = {"variant": variant, "slate": slate, "position": str(position), "do": "buy"}
    page = browser.post("/bag", data=sent)
    assert page.url.path == "/orders"
    assert "Your order is placed" in page.text
    return slate, position, product


def _return_form(html: str) -> dict[str, str]:
    """Return the hidden fields of the first form to send something back."""
    form = html[html.index('action="/returns"') :]
    return dict(re.findall(r'name="(order|line)" value="([^"]+)"', form)[:2])


def test_an_order_counts_for_the_place_that_led_to_it(room: Showroom, browser: Browser) -> None:
    """The order is stored under the account with exact amounts, and its line names slate and position."""
    slate, position, product = _bought(browser, "Mia")
    order = stored(room.app, OrderPlaced)[-1]
    line = order.bill.items[0]
    assert order.account == room.app.vault.find(Identifier("account", "shopper-12"))
    assert (line.product_id, line.slate_id, line.position) == (product, slate, position)
    assert order.unexplained_minor == 0
    assert line.unit_price == room.service.shelf.listings()[product].unit_price
    labelled = [one for one in stored(room.app, ExamplesLabelled) if one.slate_id == slate]
    assert labelled[-1].examples[0].outcome == "purchase"
    assert labelled[-1].examples[0].propensity is not None


def test_a_return_teaches_by_its_reason(room: Showroom, browser: Browser) -> None:
    """A return is stored with its reason, labels the place by it, and the page says what was learned."""
    slate, position, _ = _bought(browser, "Mia")
    form = _return_form(browser.get("/orders").text)
    page = browser.post("/returns", data=form | {"reason": "style", "comment": "Not me <b>at all</b>"})
    assert page.status_code == 200
    assert "“Not my style” is about taste" in page.text
    assert "Learned: sent back, counts 0.0 of 1" in page.text
    requested = stored(room.app, ReturnRequested)[-1]
    assert (requested.order_id, requested.lines[0].reason_code) == (form["order"], "style")
    assert stored(room.app, ReturnAllocated)[-1].order_id == form["order"]
    assert stored(room.app, ReturnSignalled)[-1].signals == signal_of("style")
    example = [one for one in stored(room.app, ExamplesLabelled) if one.slate_id == slate][-1].examples[0]
    assert (example.position, example.outcome, example.label) == (position, "return", -1.0)


def test_what_came_back_cannot_come_back_again(browser: Browser) -> None:
    """A line that was sent back is refused a second time, and a reason that is none of ours at any time."""
    _bought(browser, "Jonas")
    form = _return_form(browser.get("/orders").text)
    assert browser.post("/returns", data=form | {"reason": "because"}).status_code == 422
    assert browser.post("/returns", data=form | {"reason": "quality", "comment": "x" * 501}).status_code == 422
    assert browser.post("/returns", data=form | {"line": "another", "reason": "quality"}).status_code == 404
    assert browser.post("/returns", data=form | {"reason": "quality"}).status_code == 200
    assert browser.post("/returns", data=form | {"reason": "quality"}).status_code == 409


def test_an_order_of_the_past_is_shown_and_can_be_sent_back(browser: Browser) -> None:
    """Orders that came from the order system belong to the persona's account, too."""
    browser.post("/persona", data={"name": "Mia"})
    page = browser.get("/orders")
    assert "Order M-1001" in page.text
    sent = {"order": "m-1001", "line": "p-03-grey-m", "reason": "changed-my-mind"}
    assert "says little about the product" in browser.post("/returns", data=sent).text


def test_orders_are_seen_by_their_owner_only(browser: Browser) -> None:
    """Another persona sees none of them and cannot send them back; a guest with a guessed cookie neither."""
    browser.post("/persona", data={"name": "Adele"})
    assert "M-1001" not in browser.get("/orders").text
    sent = {"order": "m-1001", "line": "p-03-grey-m", "reason": "quality"}
    assert browser.post("/returns", data=sent).status_code == 404
    somebody_else(browser, {"haberdasher_orders": "m-1001"})
    assert browser.post("/returns", data=sent).status_code == 404


def test_a_guest_buys_by_mail_and_finds_the_order_in_the_same_browser(room: Showroom, browser: Browser) -> None:
    """A guest's order is under the e-mail alone: an address that anybody may type links nobody to its owner."""
    browser.get("/")
    assert browser.post("/bag", data={"variant": "p-07-red-m", "do": "buy"}).url.path == "/bag"
    for email in ("", "nobody", "a@b", "two words@example.com", "x" * 300 + "@example.com"):
        assert browser.post("/orders", data={"email": email}).status_code == 422, email
    page = browser.post("/orders", data={"email": " guest@example.com "})
    assert page.url.path == "/orders"
    assert "Satin wrap dress" in page.text
    order = stored(room.app, OrderPlaced)[-1]
    assert (order.account, order.email) == (None, room.app.vault.find(Identifier("email", "guest@example.com")))
    form = _return_form(page.text)
    assert "is about size" in browser.post("/returns", data=form | {"reason": "too-big"}).text
    somebody_else(browser)
    assert browser.post("/returns", data=form | {"reason": "too-big"}).status_code == 404


def test_the_bag_keeps_what_was_put_in_and_tells_the_shop(room: Showroom, browser: Browser) -> None:
    """Pieces go in and out, each as an event with the place that led to it; two of a kind are one line of two."""
    browser.get("/")
    slate, position, product = places(browser.get("/product/p-07").text)[0]
    page = browser.get(f"/product/{product}?slate={slate}&position={position}")
    variant = re.findall(r'name="variant" value="([^"]+)" required>', page.text)[0]
    sent = {"variant": variant, "slate": slate, "position": str(position)}
    browser.post("/bag", data=sent)
    browser.post("/bag", data=sent)
    page = browser.post("/bag", data={"variant": "p-09-beige-l"})
    assert page.text.count('<li class="line">') == 3
    put = [one for one in stored(room.app, ProductAddedToCart) if one.slate_id == slate]
    assert [(one.position, one.product.variant_id, one.origin) for one in put] == [(position, variant, "pdp")] * 2
    page = browser.post("/bag/remove", data={"number": "2"})
    assert page.text.count('<li class="line">') == 2
    assert stored(room.app, ProductRemovedFromCart)[-1].product.variant_id == "p-09-beige-l"
    browser.post("/orders", data={"email": "guest-2@example.com"})
    order = stored(room.app, OrderPlaced)[-1]
    assert [(one.variant_id, one.quantity, one.slate_id) for one in order.bill.items] == [(variant, 2, slate)]
    assert order.unexplained_minor == 0


def test_a_full_bag_takes_no_more(browser: Browser) -> None:
    """A bag is a cookie, and a cookie has an end."""
    browser.get("/")
    answers = [browser.post("/bag", data={"variant": "p-07-red-m"}).status_code for _ in range(11)]
    assert answers == [200] * 10 + [422]


def test_a_place_that_a_browser_only_claims_is_not_believed(room: Showroom, browser: Browser) -> None:
    """A bag cookie made by hand that names the place of another product buys, and names no place."""
    slate, position, _ = places(browser.get("/").text)[0]
    claim = urlsafe_b64encode(
        msgspec.json.encode([{"variant_id": "p-30-black-38", "slate_id": slate, "position": position}])
    )
    browser.cookies.set("haberdasher_bag", claim.decode())
    assert "Ankle boots" in browser.post("/orders", data={"email": "guest-3@example.com"}).text
    line = stored(room.app, OrderPlaced)[-1].bill.items[0]
    assert (line.variant_id, line.slate_id, line.position) == ("p-30-black-38", None, None)


@pytest.mark.parametrize("code", list(RETURN_REASONS))
def test_every_reason_on_the_page_is_understood(code: str) -> None:
    """A reason that is offered means something to the shop, and its lesson can be told."""
    assert UNKNOWN not in signal_of(code)
    assert lesson(code).startswith(f"“{RETURN_REASONS[code]}” ")
