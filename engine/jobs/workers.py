"""Is a worker alive in this lane, and how is one started so that it outlives whoever asked?"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Literal, TypeAlias

from engine import config
from engine.jobs.processes import Process
from engine.storage.failures import telling

Lane: TypeAlias = Literal["batch", "interactive"]
LOOKS_SECONDS = 0.5
LANES: tuple[Lane, ...] = ("batch", "interactive")


def hold(lane: str) -> IO[str] | None:
    """The lane's lock, held until closed or until every process that shares it is gone; None if another has it.

    Raises:
        DiskRefuses: the lock file cannot be written.
    """
    with telling(_path(lane)):
        file = _path(lane).open("a+", encoding="ascii")
    if grab(file):
        return file
    file.close()
    return None


def grab(file: IO[str]) -> bool:
    """Takes the lock of an open lock file, unless another process holds it; one that only looks soon lets go."""
    deadline = time.monotonic() + LOOKS_SECONDS
    while not _locks(file, fcntl.LOCK_EX):
        if not _locks(file, fcntl.LOCK_SH) or time.monotonic() > deadline:
            return False
        fcntl.flock(file, fcntl.LOCK_UN)
        time.sleep(0.002)
    return True


def sign(file: IO[str]) -> None:
    """Writes down that this process keeps the lane, so that it can be told to stop."""
    me = Process.of(os.getpid())
    file.truncate(0)
    file.write(f"{me.number} {me.born}")
    file.flush()


def let_go(file: IO[str]) -> None:
    """Gives the lock back; the file stays open."""
    fcntl.flock(file, fcntl.LOCK_UN)


def alive(lane: str) -> bool:
    """Whether a worker holds the lane; many may look at once, and none keeps a worker from beginning."""
    try:
        file = _path(lane).open(encoding="ascii")
    except FileNotFoundError:
        return False
    with file:
        return not _locks(file, fcntl.LOCK_SH)


def stop(lane: str, seconds: float = 30.0) -> None:
    """Tells the lane's worker to put its job back and leave, and waits until it has."""
    number, _, born = (_path(lane).read_text(encoding="ascii") if alive(lane) else "").partition(" ")
    if number:
        Process(int(number), born).send(signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while alive(lane) and time.monotonic() < deadline:
        time.sleep(0.05)


def _locks(file: IO[str], kind: int) -> bool:
    """Takes the lock, shared or alone, if it is to be had at once."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def log_path(lane: str) -> Path:
    """What the lane's workers print, where it is nobody's log."""
    return config.home() / f"worker-{lane}.log"


def ensure_running(lane: str) -> None:
    """Starts a worker in the lane unless there is one; when this returns, one holds the lane."""
    if alive(lane):
        return
    command = [sys.executable, "-m", "engine.worker", "--lane", lane, "--detach"]
    environment = os.environ | {"PARALLAX_HOME": str(config.home().resolve())}
    with telling(log_path(lane)), log_path(lane).open("ab") as log:
        subprocess.run(
            command, cwd=config.ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True
        )


def _path(lane: str) -> Path:
    return config.home() / f"worker-{lane}.lock"
