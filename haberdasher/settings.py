"""Settings: one frozen value from a TOML file and `HABERDASHER_*`; an invalid one stops the start by its name.

Beside `haberdasher.secret_settings` the only module that reads the environment.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from attrs import Factory, evolve, field, fields, frozen

from domain.kernel import DomainError
from domain.taxonomy import source
from domain.taxonomy.dialects.registry import DIALECTS
from domain.taxonomy.source import CHANNELS, Declaration
from domain.taxonomy.vocabulary import Aliases, InvalidAlias, Vocabulary
from haberdasher.extending import Extensions, find, together
from haberdasher.extension import Extension, InvalidExtension
from ports.weather import Place

PREFIX = "HABERDASHER_"
#: Values of features are put into tables beside the read models.
DATABASE = "database"
MAX_DELAY_S = 366 * 86_400
_CHOICES: Mapping[str, Iterable[str]] = {
    "clock": get_args(source.Clock),
    "authority": get_args(source.Authority),
    "legal_basis": get_args(source.LegalBasis),
    "channel": CHANNELS,
    "dialect": DIALECTS,
}


class InvalidSetting(Exception):
    """A setting that cannot be: the message has its name and the remedy."""


@frozen
class Settings:
    """`database_url` and `keys_url` default to SQLite files below `home`; keys live apart from what they open.

    They may hold a password, so no representation shows them.
    """

    home: Path
    tenant: str = "main"
    profile: str = "embedded"
    database_url: str = field(default="", repr=False)
    keys_url: str = field(default="", repr=False)
    feature_store: str = field(default="", repr=False)
    data: Path | None = None
    batch: int = 5000
    raw_days: int = 90
    nameless_days: int = 30
    sources: Mapping[str, Declaration] = Factory(dict)
    aliases: Aliases = Factory(dict)
    stores: Mapping[str, Place] = Factory(dict)
    pages: bool = True
    open_collectors: bool = False
    weather: str = "climatology"
    extensions: tuple[Extension, ...] = ()

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'haberdasher.db'}"

    @property
    def keys(self) -> str:
        return self.keys_url or f"sqlite:///{self.home / 'keys.db'}"

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def lake(self) -> Path:
        return self.home / "lake"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read `HABERDASHER_CONFIG` (TOML) if it is set, then the environment over it. Raises `InvalidSetting`."""
    given = os.environ if environ is None else environ
    raw: dict[str, Any] = {}
    if config := given.get(PREFIX + "CONFIG"):
        raw = _toml(Path(config))
    declared = _tables(raw, "sources", "a table for each source, such as [sources.web]")
    aliases = _tables(raw, "aliases", 'a table for each source or "*", such as [aliases.web]')
    stores = _tables(raw, "stores", "a table for each store, such as [stores.paris]")
    extensions = _extensions(raw.pop("extensions", []))
    for name in (
        "home",
        "tenant",
        "profile",
        "database_url",
        "keys_url",
        "feature_store",
        "data",
        "batch",
        "raw_days",
        "nameless_days",
        "pages",
        "open_collectors",
        "weather",
    ):
        if (value := given.get(PREFIX + name.upper())) is not None:
            raw[name] = value
    known = {one.name for one in fields(Settings)}
    if unknown := sorted(set(raw) - known):
        raise InvalidSetting(f"{unknown[0]}: no such setting; known are {', '.join(sorted(known))}")
    profile = _words("profile", raw.get("profile", "embedded"))
    settings = Settings(
        home=Path(_words("home", raw.get("home") or "var")).absolute(),
        tenant=_words("tenant", raw.get("tenant", "main")),
        profile=profile,
        database_url=_words("database_url", raw.get("database_url", "")),
        keys_url=_words("keys_url", raw.get("keys_url", "")),
        feature_store=_words("feature_store", raw.get("feature_store", "")),
        data=Path(_words("data", raw["data"])).absolute() if raw.get("data") else None,
        batch=_whole("batch", raw.get("batch", 5000), 1, 100_000),
        raw_days=_whole("raw_days", raw.get("raw_days", 90), 1, 36_500),
        nameless_days=_whole("nameless_days", raw.get("nameless_days", 30), 1, 30),
        sources={name: _source(name, table) for name, table in declared.items()},
        aliases=_aliases(aliases, extensions),
        stores={name: _store(name, table) for name, table in stores.items()},
        open_collectors=_truth("open_collectors", raw.get("open_collectors", False)),
        weather=_words("weather", raw.get("weather", "climatology")),
        extensions=extensions.all,
        pages=_truth("pages", raw.get("pages", profile != "production")),
    )
    _check(settings)
    return settings


def limit_threads() -> None:
    """Have the processes started from here use one thread for linear algebra, unless somebody chose otherwise.

    Requests are the parallelism of a server; OpenMP's own threads on busy cores double a run.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


def read_text(name: str, path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise InvalidSetting(f"{name}: cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidSetting(f"{name}: {path} is not text in UTF-8") from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(PREFIX + "CONFIG", path))
    except tomllib.TOMLDecodeError as error:
        raise InvalidSetting(f"{PREFIX}CONFIG: {path} is not TOML: {error}") from None


def _source(name: str, table: Mapping[str, Any]) -> Declaration:
    """Return what the registry will take. Its own rules are asked here, so that a start fails before it writes."""
    try:
        declared = Declaration(name=name, **table)
    except TypeError:
        known = ", ".join(one.name for one in fields(Declaration) if one.name != "name")
        raise InvalidSetting(f"sources.{name}: a table with {known}") from None
    for attribute, allowed in _CHOICES.items():
        if getattr(declared, attribute) not in list(allowed):
            raise InvalidSetting(f"sources.{name}.{attribute}: expected one of {', '.join(sorted(allowed))}")
    declared = evolve(declared, delay_s=_whole(f"sources.{name}.delay_s", declared.delay_s, 0, MAX_DELAY_S))
    try:
        source.declare(source.State(), declared)
    except DomainError as error:
        raise InvalidSetting(f"sources.{name}.{error}") from None
    return declared


def _tables(raw: dict[str, Any], name: str, form: str) -> Mapping[str, Mapping[str, Any]]:
    tables = raw.pop(name, {})
    if not isinstance(tables, dict):
        raise InvalidSetting(f"{name}: expected {form}")
    for key, table in tables.items():
        if not isinstance(table, dict):
            raise InvalidSetting(f"{name}.{key}: expected a table; {name} takes {form}")
    return tables


def _extensions(listed: Any) -> Extensions:
    if not isinstance(listed, list):
        raise InvalidSetting('extensions: expected a list, such as ["acme_shop:extension"]')
    try:
        return together([find(_words("extensions", one)) for one in listed])
    except InvalidExtension as error:
        raise InvalidSetting(f"extensions: {error}") from None


def _aliases(tables: Mapping[str, Mapping[str, Any]], extensions: Extensions) -> Aliases:
    for source_name, table in tables.items():
        for name, canonical in table.items():
            _words(f"aliases.{source_name}.{name}", canonical)
    try:
        Vocabulary(own=tables, known=extensions.known)
    except InvalidAlias as error:
        raise InvalidSetting(f"aliases.{error}") from None
    return tables


def _store(name: str, table: Mapping[str, Any]) -> Place:
    place = []
    for axis, most in (("latitude", 90), ("longitude", 180)):
        value = table.get(axis)
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > most:
            raise InvalidSetting(f"stores.{name}.{axis}: expected degrees from -{most} to {most}")
        place.append(float(value))
    return Place(*place)


def _words(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidSetting(f"{name}: expected text in quotes, not {value!r}")
    return value


def _truth(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in {"true", "false"}:
        raise InvalidSetting(f"{name}: expected true or false, not {value!r}")
    return bool(value == "true")


def _whole(name: str, value: Any, low: int, high: int) -> int:
    try:
        number = low - 1 if isinstance(value, bool | float) else int(value)
    except (TypeError, ValueError):
        number = low - 1
    if not low <= number <= high:
        raise InvalidSetting(f"{name}: expected a whole number from {low} to {high}, not {value!r}")
    return number


def _check(settings: Settings) -> None:
    if settings.profile not in {"embedded", "production"}:
        raise InvalidSetting(f"profile: expected embedded or production, not {settings.profile!r}")
    if not settings.tenant.isidentifier() or len(settings.tenant) > 64:
        raise InvalidSetting("tenant: expected a name of letters, digits and _, at most 64 characters")
    if settings.weather not in {"climatology", "none"} and not settings.weather.startswith("https://"):
        raise InvalidSetting("weather: expected climatology, none, or the https:// address of a provider")
    for name in ("database_url", "keys_url"):
        url = getattr(settings, name)
        if url and not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise InvalidSetting(f"{name}: expected sqlite:///PATH or postgresql+psycopg://USER@HOST/DATABASE")
    if settings.feature_store not in {"", DATABASE}:
        _check_redis("feature_store", settings.feature_store, production=settings.profile == "production")


def _check_redis(name: str, url: str, *, production: bool) -> None:
    """Options in the address could turn certificates off, so there are none."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"redis", "rediss"} and parts.port != 0 and re.fullmatch(r"(/\d*)?", parts.path)
    except ValueError:
        known = None
    if not known or not parts.hostname or parts.query or parts.fragment:
        raise InvalidSetting(f"{name}: expected database, redis://HOST:PORT/NUMBER or rediss://..., without options")
    here = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if production and not here and not (parts.scheme == "rediss" and parts.password):
        raise InvalidSetting(f"{name}: in production another machine takes rediss://USER:PASSWORD@HOST, not plain text")
