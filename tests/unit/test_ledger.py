from uuid import UUID

import pytest

from tests.support.ledger import Findings, Ledger, check

GOOD = [(f"{batch}-{n}", f"payload {batch}-{n}".encode()) for batch in "abcd" for n in range(3)]


@pytest.fixture
def ledger() -> Ledger:
    """Batches a, b, c were acknowledged; d was sent and cut off."""
    ledger = Ledger()
    for batch in "abcd":
        ledger.record(batch, {event_id: payload for event_id, payload in GOOD if event_id.startswith(batch)})
    for batch in "abc":
        ledger.acknowledge(batch)
    return ledger


def test_a_good_run_has_no_findings(ledger: Ledger) -> None:
    """A batch without acknowledgement may be stored whole or not at all."""
    assert check(ledger, GOOD) == check(ledger, GOOD[:9]) == Findings()


def test_four_planted_faults_are_found_exactly(ledger: Ledger) -> None:
    """R0: one loss, one duplicate, one torn batch and one altered payload are reported as these four."""
    planted = [row for row in GOOD if row[0] not in {"a-1", "d-2"}]
    planted.append(("b-0", b"payload b-0"))
    planted[planted.index(("c-2", b"payload c-2"))] = ("c-2", b"payload c-2 ")
    assert check(ledger, planted) == Findings(lost=("a-1",), duplicated=("b-0",), torn=("d",), altered=("c-2",))


def test_what_nobody_sent_is_invented(ledger: Ledger) -> None:
    """An event of no batch is reported, and is not called altered."""
    assert check(ledger, [*GOOD, ("e-0", b"?")]) == Findings(invented=("e-0",))


@pytest.mark.parametrize("event_id", [b"a-0", UUID(int=1), 7])
def test_ids_of_another_type_are_an_error(ledger: Ledger, event_id: object) -> None:
    """Comparing text with another type would report everything as lost: it is refused."""
    with pytest.raises(TypeError):
        check(ledger, [(event_id, b"")])  # type: ignore[list-item] # the mistake under test
