"""Settings: one frozen value from a TOML file and `HABERDASHER_*`; an invalid one stops the start by its name.

The only module that reads the environment. Secrets come from the environment or from files, never from TOML.
"""

import os
import secrets
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from attrs import Factory, evolve, field, fields, frozen

from domain.kernel import DomainError
from domain.taxonomy import source
from domain.taxonomy.interpret import CHANNELS
from domain.taxonomy.source import Declaration

PREFIX = "HABERDASHER_"
KEY_BYTES = 32
MAX_DELAY_S = 366 * 86_400
#: What an API key may be for.
SCOPES = frozenset(["events", "catalog", "recommend", "read"])
SHORTEST_API_KEY = 16
_CHOICES: Mapping[str, Iterable[str]] = {
    "clock": get_args(source.Clock),
    "authority": get_args(source.Authority),
    "legal_basis": get_args(source.LegalBasis),
    "channel": CHANNELS,
}


class InvalidSetting(Exception):
    """A setting that cannot be: the message has its name and the remedy."""


@frozen
class Secrets:
    """`generated` tells that the embedded profile made them itself: good for a laptop, named by `doctor`."""

    master_key: bytes = field(repr=False)
    pepper: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)
    generated: bool = False


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
    data: Path | None = None
    batch: int = 5000
    sources: Mapping[str, Declaration] = Factory(dict)
    pages: bool = True

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'haberdasher.db'}"

    @property
    def keys(self) -> str:
        return self.keys_url or f"sqlite:///{self.home / 'keys.db'}"

    @property
    def releases(self) -> Path:
        return self.home / "releases"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read `HABERDASHER_CONFIG` (TOML) if it is set, then the environment over it. Raises `InvalidSetting`."""
    given = os.environ if environ is None else environ
    raw: dict[str, Any] = {}
    if config := given.get(PREFIX + "CONFIG"):
        raw = _toml(Path(config))
    declared = raw.pop("sources", {})
    if not isinstance(declared, dict):
        raise InvalidSetting("sources: expected a table for each source, such as [sources.web]")
    for name in ("home", "tenant", "profile", "database_url", "keys_url", "data", "batch", "pages"):
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
        data=Path(_words("data", raw["data"])).absolute() if raw.get("data") else None,
        batch=_whole("batch", raw.get("batch", 5000), 1, 100_000),
        sources={name: _source(name, table) for name, table in declared.items()},
        pages=_truth("pages", raw.get("pages", profile != "production")),
    )
    _check(settings)
    return settings


def read_secrets(settings: Settings, environ: Mapping[str, str] | None = None) -> Secrets:
    """Read the three secrets; the embedded profile makes what is missing, once, in files only the owner can read."""
    given = os.environ if environ is None else environ
    found: dict[str, bytes] = {}
    generated = False
    for name in ("master_key", "pepper", "signing_key"):
        variable = PREFIX + name.upper()
        if variable in given:
            found[name] = _key(variable, given[variable])
        elif variable + "_FILE" in given:
            found[name] = _key(variable + "_FILE", _text(variable + "_FILE", Path(given[variable + "_FILE"])))
        elif settings.profile == "production":
            raise InvalidSetting(f"{variable}: required in production; set it, or {variable}_FILE, to 64 hex digits")
        else:
            found[name] = _own_secret(settings.home / "secrets" / name)
            generated = True
    return Secrets(**found, generated=generated)


def read_api_keys(environ: Mapping[str, str] | None = None) -> Mapping[str, frozenset[str]]:
    """Read `HABERDASHER_API_KEYS` or the file that `_FILE` names; lines or commas of `KEY=scope+scope`. Often empty."""
    given = os.environ if environ is None else environ
    variable, text = PREFIX + "API_KEYS", ""
    if variable in given:
        text = given[variable]
    elif variable + "_FILE" in given:
        variable += "_FILE"
        text = _text(variable, Path(given[variable]))
    entries = [entry.strip() for line in text.splitlines() for entry in line.split(",")]
    return dict(_api_key(variable, entry) for entry in entries if entry)


def _api_key(variable: str, entry: str) -> tuple[str, frozenset[str]]:
    key, _, words = (part.strip() for part in entry.rpartition("="))
    scopes = frozenset(words.split("+"))
    if len(key) < SHORTEST_API_KEY or not (key.isascii() and key.isprintable()) or " " in key:
        raise InvalidSetting(
            f"{variable}: expected KEY=scope+scope with a key of at least {SHORTEST_API_KEY} characters without spaces;"
            " make one with `openssl rand -hex 16`"
        )
    if not scopes <= SCOPES:
        raise InvalidSetting(f"{variable}: expected scopes out of {', '.join(sorted(SCOPES))}, joined by +")
    return key, scopes


def limit_threads() -> None:
    """Have the processes started from here use one thread for linear algebra, unless somebody chose otherwise.

    Requests are the parallelism of a server; OpenMP's own threads on busy cores double a run.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


def _own_secret(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    candidate = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(candidate, path)  # the first process wins; the others read what it wrote
    except FileExistsError:
        pass
    finally:
        candidate.unlink()
    return _key(str(path), path.read_text())


def _key(name: str, text: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise InvalidSetting(f"{name}: expected {2 * KEY_BYTES} hex digits; make one with `openssl rand -hex 32`")
    return key


def _text(name: str, path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise InvalidSetting(f"{name}: cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidSetting(f"{name}: {path} is not text in UTF-8") from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(PREFIX + "CONFIG", path))
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
    for name in ("database_url", "keys_url"):
        url = getattr(settings, name)
        if url and not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise InvalidSetting(f"{name}: expected sqlite:///PATH or postgresql+psycopg://USER@HOST/DATABASE")
