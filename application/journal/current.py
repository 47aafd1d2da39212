"""What is known of somebody just now: the newest versions in the rows of the journal, for those who fold them again."""

from collections.abc import Iterator

from application.features.touch import Observation
from application.journal.origins import SALES, VISITS, VISITS_OF
from application.journal.room import Room
from application.projections.identity import PERSONS
from application.projections.purchases import BY_SUBJECT
from application.projections.rows import Rows
from domain.identity.attribution import identifier_of


def of_session(rows: Rows, session_id: str) -> Iterator[Observation]:
    """Yield what is in a session, after bridges and cuts, wherever it was recorded. In no order that says anything."""
    row = rows.get(VISITS, session_id)
    homes = dict.fromkeys((session_id, *row.guests)) if row is not None else {}
    rows.prefetch(VISITS, homes)
    for home in homes:
        if (kept := rows.get(VISITS, home)) is not None:
            yield from (one for one in kept.kept if one.session == session_id and not one.revoked)


def of_customer(rows: Rows, customer: str) -> Iterator[Observation]:
    """Yield what is a customer's, as `Observation` calls them. In no order that says anything."""
    for subject in _subjects(rows, customer):
        rows.prefetch(VISITS, sessions := rows.get(VISITS_OF, subject) or ())
        for session_id in sessions:
            yield from (one for one in of_session(rows, session_id) if one.customer == customer)
        for order_id in Room(rows, "purchases").get(BY_SUBJECT, subject) or ():
            found = rows.get(SALES, order_id) or ()
            yield from (one for one in found if one.customer == customer and not one.revoked)


def _subjects(rows: Rows, customer: str) -> tuple[str, ...]:
    """Return the identifiers on which what is a customer's may have happened."""
    if (identifier := identifier_of(customer)) is not None:
        return (identifier,)
    return Room(rows, "identity").get(PERSONS, customer) or (customer,)
