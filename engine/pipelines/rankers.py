"""How does a model rank that gives no vector of a text? By what its family gives, there is a way to make a ranker."""

import time
from collections.abc import Callable, Mapping

from engine import plugins
from engine.encoding import paces
from engine.pipelines.measured import Measured
from engine.pipelines.reranking import Candidates
from engine.types import BadModel, Dataset, ModelEntry, Ranker, Step, Task

Maker = Callable[[ModelEntry, str], Ranker]
"""(entry, precision) -> its ranker; raises BadModel."""


def _itself(entry: ModelEntry, precision: str) -> Ranker:
    """What the family loads."""
    made = paces.load(entry, precision or None)
    assert isinstance(made, Ranker)
    return made


MAKERS: Mapping[str, Maker] = {"rankings": _itself, "pair scores": Candidates}
"""By what a family gives, `Family.gives`."""


def ranks(entry: ModelEntry) -> bool:
    """Whether a model is judged by rankings of its own, not by vectors."""
    return str(plugins.pick(plugins.families(), entry.family, "family").gives) != "vectors"


def measure(entry: ModelEntry, dataset: Dataset, precision: str, step: Step) -> Measured:
    """The item table of a model on a task that is judged from rankings.

    Raises:
        BadModel: it cannot be loaded, or cannot rank what the dataset asks.
    """
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    if task.ranked is None:
        raise BadModel(
            "{model} ranks documents; the task {task} is judged from vectors.", model=entry.name, task=task.title
        )
    start = time.perf_counter()
    ranker = MAKERS[plugins.families()[entry.family].gives](entry, precision)
    loaded = time.perf_counter()
    request = task.ranked.request(dataset)
    found = ranker.rank(request, step)
    end = time.perf_counter()
    timings = {"load": loaded - start, "encode": end - loaded, **getattr(ranker, "counts", {})}
    settings = {"depth": request.depth, **getattr(ranker, "settings", {})}
    return Measured(task.ranked.judge(dataset, found), ranker.key, timings, settings)
