"""Where does Parallax keep its files, and what can this machine do?"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def home() -> Path:
    """The folder of all that this machine writes: $PARALLAX_HOME, or data/local beside the engine; made if missing."""
    folder = Path(os.environ.get("PARALLAX_HOME") or ROOT / "data" / "local").expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


PRECISION = "float32"
"""What models run in unless asked otherwise: bfloat16 moves main scores by more than 0.1 point, see benchmarks."""


@dataclass(frozen=True)
class Machine:
    """The device that encodes, and the processor cores."""

    device: str
    cores: int
    name: str


@cache
def machine() -> Machine:
    """What this machine has; asks torch, so call it only where torch is welcome (the worker, the command line)."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if torch.cuda.is_available():
        return Machine("cuda", cores, torch.cuda.get_device_name(0))
    if torch.backends.mps.is_available():
        return Machine("mps", cores, "Apple GPU")
    return Machine("cpu", cores, "CPU")
