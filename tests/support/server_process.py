"""`haberdasher serve` as a process of its own, over a folder, on a port that is free."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx
from attrs import frozen

PATIENCE_S = 60


@frozen
class Server:
    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """SIGKILL to all of it at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def environment(home: Path, **settings: str) -> Mapping[str, str]:
    """Return the variables of a process with these settings and no others of ours."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("HABERDASHER_")}
    named = {f"HABERDASHER_{name.upper()}": value for name, value in settings.items()}
    return mine | {"HABERDASHER_HOME": str(home), "HABERDASHER_PAGES": "false"} | named


@contextmanager
def serving(home: Path, *options: str, **settings: str) -> Iterator[Server]:
    """Start a server, wait until it is ready, and leave nothing running afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "haberdasher", "serve", "--port", str(port), *options]
    process = subprocess.Popen(
        command,
        env=environment(home, **settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    server = Server(process, port)
    try:
        _wait(server)
        yield server
    finally:
        if process.poll() is None:
            server.kill()
        assert process.stderr is not None
        process.stderr.close()


def _wait(server: Server) -> None:
    deadline = monotonic() + PATIENCE_S
    while monotonic() < deadline:
        assert server.process.poll() is None, (server.process.stderr or sys.stdin.buffer).read().decode()
        try:
            if httpx.get(f"{server.url}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        sleep(0.05)
    raise AssertionError("the server did not become ready")
