"""A filled-in instance of any event class: every field set, so that a golden file shows every stored name."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

MOMENT = datetime(2026, 11, 23, 12, 30, 15, 250_000, tzinfo=UTC)
_PLAIN: dict[Any, Any] = {str: "text", int: 7, float: 0.5, bool: True, datetime: MOMENT}


def sample(kind: Any) -> Any:
    """Return a value of a type, optional parts present. Errors: `TypeError` for a type no event should hold."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if attrs.has(kind):
        hints = get_type_hints(kind)
        return kind(**{one.name: sample(hints[one.name]) for one in attrs.fields(kind) if one.init})
    return _generic(get_origin(kind), get_args(kind))


def _generic(origin: Any, arguments: tuple[Any, ...]) -> Any:
    if origin is Literal:
        return arguments[0]
    if origin in {Union, type(int | str)}:
        return sample(next(one for one in arguments if one is not type(None)))
    if origin is tuple:
        return (sample(arguments[0]),) if arguments[-1] is Ellipsis else tuple(map(sample, arguments))
    if origin is Mapping:
        return {sample(arguments[0]): sample(arguments[1])}
    raise TypeError(f"{origin}{arguments} in an event: use text, numbers, times, and frozen values of these")
