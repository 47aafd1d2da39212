"""A broker of our own on a free port, over a folder, to be killed, frozen and started again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from attrs import define, field

from tests.support.server_process import free_port
from tests.support.services import absent

_RABBIT = "/usr/lib/rabbitmq/bin/rabbitmq-server"
_START_S = 20.0

#: Kafka is librdkafka's mock in a process of its own: it forgets everything when that ends, so it is only frozen.
_KAFKA = """
import sys, time
from confluent_kafka import Producer
cluster = Producer({"bootstrap.servers": "x:1", "test.mock.num.brokers": 1})
(broker,) = cluster.list_topics(timeout=10).brokers.values()
print(broker.port, flush=True)
sys.stdin.read()
"""


@define
class OwnServer:
    """`port` is known once it has started."""

    kind: str
    folder: Path
    port: int = 0
    _process: "subprocess.Popen[str]" = field(init=False)

    @property
    def url(self) -> str:
        login = "guest:guest@" if self.kind == "amqp" else ""
        return f"{self.kind}://{login}127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it over what it left in its folder; it takes connections on return."""
        if self.kind == "kafka":
            self._process = self._run([sys.executable, "-c", _KAFKA], stdin=subprocess.PIPE)
            assert self._process.stdout is not None
            self.port = int(self._process.stdout.readline())
            return
        self.port = self.port or free_port()
        self._process = self._run(self._command(), environment=self._environment())
        deadline = monotonic() + _START_S
        while not self._answers():
            assert self._process.poll() is None, f"{self.kind} ended"
            assert monotonic() < deadline, f"{self.kind} did not start"
            sleep(0.05)

    def kill(self) -> None:
        """SIGKILL to all of it at once."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """SIGSTOP while the block runs."""
        os.killpg(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self._process.pid, signal.SIGCONT)

    def _run(
        self, command: Sequence[str], stdin: int = subprocess.DEVNULL, environment: dict[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            command,
            env=environment,
            stdin=stdin,
            stdout=subprocess.PIPE if self.kind == "kafka" else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def _command(self) -> Sequence[str]:
        data = str(self.folder)
        if self.kind == "nats":
            return [_found("nats-server"), "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", data]
        if self.kind == "redis":
            where = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", data]
            return [_found("redis-server"), *where, "--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        return [_found(_RABBIT)]

    def _environment(self) -> dict[str, str]:
        mine = {name: value for name, value in os.environ.items() if not name.startswith("RABBITMQ_")}
        if self.kind != "amqp":
            return mine
        (self.folder / "plugins").write_text("[].")
        return mine | {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
        }

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                return True
        except OSError:
            return False


def _found(program: str) -> str:
    found = shutil.which(program)
    assert found is not None, f"{program} is not installed"
    return found


def require_server(kind: str) -> None:
    """Skip the test, or fail it where services are required, if there is no server program to start."""
    program = {"nats": "nats-server", "redis": "redis-server", "amqp": _RABBIT}.get(kind)
    if program is not None and shutil.which(program) is None:
        absent(f"{program} is not installed")


@contextmanager
def own_server(kind: str, folder: Path) -> Iterator[OwnServer]:
    folder.mkdir()
    server = OwnServer(kind, folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
