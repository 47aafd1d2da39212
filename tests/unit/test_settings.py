"""Settings: unsafe or impossible ones stop the start with their name and the remedy."""

import stat
from pathlib import Path

import pytest

from haberdasher.secret_settings import read_secrets
from haberdasher.settings import InvalidSetting, Settings, load

KEY = "ab" * 32


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("BATCH", "many", "batch"),
        ("BATCH", "0", "batch"),
        ("PROFILE", "prod", "profile"),
        ("TENANT", "a/b", "tenant"),
        ("DATABASE_URL", "mysql://localhost/x", "database_url"),
        ("KEYS_URL", "redis://localhost", "keys_url"),
        ("FEATURE_STORE", "memcached://localhost", "feature_store"),
        ("FEATURE_STORE", "redis://", "feature_store"),
        ("FEATURE_STORE", "redis://localhost:port/0", "feature_store"),
        ("FEATURE_STORE", "redis://localhost/shop", "feature_store"),
        ("FEATURE_STORE", "rediss://redis/0?ssl_cert_reqs=none", "feature_store"),
        ("CONFIG", "/nowhere/at.all", "HABERDASHER_CONFIG"),
    ],
)
def test_an_impossible_setting_is_named(variable: str, value: str, named: str) -> None:
    """The message begins with the setting at fault and says what is expected."""
    with pytest.raises(InvalidSetting, match=f"^{named}"):
        load({f"HABERDASHER_{variable}": value})


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ("colour = 1", "colour"),
        ("not toml", "HABERDASHER_CONFIG"),
        ("[sources.web]\nspeed = 1", "sources.web"),
        ('[sources.web]\nclock = "sundial"', "sources.web.clock"),
        ('[sources.web]\nauthority = "king"', "sources.web.authority"),
        ('[sources.web]\nauthority = ["client"]', "sources.web.authority"),
        ('[sources.web]\nlegal_basis = "whim"', "sources.web.legal_basis"),
        ('[sources.web]\nchannel = "pigeon"', "sources.web.channel"),
        ('[sources.web]\nclock = "backfill"\ndelay_s = -1', "sources.web.delay_s"),
        ('[sources.web]\nclock = "backfill"\ndelay_s = "soon"', "sources.web.delay_s"),
        ('[sources.web]\nclock = "backfill"\ndelay_s = 99999999999', "sources.web.delay_s"),
        ("[sources.web]\ndelay_s = 5", "sources.web.delay_s"),
        (f"[sources.{'x' * 65}]", f"sources.{'x' * 65}.name"),
        ("sources = 3", "sources"),
        ("[sources]\nweb = 3", "sources.web"),
        ("home = 5", "home"),
        ("tenant = 5", "tenant"),
        ("data = [1]", "data"),
        ("batch = true", "batch"),
        ("batch = 2.5", "batch"),
        ('master_key = "feed"', "master_key"),
    ],
)
def test_an_impossible_file_is_named(toml: str, named: str, tmp_path: Path) -> None:
    """Unknown settings and sources that cannot be are found before anything starts."""
    config = tmp_path / "haberdasher.toml"
    config.write_text(toml)
    with pytest.raises(InvalidSetting, match=f"^{named}"):
        load({"HABERDASHER_CONFIG": str(config)})


def test_a_file_of_other_bytes_is_named(tmp_path: Path) -> None:
    """A file that is no text is as invalid as one that is no TOML."""
    config = tmp_path / "haberdasher.toml"
    config.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidSetting, match=r"^HABERDASHER_CONFIG"):
        load({"HABERDASHER_CONFIG": str(config)})


def test_no_password_is_shown() -> None:
    """Addresses of databases may hold one, and settings end in logs."""
    address = "postgresql+psycopg://ada:PASSWORD@db/shop"
    given = {"HABERDASHER_DATABASE_URL": address, "HABERDASHER_KEYS_URL": address}
    settings = load(given | {"HABERDASHER_FEATURE_STORE": "rediss://ada:PASSWORD@redis:6379/1"})
    assert settings.database == address
    assert settings.feature_store == "rediss://ada:PASSWORD@redis:6379/1"
    assert "PASSWORD" not in repr(settings)


@pytest.mark.parametrize("url", ["redis://redis:6379/0", "redis://a:PASSWORD@redis", "rediss://redis"])
def test_production_sends_no_features_in_the_clear(url: str) -> None:
    """A Redis on another machine is asked through TLS and with a password, or the start says why not."""
    with pytest.raises(InvalidSetting, match=r"^feature_store") as refused:
        load({"HABERDASHER_PROFILE": "production", "HABERDASHER_FEATURE_STORE": url})
    assert "PASSWORD@redis" not in str(refused.value).replace("USER:PASSWORD@HOST", "")
    assert load({"HABERDASHER_FEATURE_STORE": url}).feature_store == url


@pytest.mark.parametrize("url", ["", "redis://127.0.0.1:6379/0", "redis://[::1]", "rediss://a:b@redis:6380/2"])
def test_production_takes_a_safe_feature_store(url: str) -> None:
    """The database, a Redis on this machine, or one that is reached through TLS with a password."""
    given = {"HABERDASHER_PROFILE": "production", "HABERDASHER_FEATURE_STORE": url}
    assert load(given).feature_store == url


def test_an_empty_home_is_the_default_one() -> None:
    """A variable set to nothing does not scatter state over the working directory."""
    assert load({"HABERDASHER_HOME": ""}).home == Path("var").absolute()


def test_the_environment_counts_before_the_file(tmp_path: Path) -> None:
    """What an operator sets for one process overrides what is written down for all."""
    config = tmp_path / "haberdasher.toml"
    config.write_text('tenant = "file"\nbatch = 7\n[sources.oms]\nauthority = "server"\n')
    settings = load({"HABERDASHER_CONFIG": str(config), "HABERDASHER_TENANT": "environment"})
    assert (settings.tenant, settings.batch) == ("environment", 7)
    assert settings.sources["oms"].authority == "server"


def test_keys_live_apart_from_what_they_open(tmp_path: Path) -> None:
    """By default the log and its keys are two databases."""
    settings = load({"HABERDASHER_HOME": str(tmp_path)})
    assert settings.database != settings.keys


def test_production_brings_its_own_secrets(tmp_path: Path) -> None:
    """The production profile does not start on secrets that we made up."""
    with pytest.raises(InvalidSetting, match=r"^HABERDASHER_MASTER_KEY"):
        read_secrets(Settings(home=tmp_path, profile="production"), {})
    assert not (tmp_path / "secrets").exists()


def test_made_secrets_are_made_once_for_their_owner(tmp_path: Path) -> None:
    """The embedded profile makes missing secrets, nobody else can read them, and the next start finds the same."""
    settings = Settings(home=tmp_path)
    first, second = read_secrets(settings, {}), read_secrets(settings, {})
    assert first == second
    assert first.generated
    files = list((tmp_path / "secrets").iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_secrets_come_from_variables_or_files(tmp_path: Path) -> None:
    """A variable holds the secret or, with `_FILE`, the path to it; a bad one is named and never shown."""
    path = tmp_path / "pepper"
    path.write_text(KEY + "\n")
    given = {"HABERDASHER_MASTER_KEY": KEY, "HABERDASHER_PEPPER_FILE": str(path), "HABERDASHER_SIGNING_KEY": KEY}
    secrets = read_secrets(Settings(home=tmp_path, profile="production"), given)
    assert secrets.pepper == bytes.fromhex(KEY)
    assert KEY not in repr(secrets)
    with pytest.raises(InvalidSetting, match=r"^HABERDASHER_SIGNING_KEY") as refused:
        read_secrets(Settings(home=tmp_path), given | {"HABERDASHER_SIGNING_KEY": "feed"})
    assert "feed" not in str(refused.value)
