"""How long will a study of chunks take?"""

import numpy as np

from engine import plugins
from engine.comparison.chunking.grid import Grid
from engine.models import catalogue
from engine.runs import plans
from engine.types import Dataset, Message


def estimate(dataset: Dataset, grid: Grid) -> tuple[float, Message]:
    """Seconds of encoding, as if nothing were stored yet, and what they rest on: of the slowest model.

    Whole documents count as far as a model reads them; every cut as all documents and what it repeats of them.

    Raises:
        UserError: a model is not there, or the grid is none.
    """
    lengths = np.array([len(text) for text in plugins.tasks()["retrieval"].texts(dataset)["corpus"].items], np.int64)
    repeated = sum(lengths.sum() / (1 - cut.overlap / cut.size) for cut in grid.cuts())
    found = []
    for name in grid.models:
        entry = catalogue.find(name)
        found.append(plans.encoding(entry, int(plans.characters(entry, lengths) + repeated)))
    return sum(seconds for seconds, _ in found), max(found, key=lambda one: one[0])[1]
