"""The command line. Every command: `--help`, `--json` where it answers data, exit code 0, 1 (failed) or 2 (usage)."""

import sys

import click
from sqlalchemy.exc import OperationalError

from adapters.vault import MasterKeyRefused
from application.index_gate import RecallTooLow
from application.learning.dataset import NothingToLearn
from application.privacy.belongings import SharedByOthers
from domain.taxonomy.refusal import Refused
from haberdasher import __version__
from haberdasher.cli.catalog import catalog
from haberdasher.cli.demo import demo
from haberdasher.cli.doctor import doctor
from haberdasher.cli.erase import erase
from haberdasher.cli.export import export
from haberdasher.cli.features import features
from haberdasher.cli.identity import identity
from haberdasher.cli.identity_suggest import suggest
from haberdasher.cli.ingest import ingest
from haberdasher.cli.inventory import inventory
from haberdasher.cli.lake import lake
from haberdasher.cli.learn import evaluate, learn
from haberdasher.cli.noise import noise
from haberdasher.cli.parity import parity
from haberdasher.cli.pipeline import pipeline
from haberdasher.cli.project import project
from haberdasher.cli.quarantine import quarantine
from haberdasher.cli.recommend import recommend
from haberdasher.cli.release import release
from haberdasher.cli.retention import retention
from haberdasher.cli.returns import returns
from haberdasher.cli.run import run
from haberdasher.cli.secrets import secrets
from haberdasher.cli.serve import serve
from haberdasher.cli.watch import show_health, watch
from haberdasher.cli.work import work
from haberdasher.settings import InvalidSetting
from ports.artifacts import ReleaseRefused
from ports.feature_store import StoreUnavailable
from ports.item_index import IndexDamaged
from ports.lake import LakeDamaged
from ports.vault import PepperRefused


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="haberdasher")
def cli() -> None:
    """From raw shop events to recommendations.

    State lives in HABERDASHER_HOME (default ./var); HABERDASHER_CONFIG names a TOML file with settings and sources.
    """


for command in (
    *(demo, ingest, run, catalog, inventory, project, quarantine, noise, identity, returns),
    *(learn, evaluate, recommend, features, release, serve, work, doctor, secrets, retention),
    *(erase, export, lake),
):
    cli.add_command(command)
work.add_command(pipeline)
identity.add_command(suggest)
features.add_command(parity)
features.add_command(watch)
features.add_command(show_health)

#: What a user can do something about: said in one line, without a trace.
_REMEDIABLE = (
    *(InvalidSetting, MasterKeyRefused, PepperRefused, ReleaseRefused, IndexDamaged, LakeDamaged),
    *(RecallTooLow, NothingToLearn, StoreUnavailable),
    *(Refused, SharedByOthers, OSError, TimeoutError, ValueError, LookupError),
)


def main() -> None:
    """Run the command line; the only place where exceptions become exit codes."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted; what was acknowledged is stored, run it again to go on", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except OperationalError as error:
        click.echo(f"Error: {error.orig}; look at database_url and keys_url", err=True)
        sys.exit(1)
    except _REMEDIABLE as error:
        said = error.args[0] if isinstance(error, KeyError) and error.args else error  # a KeyError prints its repr
        click.echo(f"Error: {said}", err=True)
        sys.exit(1)
