"""Our own wire form needs no translation."""

from collections.abc import Mapping, Sequence
from typing import Any


def translate(sent: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (sent,)
