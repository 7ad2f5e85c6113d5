"""Under which circumstances is a model measured: versions, machine, settings?"""

import importlib.metadata
import platform
from typing import Any

from engine import config
from engine.compute import kernels
from engine.statistics.draws import DRAWS, SEED
from engine.types import Dataset, ModelEntry, Task

LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "torch", "transformers", "sentence-transformers", "bm25s")


def of(entry: ModelEntry, dataset: Dataset, task: Task) -> dict[str, Any]:
    """Everything that is needed to repeat a run, on the machine that does it."""
    machine = config.machine()
    return {
        "source": entry.source,
        "revision": entry.revision,
        "options": {name: value for name, value in entry.options().items() if name != "sha256"},
        "task": {**task.settings, **dataset.settings},
        "device": machine.device,
        "machine": machine.name,
        "cores": machine.cores,
        **({"processor": kernels.processor(), "product": kernels.chosen()} if machine.device == "cpu" else {}),
        "seed": SEED,
        "draws": DRAWS,
        "versions": {"python": platform.python_version(), **_versions()},
    }


def _versions() -> dict[str, str]:
    installed = {one.metadata["Name"]: one.version for one in importlib.metadata.distributions()}
    return {name: installed[name] for name in LIBRARIES if name in installed}
