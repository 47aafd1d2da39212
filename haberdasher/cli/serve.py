"""`haberdasher serve`: the HTTP API and the pages, from one process that also does the work behind them."""

import multiprocessing
import socket
from ipaddress import ip_address

import click
from granian import Granian
from granian.constants import Interfaces

from haberdasher.bootstrap import running
from haberdasher.cli.show import fail, out
from haberdasher.secret_settings import read_api_keys
from haberdasher.settings import limit_threads, load


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535), help="Port to listen on.")
@click.option("--collect-only", is_flag=True, help="Only take events in; `haberdasher work pipeline` does the rest.")
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes; with --collect-only."
)
def serve(host: str, port: int, collect_only: bool, workers: int) -> None:
    """Serve the API and the pages until Ctrl-C or SIGTERM.

    What comes in is canonicalised and projected at once, and a new release is taken over while requests go on. Other
    than to this machine it listens with API keys only.
    """
    settings = load()
    if workers > 1 and not collect_only:
        raise fail("--workers: one process serves, for it holds the replica of stock; more can --collect-only")
    if not read_api_keys() and not _is_loopback(host):
        raise fail(
            f"{host} can be reached from outside and there are no API keys: set HABERDASHER_API_KEYS"
            " (KEY=events+catalog+recommend+read), or listen on 127.0.0.1"
        )
    if settings.pages and not collect_only and not _is_loopback(host):
        raise fail(
            f"{host} can be reached from outside, and the shop pages ask nobody for a key: set HABERDASHER_PAGES=false,"
            " or listen on 127.0.0.1"
        )
    _require_free(host, port)
    with running(settings) as app:  # secrets, databases, unknown events fail here, in one line, not in the worker
        if not collect_only:
            app.live.work.round()
    limit_threads()
    multiprocessing.set_start_method("spawn", force=True)  # a fork would keep the threads that numpy has made here
    shown = f"[{host}]" if ":" in host else host
    out.print(f"Serving on http://{shown}:{port} (OpenAPI at /schema); Ctrl-C ends it")
    server = Granian(
        "haberdasher.serving:create_collector" if collect_only else "haberdasher.serving:create_app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=workers,
        websockets=False,
        log_enabled=False,
        workers_kill_timeout=30,
    )
    try:
        server.serve()
    except SystemExit as ended:
        if ended.code:
            raise fail("the server did not start or went down by itself; what it said stands above") from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _require_free(host: str, port: int) -> None:
    """Granian shares ports between processes, so it would not notice that somebody is there already."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise fail(f"cannot listen on {host}:{port}: {error.strerror}; choose another --port or --host") from None
