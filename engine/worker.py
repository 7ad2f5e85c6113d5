"""Who does the jobs? One niced process per lane, and a small keeper that starts it again when it is killed."""

import argparse
import os
import signal
import sys
from types import FrameType
from typing import IO

from engine.jobs import workers
from engine.jobs.processes import Process

IDLE_SECONDS = 15 * 60.0
RESTARTS = 100
STOPPING = (signal.SIGTERM, signal.SIGINT)


def main(arguments: list[str] | None = None) -> int:
    """The command line of `python -m engine.worker`."""
    parser = argparse.ArgumentParser(prog="python -m engine.worker", description=__doc__)
    parser.add_argument("--lane", choices=workers.LANES, default="batch")
    parser.add_argument("--idle", type=float, default=IDLE_SECONDS, help="leave after so many seconds without a job")
    parser.add_argument("--detach", action="store_true", help="return at once and work on in the background")
    parser.add_argument(
        "--stop", action="store_true", help="tell the workers of all lanes to put their jobs back and leave"
    )
    asked = parser.parse_args(arguments)
    if asked.stop:
        for lane in workers.LANES:
            workers.stop(lane)
        return 0
    held = workers.hold(asked.lane)
    if held is None:
        return 0
    if asked.detach and os.fork():
        return 0
    if asked.detach:
        os.setsid()
    workers.sign(held)
    return Keeper(asked.lane, held, asked.idle).keep()


class Keeper:
    """Holds the lane together with the worker that it forks, and knows how that worker ended.

    It imports nothing heavy, so that it is the last process that a machine short of memory would kill.
    """

    def __init__(self, lane: workers.Lane, held: IO[str], idle: float) -> None:
        self.lane, self.held, self.idle = lane, held, idle
        self.worker, self.leaving = Process(0, ""), False

    def keep(self) -> int:
        """Runs workers until one leaves by itself; its exit code, in the keeper and in the worker alike."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        for number in STOPPING:
            signal.signal(number, self._pass_on)
        ended, starts = 0, 0
        while not self.leaving and starts < RESTARTS:
            # Until the worker has its own handlers and we know its number, a signal to stop waits.
            signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
            child, starts = os.fork(), starts + 1
            if not child:
                from engine.jobs.runner import Worker

                return Worker(self.lane, self.held, self.idle).work(killed_by=-ended)
            self.worker = Process.of(child)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
            ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if ended >= 0:
                return ended
        return 0 if self.leaving else 1

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        self.leaving = True
        self.worker.send(number)


if __name__ == "__main__":
    sys.exit(main())
