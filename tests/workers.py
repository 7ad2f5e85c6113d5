"""Real worker processes with work that stands still, fails or dies, for those who kill, stop and cancel them."""

import importlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from engine.jobs import queue, runner
from engine.types import BadDataset, Job, Message

ROOT = Path(__file__).resolve().parent.parent
DEADLINE = 120.0
STARTER = """
import sys
from engine import worker
from engine.jobs import runner
kinds = ("count", "halt", "fail", "refuse", "exhaust", "stay", "die")
runner.HANDLERS |= {kind: ("tests.workers", kind) for kind in kinds}
sys.exit(worker.main(sys.argv[1:]))
"""


def count(arguments, step):
    """Three steps, each of which leaves a mark that a repeated run finds."""
    marks = Path(arguments["folder"])
    fresh = [number for number in range(3) if not (marks / str(number)).exists()]
    for number in fresh:
        step(number / 3, Message("Step {number}", {"number": number}))
        (marks / str(number)).write_text("done")
        if number == arguments.get("pause"):
            until(lambda: (marks / "go").exists())
    return {"fresh": fresh}


def halt(arguments, step):
    """Other work, which stands still before it goes on from a message with certain words, the first time."""
    module, function = runner.HANDLERS[arguments["kind"]]

    def halting(share, message):
        step(share, message)
        if arguments["before"] in str(message) and not (half := Path(arguments["folder"], "half")).exists():
            half.write_text("")
            until(lambda: False)

    return getattr(importlib.import_module(module), function)(arguments, halting)


def stay(arguments, step):
    """Never looks up: only its death stops it."""
    Path(arguments["folder"], "begun").write_text("")
    until(lambda: False)


def die(arguments, step):
    os.kill(os.getpid(), signal.SIGKILL)


def fail(arguments, step):
    raise ZeroDivisionError("nothing left to share")


def refuse(arguments, step):
    raise BadDataset("Row {row} is empty.", row=7)


def exhaust(arguments, step):
    raise MemoryError("Unable to allocate 9 TiB")


def until(reached: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


def ended(name: str) -> Job:
    until(lambda: queue.job(name).state not in ("queued", "running"))
    return queue.job(name)


def victim(job: Job) -> int:
    """The process that does a job."""
    return int(queue.log(job.id).split("Process ")[1].split()[0])
