"""A shopper's words on a return, the whole way: read where they are sealed, stored as labels, routed as signals."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.returns.returns import CommentRead, ReturnSignalled
from domain.returns.routes import SignalRouted
from haberdasher.bootstrap import App
from tests.support.house import house, receive
from tests.support.shop import ordered, sent


def _returned(comment: str, reason: str = "other") -> bytes:
    item: dict[str, Any] = {"variant_id": "coat/m", "quantity": 1, "reason": reason, "comment": comment}
    return sent("return_requested", 20, properties={"return_id": "r-1", "order_id": "o-1", "items": [item]})


def _events(app: App, *kinds: type) -> list[Any]:
    return [one.event for one in app.log.follow(after=0, limit=1000) if isinstance(one.event, kinds)]


@pytest.mark.parametrize(
    ("comment", "direction", "dimension"),
    [
        ("Not too small, but far too long for me", "too_large", "length"),
        ("nicht zu klein, eher zu lang", "too_large", "length"),
        ("Beaucoup trop petit, je prends d'habitude du 38", "too_small", None),
        ("me queda grande", "too_large", None),
    ],
)
def test_what_was_written_reaches_the_size_model(
    tmp_path: Path, comment: str, direction: str, dimension: str | None
) -> None:
    """A code that says nothing, and words that do: the signal is of the words, and the words are in no fact."""
    app = house(tmp_path)
    receive(app, "oms", [ordered("o-1", 0, "coat/m"), _returned(comment)])
    (read,) = _events(app, CommentRead)
    assert read.reader == "comments-1"
    (signalled,) = _events(app, ReturnSignalled)[-1:]
    assert signalled.source == "comment"
    assert (signalled.signals[0].direction, signalled.signals[0].dimension) == (direction, dimension)
    routed = _events(app, SignalRouted)
    assert "size_model" in {one.destination for one in routed}
    stored = b"".join(json.dumps(str(one.event)).encode() for one in app.log.follow(after=0, limit=1000))
    assert comment.encode() not in stored
    app.close()


def test_words_that_say_nothing_leave_the_code_as_it_is(tmp_path: Path) -> None:
    """Thanks and addresses are no reason: nothing is guessed."""
    app = house(tmp_path)
    receive(app, "oms", [ordered("o-1", 0, "coat/m"), _returned("Vielen Dank und liebe Grüße!", "too-small")])
    (signalled,) = _events(app, ReturnSignalled)
    assert (signalled.source, signalled.signals[0].direction) == ("structured_code", "too_small")
    app.close()
