"""The circle as a newcomer walks it, in a real browser, and what the shop has stored of it."""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from domain.order import OrderPlaced
from domain.returns.returns import ReturnSignalled
from domain.returns.signal import fit
from domain.session.facts import ItemImpressionViewed, ProductClicked
from domain.slate.slate import Example, ExamplesLabelled, SlateServed
from ports.vault import Identifier
from tests.browser.conftest import ATTEMPTS, OpenShop, Watched


def _stored(shop: OpenShop, *kinds: type) -> list[Any]:
    return [one.event for one in shop.app.log.follow(after=0, limit=1_000_000) if isinstance(one.event, kinds)]


def _example(shop: OpenShop, page: Page, slate: str, position: int, outcome: str) -> Example:
    """Return the example that a place became, once the server has labelled it so."""
    for _ in range(ATTEMPTS):
        for labelled in _stored(shop, ExamplesLabelled):
            for one in labelled.examples if labelled.slate_id == slate else ():
                if (one.position, one.outcome) == (position, outcome):
                    found: Example = one
                    return found
        page.wait_for_timeout(50)
    raise AssertionError(f"place {position} of {slate} was never labelled {outcome}")


def _products(page: Page) -> list[str]:
    return [str(one.get_attribute("data-product")) for one in page.locator(".row .card").all()]


def _loaded(page: Page) -> int:
    """Return how many pictures of the grid have really been drawn."""
    drawn: int = page.locator(".row .card img").evaluate_all("all => all.filter(one => one.naturalWidth > 0).length")
    return drawn


def test_a_newcomer_walks_the_circle(shop: OpenShop, watched: Watched) -> None:
    """Persona, personal grid, click, a row that re-ranks and says why, order, return, and what was learned from it."""
    page = watched.page
    page.goto("/")
    expect(page.locator(".why")).to_contain_text("Popular right now")
    page.get_by_role("button", name="Mia").click()
    expect(page.locator(".why")).to_contain_text("Because you looked at")
    expect(page.locator(".person[aria-current]")).to_contain_text("Mia")
    page.wait_for_load_state("networkidle")
    assert _loaded(page) == 12

    before, card = _products(page), page.locator(".row .card").nth(5)
    slate, product = str(card.get_attribute("data-slate")), str(card.get_attribute("data-product"))
    title = card.locator(".name").inner_text()
    card.get_by_role("button", name=f"More like {title}").click()
    expect(page.locator(".why.fresh")).to_contain_text(f"Because you looked at {title}")
    expect(page.locator("#announcer")).to_contain_text(title)
    assert page.evaluate("document.activeElement.classList.contains('why')")
    assert _products(page) != before
    assert product not in _products(page)
    assert urlsplit(page.url).path == "/"

    served = next(one for one in _stored(shop, SlateServed) if one.slate_id == slate)
    click = next(one for one in _stored(shop, ProductClicked) if one.slate_id == slate)
    example = _example(shop, page, slate, 6, "click")
    assert (click.position, click.surface, click.product.product_id) == (6, "home", product)
    assert (example.product_id, example.propensity) == (product, served.slots[5].propensity)

    chosen = page.locator(".row .card").filter(has=page.locator(".sizes", has_text="·")).first
    slate, product = str(chosen.get_attribute("data-slate")), str(chosen.get_attribute("data-product"))
    place = int(chosen.get_attribute("data-position") or 0)
    title = chosen.locator(".name").inner_text()
    chosen.locator("a.open").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator(".row .card")).to_have_count(4)
    assert _example(shop, page, slate, place, "click").product_id == product
    assert [one.position for one in _stored(shop, ProductClicked) if one.slate_id == slate] == [place]

    page.get_by_role("button", name="Buy now").click()
    assert urlsplit(page.url).path.startswith("/product/"), "without a size nothing is bought"
    page.locator(".size label:not(.gone)").nth(1).click()
    page.get_by_role("button", name="Buy now").click()
    expect(page.get_by_role("status")).to_contain_text("Your order is placed")
    order = _stored(shop, OrderPlaced)[-1]
    assert order.account == shop.app.vault.find(Identifier("account", "shopper-12"))
    assert (order.bill.items[0].slate_id, order.bill.items[0].position) == (slate, place)
    assert _example(shop, page, slate, place, "purchase").label == 1.0

    line = page.locator(".order").first
    line.locator("summary").click()
    line.get_by_label("Why?").select_option("Too small")
    line.get_by_label("Anything to add?").fill("The sleeves end at my elbows.")
    line.get_by_role("button", name="Send it back").click()
    expect(page.locator(".lesson")).to_contain_text("“Too small” is about size, not about taste")
    assert _example(shop, page, slate, place, "return").label == 1.0
    # The code gives the direction, the words say where.
    assert _stored(shop, ReturnSignalled)[-1].signals == (fit("too_small", "sleeve", "length"),)

    page.reload()
    expect(page.locator(".order").first).to_contain_text("Learned: sent back, counts 1.0 of 1")
    page.locator(".learned a").first.click()
    expect(page.locator(f"#place-{place}")).to_contain_text("sent back")
    expect(page.locator(f"#place-{place}")).to_contain_text("%")
    assert watched.complaints == []
    assert {urlsplit(one).netloc for one in watched.asked} == {urlsplit(shop.address).netloc}


def test_a_click_is_known_when_the_shopper_comes_back(watched: Watched) -> None:
    """Back from a product, the grid has re-ranked and says what it follows; the guest has told nobody who they are."""
    page = watched.page
    page.goto("/")
    card = page.locator(".row .card").nth(8)
    title = card.locator(".name").inner_text()
    card.locator("a.open").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("link", name="Back to the shop").click()
    expect(page.locator(".why")).to_contain_text(f"Because you looked at {title}")
    assert watched.complaints == []


def test_what_was_on_screen_for_a_second_is_reported(shop: OpenShop, watched: Watched) -> None:
    """Places in the window are stored as seen, with their time; places further down are not."""
    page = watched.page
    page.goto("/")
    with page.expect_request("**/impressions"):
        slate = str(page.locator(".row .card").first.get_attribute("data-slate"))
    assert _example(shop, page, slate, 1, "ignored").label == 0.0
    seen = [one for one in _stored(shop, ItemImpressionViewed) if one.slate_id == slate]
    assert {one.position for one in seen} <= {1, 2, 3, 4}
    assert min(one.viewable_ms for one in seen) >= 1000


def test_the_shop_works_without_scripts(shop: OpenShop, chromium: Browser) -> None:
    """With scripts off the same buttons are plain forms: the list still re-ranks, and a guest can buy."""
    context = chromium.new_context(base_url=shop.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    title = page.locator(".row .card .name").nth(2).inner_text()
    page.get_by_role("button", name=f"More like {title}").click()
    expect(page.locator(".why")).to_contain_text(f"Because you looked at {title}")
    page.locator(".row .card a.open").first.click()
    page.locator(".size label:not(.gone)").first.click()
    page.get_by_role("button", name="Buy now").click()
    page.get_by_label("E-mail for the order").fill("guest@example.com")
    page.get_by_role("button", name="Buy", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Your order is placed")
    context.close()


def test_a_phone_shows_two_columns_and_nothing_wider_than_itself(shop: OpenShop, chromium: Browser) -> None:
    """On a screen of 390 points two products stand side by side and no page has to be pushed sideways."""
    context = chromium.new_context(base_url=shop.address, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Mia").click()
    boxes = [one.bounding_box() for one in page.locator(".row .card").all()[:3]]
    tops = [round(one["y"]) for one in boxes if one]
    assert tops[0] == tops[1] < tops[2]
    slate = str(page.locator(".row .card").first.get_attribute("data-slate"))
    for path in ("/", "/product/p-01", "/orders", "/bag", f"/slates/{slate}", "/product/none"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    context.close()


def test_every_control_has_a_name(shop: OpenShop, watched: Watched) -> None:
    """Pictures have an alternative text, fields a label and buttons a name, on every page of the circle."""
    page = watched.page
    page.goto("/")
    page.get_by_role("button", name="Mia").click()
    slate = str(page.locator(".row .card").first.get_attribute("data-slate"))
    for path in ("/", "/product/p-01", "/orders", "/bag", f"/slates/{slate}"):
        page.goto(path)
        assert page.locator("img:not([alt])").count() == 0, path
        assert page.locator("main h1").count() == 1, path
        for control in page.locator("main button, main a, main select, main textarea").all():
            said = control.evaluate(
                "e => e.getAttribute('aria-label') || e.textContent || (e.labels || [])[0]?.textContent"
            )
            picture = control.locator("img").first
            assert re.search(r"\w", said or "") or picture.get_attribute("alt"), (path, control.inner_html())
    assert shop.address in page.url
