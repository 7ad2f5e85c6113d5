"""How is one job after another done, so that none takes the others down with it?"""

import importlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from types import FrameType
from typing import IO, Any

from engine.jobs import queue, workers
from engine.storage.failures import DiskRefuses
from engine.types import Cancelled, Job, Message, Step, UserError

Handler = Callable[[Mapping[str, Any], Step], Any]
HANDLERS = {
    "evaluate": ("engine.runs.evaluate", "work"),
    "dataset": ("engine.datasets.library", "work"),
    "suite": ("engine.suites.runs", "work"),
    "map": ("engine.maps.build", "build"),
    "compression": ("engine.comparison.compression", "work"),
    "chunking": ("engine.comparison.chunking.study", "work"),
    "indexes": ("engine.comparison.indexes", "work"),
    "latency": ("engine.comparison.latency", "work"),
    "label_noise": ("engine.inspection.label_noise.finder", "work"),
    "adapt": ("engine.adaptation.work", "work"),
    "adapt_probe": ("engine.adaptation.probe", "work"),
    "adapt_mixes": ("engine.adaptation.mixes", "work"),
    "what_if": ("engine.comparison.what_if", "work"),
    "search": ("engine.inspection.live_search", "search"),
    "similarity": ("engine.inspection.live_search", "similarity"),
}
NICENESS = {"batch": 10, "interactive": 5}
LOOK_SECONDS = {"batch": 0.5, "interactive": 0.05}
REPORT_SECONDS = 0.5
REFUSED_SECONDS = 2.0
TIDYING = SPREAD = "batch"
"""The lane whose worker tidies up, and has jobs done by a cluster."""
LOG_SECONDS = 30.0
STOPPING = (signal.SIGTERM, signal.SIGINT)


class Worker:
    """Does the jobs of one lane until it has been idle for long, or is told to leave."""

    def __init__(self, lane: workers.Lane, held: IO[str], idle: float) -> None:
        self.lane, self.held, self.idle = lane, held, idle
        self.leaving = False

    def work(self, killed_by: int = 0) -> int:
        """Takes up what a dead worker left (killed by that signal), then does what comes; the exit code."""
        for number in STOPPING:
            signal.signal(number, self._leave)
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
            os.nice(NICENESS[self.lane])
            self._settle(lambda: queue.recover(self.lane, _death(killed_by)))
            self._settle(queue.forget_answers)
            _tidy(self.lane)
            self._serve()
            workers.let_go(self.held)
            while self._asked_meanwhile() and workers.grab(self.held):
                self._serve()
                workers.let_go(self.held)
        except SystemExit:
            return 0
        return 0

    def _serve(self) -> None:
        elsewhere, idle_since = self._elsewhere(), time.monotonic()
        try:
            while time.monotonic() - idle_since < self.idle:
                job = None
                if not (elsewhere and elsewhere.full()):
                    with suppress(DiskRefuses):
                        job = queue.claim(self.lane)
                if job and elsewhere and elsewhere.takes(job):
                    queue.hand_over(job.id)
                    elsewhere.start(job, self._do)
                elif job:
                    with elsewhere.here if elsewhere else nullcontext():
                        self._do(job)
                else:
                    time.sleep(LOOK_SECONDS[self.lane])
                if job or (elsewhere and elsewhere.busy()):
                    idle_since = time.monotonic()
        finally:
            if elsewhere:
                elsewhere.leave()

    def _elsewhere(self) -> Any:
        """A cluster that does some of the jobs, if one is named; nothing of it is imported otherwise."""
        if self.lane != SPREAD or not os.environ.get("PARALLAX_CLUSTER"):
            return None
        try:
            return importlib.import_module("engine.cluster.lane").of_worker()
        except UserError as error:
            sys.stderr.write(f"{error}\n")
            return None

    def _asked_meanwhile(self) -> bool:
        """Whether somebody who saw this worker alive has left it a job that it did not see."""
        return any(job.state == "queued" for job in queue.active(self.lane))

    def _do(self, job: Job, handler: Handler | None = None) -> None:
        try:
            queue.write_log(job.id, f"Process {os.getpid()} begins, try {job.attempts}.")
            value = (handler or _handler(job.kind))(job.arguments, self._progress(job))
            self._settle(lambda: queue.finish(job.id, value))
            queue.write_log(job.id, "Done.")
        except Cancelled:
            queue.write_log(job.id, "Cancelled.")
        except UserError as error:
            self._fail(job, Message(error.template, error.values))
        except SystemExit:
            queue.put_back(job.id)
            queue.write_log(job.id, "Put back: the worker was told to leave.")
            raise
        except Exception as error:  # noqa: BLE001 whatever one job runs into, the next one gets its turn
            self._fail(job, _sentence(error), traceback.format_exc())

    def _fail(self, job: Job, error: Message, details: str = "") -> None:
        queue.write_log(job.id, f"{details}\n{error}".strip())
        try:
            queue.fail(job.id, error)
        except DiskRefuses:  # what cannot even be told is tried again once there is room
            self._settle(lambda: queue.put_back(job.id))

    def _settle(self, write: Callable[[], object]) -> None:
        """Writes down what has become of a job, once the disk takes it; being told to leave ends the wait."""
        while True:
            with suppress(DiskRefuses):
                write()
                return
            time.sleep(REFUSED_SECONDS)

    def _progress(self, job: Job) -> Step:
        """Writes down how far the job is, at most twice a second, and stops it once it is cancelled."""
        told, logged, template = 0.0, 0.0, ""

        def step(share: float, message: Message) -> None:
            nonlocal told, logged, template
            if self.leaving:  # code that swallows exceptions may have swallowed the first one
                raise SystemExit
            now = time.monotonic()
            if message.template != template or now - logged > LOG_SECONDS:
                queue.write_log(job.id, f"{share:4.0%}  {message}")
                logged, template = now, message.template
            if now - told > REPORT_SECONDS:
                with suppress(DiskRefuses):
                    queue.report(job.id, share, message)
                told = now

        return step

    def _leave(self, _number: int, _frame: FrameType | None) -> None:
        self.leaving = True
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        raise SystemExit


def _tidy(lane: str) -> None:
    """Clears up what killed processes left, while no other worker of the lane is there."""
    if lane == TIDYING:
        with suppress(UserError):
            importlib.import_module("engine.integrity.orphans").clear()


def _handler(kind: str) -> Handler:
    """What does jobs of this kind; imported only now, for it may need heavy packages."""
    if kind not in HANDLERS:
        raise UserError(
            "No worker knows jobs of the kind {kind!r}; there are: {kinds}.", kind=kind, kinds=", ".join(HANDLERS)
        )
    module, name = HANDLERS[kind]
    handler: Handler = getattr(importlib.import_module(module), name)
    return handler


def _death(killed_by: int) -> Message:
    if killed_by:
        return Message(
            "The worker process was killed by signal {signal} during this job, perhaps because the machine ran out of "
            "memory: choose a smaller model or dataset, or close other programs.",
            {"signal": killed_by},
        )
    return Message(
        "The worker process ended during this job without saying why; the machine may have been switched off."
    )


def _sentence(error: Exception) -> Message:
    text = str(error).strip() or "no further word"
    if isinstance(error, MemoryError) or "out of memory" in text.lower():
        return Message(
            "Memory ran out ({text}): choose a smaller model or dataset, or close other programs.", {"text": text}
        )
    return Message("Unexpected {kind}: {text}", {"kind": type(error).__name__, "text": text})
