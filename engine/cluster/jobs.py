"""How are the jobs of the queue done by a cluster, several at once?

What is measured on a device of the cluster are runs of models with vectors; whatever else is asked for is done by the
worker itself, as without a cluster. Devices see the worker's home, but write vectors only: the tables of jobs and
results are the worker's own, for no SQLite file can be shared by machines.
"""

import threading
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from typing import Any

from engine import config
from engine.cluster import connection
from engine.cluster.crew import Crew
from engine.cluster.members import devices
from engine.datasets import library
from engine.models import catalogue
from engine.pipelines.rankers import ranks
from engine.runs import evaluate
from engine.runs.evaluate import Found, Run
from engine.types import Job, Message, ModelEntry, Step, UserError

HERE = threading.RLock()
"""Held by whoever computes in this process: what is measured elsewhere waits beside it."""
BESIDES = 2 * 2**30
"""Bytes that a process takes beside its model."""
_BYTES = 3 * 4
"""Of memory for each parameter: the model in float32, and what is around while it is loaded and runs."""


class Cluster:
    """A connection that lasts as long as the worker, and is made again where the head has died."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._open: Any = None
        self._lock = threading.Lock()

    def ray(self) -> Any:
        """The module, connected; raises UserError."""
        with self._lock:
            if self._open is not None and not connection.answers(self._open[1].get_runtime_context().gcs_address):
                self.close()
            if self._open is None:
                context = connection.connected(self.place)
                self._open = context, context.__enter__()
            return self._open[1]

    def close(self) -> None:
        """Leaves the cluster."""
        if self._open is not None:
            self._open[0].__exit__(None, None, None)
            self._open = None

    def slots(self) -> int:
        """How many jobs it can do at once; raises UserError."""
        return max(1, sum(devices(node)[0] for node in self.ray().nodes() if node["Alive"]))


def takes(job: Job) -> bool:
    """Whether a job is one for the cluster."""
    if job.kind != "evaluate":
        return False
    try:
        entry = catalogue.find(job.arguments["model"])
        return not ranks(entry) and entry.pipeline is None and bool(entry.source)
    except UserError:
        return False  # the worker says why


def work(cluster: Cluster, arguments: Mapping[str, Any], step: Step) -> dict[str, str]:
    """Does a job of the kind `evaluate` on a device of the cluster; raises as `evaluate` does."""

    def elsewhere(run: Run) -> Found:
        HERE.release()
        try:
            return _send(cluster, run, step)
        finally:
            HERE.acquire()

    with HERE:
        entry, dataset = catalogue.find(arguments["model"]), library.load(arguments["dataset"])
        precision, force = arguments.get("precision"), bool(arguments.get("force"))
        known = evaluate.evaluate(entry, dataset, precision=precision, step=step, force=force, measure=elsewhere)
        return {"run": known}


def _send(cluster: Cluster, run: Run, step: Step) -> Found:
    ray = cluster.ray()
    piece = partial(measure, run.entry, run.dataset.name, run.dataset.fingerprint, run.precision)
    home = str(config.home().resolve())
    with closing(Crew(ray, home=home, needs=needs(run.entry, ray.nodes()), tell=step)) as crew:
        ((_, found),) = crew.work([piece])
    return found


def needs(entry: ModelEntry, nodes: list[dict[str, Any]]) -> dict[str, float]:
    """What a model takes of a node, in Ray's words: a graphics card, or all cores of a small node, and memory."""
    alive = [node for node in nodes if node["Alive"] and devices(node)[0]]
    if any(devices(node)[1] == "GPU" for node in alive):
        return {"num_cpus": 0, "num_gpus": 1}
    cores = min((float(node["Resources"]["CPU"]) for node in alive), default=1.0)
    most = max((float(node["Resources"].get("memory", 0)) for node in alive), default=0.0)
    wanted = float(_BYTES * (entry.parameters or 0) + BESIDES)
    if alive and wanted > most:
        raise UserError(
            "{model} takes about {wanted} GiB of memory; no node of the cluster has more than {most} GiB.",
            model=entry.name,
            wanted=round(wanted / 2**30, 1),
            most=round(most / 2**30, 1),
        )
    return {"num_cpus": cores, "num_gpus": 0, "memory": wanted}


def measure(entry: ModelEntry, name: str, fingerprint: str, precision: str, step: Step) -> Found:
    """What comes of a model on a dataset, on the device that this process is for.

    Raises:
        UserError: the dataset is another one here, or the model cannot be loaded.
    """
    dataset = library.load(name)
    if dataset.fingerprint != fingerprint:
        raise UserError("The dataset {name} has changed since the job began; try it again.", name=name)
    step(0.0, Message("begins"))
    return evaluate.measured(evaluate.run_of(entry, dataset, precision, step))
