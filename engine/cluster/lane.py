"""How does a worker of the queue have several jobs done by a cluster at once, beside what it does itself?"""

import threading
import time
from collections.abc import Callable
from functools import partial

from engine.cluster import connection, jobs
from engine.jobs.runner import Handler
from engine.types import Job, UserError

COUNT_SECONDS = 10.0
LEAVE_SECONDS = 20.0
Do = Callable[[Job, Handler], None]


class Elsewhere:
    """The jobs that a cluster does for a worker, each watched over by a thread."""

    here = jobs.HERE

    def __init__(self, place: str) -> None:
        self._cluster = jobs.Cluster(place)
        self._threads: list[threading.Thread] = []
        self._slots, self._counted = 1, -COUNT_SECONDS

    def busy(self) -> bool:
        """Whether it does any job."""
        self._threads = [one for one in self._threads if one.is_alive()]
        return bool(self._threads)

    def full(self) -> bool:
        """Whether it does as many jobs as there are devices."""
        if time.monotonic() - self._counted > COUNT_SECONDS:
            self._counted = time.monotonic()
            try:
                self._slots = self._cluster.slots()
            except UserError:  # the next job says it
                self._slots = 1
        return self.busy() and len(self._threads) >= self._slots

    def takes(self, job: Job) -> bool:
        """Whether a job is for the cluster."""
        return jobs.takes(job)

    def start(self, job: Job, do: Do) -> None:
        """Has a job done; `do` does it by the handler that it is given."""
        thread = threading.Thread(target=do, args=(job, partial(jobs.work, self._cluster)), daemon=True)
        self._threads.append(thread)
        thread.start()

    def leave(self) -> None:
        """Waits until all jobs are done or put back, and leaves the cluster."""
        deadline = time.monotonic() + LEAVE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._cluster.close()


def of_worker() -> Elsewhere | None:
    """The cluster that PARALLAX_CLUSTER names; raises UserError."""
    place = connection.address()
    return Elsewhere(place) if place else None
