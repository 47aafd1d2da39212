"""`Linkage` by Splink (MIT), the record linkage library of the UK's Ministry of Justice; it compares in DuckDB."""

from collections.abc import Sequence

from ports.linkage import LinkageUnavailable, Profile, Suggestion

_REMEDY = "suggested links need the extra `linkage`: pip install 'haberdasher[linkage]'"


class SplinkLinkage:
    """Made without Splink it still tells its version; only comparing needs it."""

    version = "linkage-1"

    def suggest(self, profiles: Sequence[Profile], at_least: float) -> Sequence[Suggestion]:
        if not 0 < at_least <= 1:
            raise ValueError(f"at_least: {at_least} is not above 0 and at most 1")
        by_key = {one.key: one for one in profiles}
        if len(by_key) < len(profiles):
            raise ValueError("key: two profiles have the same")
        if len(by_key) <= 1:
            return ()
        try:
            from adapters.linkage.estimating import estimated  # noqa: PLC0415 - an extra, loaded when it is asked
        except ModuleNotFoundError as missing:
            raise LinkageUnavailable(_REMEDY) from missing
        found = estimated([by_key[key] for key in sorted(by_key)], at_least)
        return sorted(found, key=lambda one: (-one.probability, one.a, one.b))
