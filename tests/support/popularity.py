"""How popular products are by the streaming states, and by how many touches."""

from application.features.fold import base_of
from application.features.measures import PRODUCT
from application.features.steps import State
from application.journal.journal import Journal
from application.projections.rows import View
from application.streaming.states import STATES
from ports.event_log import ReadModels

POPULARITY = base_of(next(one for one in PRODUCT if one.name == "popularity"))


def product_states(read_models: ReadModels) -> dict[str, State]:
    states = View(read_models, Journal.name).all(STATES, after="product/")
    return {key.removeprefix("product/"): state for key, state in states if key.startswith("product/")}


def counts_of(read_models: ReadModels) -> dict[str, int]:
    """Return of each product how many touches make it popular."""
    states = product_states(read_models)
    return {product: int(state[POPULARITY][""].count) for product, state in states.items() if POPULARITY in state}
