"""What only the environment or a file may tell: keys of ours, keys of our clients, what vendors sign with."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import field, frozen

from haberdasher.settings import PREFIX, InvalidSetting, Settings, read_text

KEY_BYTES = 32
#: What an API key may be for.
SCOPES = frozenset(["events", "catalog", "recommend", "read"])
SHORTEST_API_KEY = 16


@frozen
class Secrets:
    """`generated` tells that the embedded profile made them itself: good for a laptop, named by `doctor`."""

    master_key: bytes = field(repr=False)
    pepper: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)
    generated: bool = False


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
            found[name] = _key(variable + "_FILE", read_text(variable + "_FILE", Path(given[variable + "_FILE"])))
        elif settings.profile == "production":
            raise InvalidSetting(f"{variable}: required in production; set it, or {variable}_FILE, to 64 hex digits")
        else:
            found[name] = _own_secret(settings.home / "secrets" / name)
            generated = True
    return Secrets(**found, generated=generated)


@contextmanager
def coming_pepper(settings: Settings, environ: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """Lend the pepper to rotate to: the one that is given from outside, else a new one of our own.

    Our own one takes the old one's place once the block has ended well; until then it waits in a file beside it, and
    whoever was interrupted finds it there again.
    """
    given = os.environ if environ is None else environ
    path = settings.home / "secrets" / "pepper"
    if settings.profile == "production" or {PREFIX + "PEPPER", PREFIX + "PEPPER_FILE"} & given.keys():
        yield read_secrets(settings, given).pepper
        return
    coming = path.with_name("pepper.coming")
    yield _own_secret(coming)
    with suppress(FileNotFoundError):  # somebody else, who rotated to the same one, has done it
        coming.replace(path)
    _sync(path.parent)


def read_api_keys(environ: Mapping[str, str] | None = None) -> Mapping[str, frozenset[str]]:
    """Read `HABERDASHER_API_KEYS` or the file that `_FILE` names; lines or commas of `KEY=scope+scope`. Often empty."""
    given = os.environ if environ is None else environ
    variable, text = PREFIX + "API_KEYS", ""
    if variable in given:
        text = given[variable]
    elif variable + "_FILE" in given:
        variable += "_FILE"
        text = read_text(variable, Path(given[variable]))
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
    _sync(path.parent)
    return _key(str(path), path.read_text())


def _sync(folder: Path) -> None:
    """Have the names in a folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _key(name: str, text: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise InvalidSetting(f"{name}: expected {2 * KEY_BYTES} hex digits; make one with `openssl rand -hex 32`")
    return key


def read_shopify_secret(environ: Mapping[str, str] | None = None) -> str:
    """Read what Shopify signs its webhooks with: `HABERDASHER_SHOPIFY_SECRET`, or a file (`_FILE`)."""
    return _optional("SHOPIFY_SECRET", environ)


def read_weather_key(environ: Mapping[str, str] | None = None) -> str:
    """Read the key for a weather provider: `HABERDASHER_WEATHER_KEY`, or a file (`_FILE`)."""
    return _optional("WEATHER_KEY", environ)


def _optional(name: str, environ: Mapping[str, str] | None) -> str:
    given = os.environ if environ is None else environ
    variable = PREFIX + name
    if variable in given:
        return given[variable].strip()
    return read_text(variable + "_FILE", Path(given[variable + "_FILE"])).strip() if variable + "_FILE" in given else ""
