"""A checkout's dashboard on a copy of a home: started, measured, ended."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

PROCESS_CLOCK = 2
"""Linux's clock of the processor time of a process: `~pid << 3 | 2`."""
_QUEUE = """
try:
    from engine.jobs import queue
except ImportError:
    from engine import jobs as queue
"""


class Served:
    """One server process; its worker is another."""

    def __init__(self, checkout: Path, home: Path, options: list[str]) -> None:
        self.checkout = checkout.resolve()
        self.told = ""
        """How its jobs went."""
        self.folder = tempfile.TemporaryDirectory(prefix="visitors-")
        self.home = Path(self.folder.name) / "home"
        shutil.copytree(home, self.home, ignore=shutil.ignore_patterns("*.lock", "*.log"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        command = [sys.executable, "-m", "pages.start", "--server.port", str(self.port)]
        command += ["--client.showErrorDetails", "full", *options]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.checkout, env=self._environment(), stdout=log, stderr=log)

    def _environment(self) -> dict[str, str]:
        return os.environ | {"PARALLAX_HOME": str(self.home), "HF_HUB_OFFLINE": "1"}

    async def ready(self) -> None:
        """Until it answers."""
        for _attempt in range(120):
            try:
                await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{self.port}/_stcore/health", None, 1)
                return
            except OSError:
                await asyncio.sleep(0.5)
        raise RuntimeError((self.home / "server.log").read_text())

    def python(self, code: str) -> str:
        """What a few lines of the checkout's own Python print."""
        command = [sys.executable, "-c", code]
        done = subprocess.run(
            command, cwd=self.checkout, env=self._environment(), capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def submit(self, model: str, dataset: str) -> str:
        """Asks the worker to evaluate a model, once more if it was evaluated before; the job's id."""
        arguments = {"model": model, "dataset": dataset, "force": True}
        # Visitors ask for maps, which would be drawn first.
        return self.python(
            f"{_QUEUE}\nfor one in queue.active('batch'):\n    queue.cancel(one.id)\n"
            f"print(queue.submit('evaluate', {arguments!r}).id)\nqueue.ensure_running('batch')"
        )

    def forget(self, model: str) -> None:
        """Throws the model's vectors away, so that its next job encodes again."""
        for label in (self.home / "vectors").glob("*/shelf.json"):
            if json.dumps(model) in label.read_text(encoding="utf-8"):
                shutil.rmtree(label.parent)

    def state(self, job: str) -> str:
        """How far that job is."""
        return self.python(f"{_QUEUE}\none = queue.job({job!r})\nprint(one.state, round(one.progress, 3))")

    def cancel(self, job: str) -> None:
        """Stops that job."""
        self.python(f"{_QUEUE}\nqueue.cancel({job!r})")

    def cpu(self) -> float:
        """Processor seconds of the server so far."""
        return time.clock_gettime(~self.process.pid << 3 | PROCESS_CLOCK)

    def cpu_beside(self) -> float:
        """Processor seconds so far of what the server has started; none of those that have ended."""
        total = 0.0
        for children in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            for child in children.read_text().split():
                with suppress(OSError):  # it has ended meanwhile
                    total += time.clock_gettime(~int(child) << 3 | PROCESS_CLOCK)
        return total

    async def quiet(self, most: float) -> None:
        """Until it has done nothing for three seconds, or so long."""
        end = time.monotonic() + most
        while time.monotonic() < end:
            before = self.cpu() + self.cpu_beside()
            await asyncio.sleep(3)
            if self.cpu() + self.cpu_beside() - before < 0.1:
                return

    def memory(self) -> float:
        """Resident memory of the server in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def end(self) -> None:
        """Stops the server and the workers, and removes the copy of the home."""
        self.process.terminate()
        self.process.wait(60)
        subprocess.run(
            [sys.executable, "-m", "engine.worker", "--stop"], cwd=self.checkout, env=self._environment(), check=False
        )
        self.folder.cleanup()
