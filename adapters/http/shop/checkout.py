"""Pages to buy and to send back."""

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from adapters.http.shop.buying import added, bag_lines, buy, total
from adapters.http.shop.desk import AnyRequest, Form, Given
from adapters.http.shop.orders import RETURN_REASONS, lesson
from adapters.http.shop.refusals import PageRefused, not_found
from adapters.http.shop.rendering import onwards, page
from adapters.http.shop.visit import Piece
from adapters.http.shop.wording import price


@get("/bag", sync_to_thread=True)
def bag(request: AnyRequest, desk: Given) -> Response[str]:
    """Show what is in the bag, with the prices of now."""
    visit = desk.visit(request)
    lines = bag_lines(desk.service, visit)
    whole = bool(lines) and not any(line.gone for line in lines)
    return page("bag.html", visit, lines=lines, total=price(total(desk.service, visit.bag)) if whole else "")


@post("/bag", sync_to_thread=True)
def put_in(request: AnyRequest, desk: Given, data: Form) -> Redirect:
    """Put a piece into the bag; somebody whom we know may buy it at once, a guest has to leave an address first."""
    visit = desk.visit(request)
    piece = desk.piece_of(visit, data)
    if data.get("do") == "buy" and visit.persona is not None:
        buy(desk.tracking, visit, [piece])
        return onwards("/orders?placed=1", visit)
    visit.put_in_bag(piece)
    desk.tracking.behaved(visit, ("product_added_to_cart", added(desk.service, piece)))
    return onwards("/bag", visit)


@post("/bag/remove", sync_to_thread=True)
def take_out(request: AnyRequest, desk: Given, data: Form) -> Redirect:
    """Take a line out of the bag; one that was sold meanwhile just goes."""
    visit = desk.visit(request)
    number = data.get("number", "")
    if not number.isascii() or not number.isdigit() or len(number) > 3 or int(number) >= len(visit.bag):
        raise not_found("No such line in the bag")
    piece = visit.bag.pop(int(number))
    try:
        event = added(desk.service, Piece(piece.variant_id))
    except PageRefused:
        return onwards("/bag", visit)
    desk.tracking.behaved(visit, ("product_removed_from_cart", event))
    return onwards("/bag", visit)


@post("/orders", sync_to_thread=True)
def order(request: AnyRequest, desk: Given, data: Form) -> Redirect:
    """Buy what is in the bag."""
    visit = desk.visit(request)
    buy(desk.tracking, visit, desk.bag(visit), data.get("email", ""))
    visit.bag.clear()
    return onwards("/orders?placed=1", visit)


@get("/orders", sync_to_thread=True)
def orders(
    request: AnyRequest, desk: Given, placed: FromQuery[str] = "", learned: FromQuery[str] = ""
) -> Response[str]:
    """Show what was ordered; `learned`: the reason of a return just sent, whose lesson is told."""
    visit = desk.visit(request)
    in_time = desk.service.live.wait_for(visit.after)
    return page(
        "orders.html",
        visit,
        orders=desk.orders.of(visit),
        reasons=RETURN_REASONS,
        placed=bool(placed),
        lesson=lesson(learned),
        late=not in_time,
    )


@post("/returns", sync_to_thread=True)
def send_back(request: AnyRequest, desk: Given, data: Form) -> Redirect:
    """Send one piece of an order back."""
    visit = desk.visit(request)
    reason = data.get("reason", "")
    desk.orders.send_back(visit, data.get("order", ""), data.get("line", ""), reason, data.get("comment", ""))
    return onwards(f"/orders?learned={reason}", visit)


HANDLERS = (bag, put_in, take_out, order, orders, send_back)
