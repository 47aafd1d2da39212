"""How a worker that runs learns that somebody corrected an identity by hand, and forgets the streams it remembers."""

from application.projections.rows import Collection
from ports.event_log import ReadModels

#: one row, "last": the id of the last correction, among the rows of the worker that takes events in
CORRECTED: Collection[str] = Collection("corrected", str)


def last_correction(read_models: ReadModels, worker: str) -> bytes | None:
    """Return what changes with every correction; None while nobody corrected anything."""
    return read_models.get(worker, CORRECTED.name, ["last"]).get("last")
