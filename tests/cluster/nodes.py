"""A small cluster of Ray on this machine: nodes as processes of their own, each killed as a machine would die."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.conftest import ROOT, free_port

RAY = Path(sys.executable).with_name("ray")
TOKEN = os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(16))
os.environ["RAY_AUTH_MODE"] = "token"  # which a process reads once, when it imports Ray
OPTIONS = ["--object-store-memory=80000000", "--disable-usage-stats", "--include-log-monitor=false", "--block"]


class Cluster:
    """A head without devices, and nodes of one core."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))  # sockets have short names
        self.address = f"{_own_address()}:{free_port()}"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "PYTEST"))
        }
        self.environment |= {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": TOKEN,
            "RAY_USAGE_STATS_ENABLED": "0",
            "PARALLAX_HOME": str(self.folder / "home"),
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        self.nodes: list[subprocess.Popen[bytes]] = []
        port = self.address.split(":")[1]
        options = ["--head", f"--port={port}", "--num-cpus=0", "--include-dashboard=false", f"--temp-dir={self.folder}"]
        self.head = self._start(options)

    def add(self, *, cores: int = 1, **environment: str) -> subprocess.Popen[bytes]:
        return self._start([f"--address={self.address}", f"--num-cpus={cores}"], **environment)

    def kill(self, node: subprocess.Popen[bytes]) -> None:
        """All processes of a node at once, as when its machine loses power."""
        with suppress(ProcessLookupError):
            os.killpg(node.pid, signal.SIGKILL)
        node.wait()

    def close(self) -> None:
        for node in reversed(self.processes):
            self.kill(node)
        shutil.rmtree(self.folder, ignore_errors=True)

    def started(self, node: subprocess.Popen[bytes]) -> bool:
        """Whether a node says so."""
        return "Ray runtime started" in self._log(self.processes.index(node)).read_text()

    def _start(self, options: list[str], **environment: str) -> subprocess.Popen[bytes]:
        with self._log(len(self.processes)).open("ab") as log:
            node = subprocess.Popen(
                [str(RAY), "start", *options, *OPTIONS],
                env=self.environment | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(node)
        return node

    def _log(self, number: int) -> Path:
        return self.folder / f"node{number}.txt"


def _own_address() -> str:
    """The one that Ray takes for this machine's, as it finds it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("8.8.8.8", 80))  # nothing is sent
        return str(probe.getsockname()[0])
    return socket.gethostbyname(socket.gethostname())
