"""An observation as a row: the columns of the lake, which every batch engine reads. Stored names are forever.

What a measure may ask for stands in a column of its own, computed once here, so that no engine computes it again.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from application.features.touch import Observation
from ports.lake import Kind

#: Of the columns: raised with every change to them, so that no old part is taken for a new one; then rebuild the lake.
VERSION = 1
#: name -> kind, in order; "real" and "whole" may be null where nothing is known.
COLUMNS: Mapping[str, Kind] = {
    "id": "text",
    "position": "whole",
    "known": "real",
    "revoked": "truth",
    "at": "real",
    "action": "text",
    "customer": "text",
    "session": "text",
    "visitor": "text",
    "account": "text",
    "product": "text",
    "category": "text",
    "customer_category": "text",
    "brand": "text",
    "colour": "text",
    "size": "text",
    "price": "whole",
    "list_price": "whole",
    "currency": "text",
    "quantity": "whole",
    "device": "text",
    "hour": "text",
    "season": "text",
    "weather": "text",
    "query": "text",
    "stated": "text",
    "page": "text",
    "fit": "text",
    "taste": "real",
    "settled": "real",
    "counts": "real",
    "amount": "real",
    "log_price": "real",
    "fit_step": "real",
    "discounted": "truth",
}
#: The columns that an observation is made of again; the others follow from them.
STORED = tuple(name for name in COLUMNS if name in Observation.__struct_fields__)
_READ = {name: attrgetter(name) for name in COLUMNS}


def columns_of(observations: Sequence[Observation]) -> dict[str, list[Any]]:
    """Return the columns of some observations, in their order."""
    return {name: list(map(read, observations)) for name, read in _READ.items()}


def observation_of(row: Mapping[str, Any]) -> Observation:
    """Return the observation that a row was made of."""
    return Observation(**{name: row[name] for name in STORED})
