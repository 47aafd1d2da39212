"""Splink is an extra: where it is not installed, what needs it is skipped with the reason."""

from importlib.util import find_spec

from tests.support.services import absent


def needs_splink() -> None:
    if find_spec("splink") is None:
        absent("Splink: install the extra `linkage`")
