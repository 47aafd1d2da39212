"""Haberdasher: raw shop events in, curated slates out. Importing it only makes sure that its parts are its own.

The other packages have common names (`domain`, `ports`, ...): something else on the path may shadow them. Running
half on somebody else's `domain` would be worse than not running, so an impostor stops the import.
"""

from importlib.util import find_spec
from pathlib import Path

__version__ = "0.1.0"

#: The import packages of this distribution besides `haberdasher` itself.
ROOTS = ("domain", "ports", "application", "adapters", "ml")


def _refuse_impostors() -> None:
    """Raise `ImportError` unless every root package lies beside this one. Finds them without importing any."""
    home = Path(__file__).resolve().parent.parent
    for name in ROOTS:
        spec = find_spec(name)
        if spec is None:
            raise ImportError(f"the package {name!r} is missing beside haberdasher in {home}: install it again")
        found = [str(Path(place).resolve()) for place in spec.submodule_search_locations or [str(spec.origin)]]
        if found != [str(home / name)]:
            raise ImportError(
                f"{', '.join(found)} shadows haberdasher's own package {name!r} in {home}: install haberdasher in an "
                "environment of its own, take that folder off PYTHONPATH, and do not start Python inside it"
            )


_refuse_impostors()
