"""The measures of products without what counts nowhere: raw counts less those of robots, slips and bulk orders.

The raw rows stay as they are. Sums are taken apart exactly, up to rounding, because every measure of a product is one.
"""

from collections.abc import Mapping
from math import exp2

from application.features.cells import Cell, family
from application.features.ranking import PRODUCT_FOLD
from application.features.steps import State
from application.projections.marks import left_out
from application.projections.products import PRODUCTS, Product
from application.projections.rows import View
from ports.event_log import ReadModels
from ports.measures import DAY, Measure


def counted(read_models: ReadModels) -> Mapping[str, Product]:
    """Return the products as serving and training count them. Costs a look at every touch that is left out."""
    out: dict[str, State] = {}
    for touch in left_out(read_models):
        PRODUCT_FOLD.add(out.setdefault(touch.product, {}), touch)
    products = dict(View(read_models, "products").all(PRODUCTS))
    for product_id, state in out.items():
        if product_id in products:
            products[product_id].state = less(products[product_id].state, state)
    return products


def less(state: State, out: State) -> State:
    """Return a state without what went into another one."""
    by_name = {measure.name: measure for measure in PRODUCT_FOLD.measures}
    return {
        name: {
            key: _less(cell, out.get(name, {}).get(key), by_name[name]) if name in by_name else cell
            for key, cell in cells.items()
        }
        for name, cells in state.items()
    }


def _less(cell: Cell, out: Cell | None, measure: Measure) -> Cell:
    if out is None:
        return cell
    count = max(cell.count - out.count, 0.0)
    match family(measure):
        case "decayed":
            decay = exp2((out.at - cell.at) / (measure.half_life_days * DAY))
            return Cell(cell.total - out.total * decay if count else 0.0, cell.at, count)
        case "moments":
            return Cell((cell.total * cell.count - out.total * out.count) / count if count else 0.0, count=count)
        case _:
            return Cell(cell.total - out.total, count=count)
