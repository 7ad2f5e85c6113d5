"""Where does Parallax keep its files, and what can this machine do?"""

import os
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.types import UserError

ROOT = Path(__file__).resolve().parent.parent


@cache
def version() -> str:
    """The version of Parallax: it stands in pyproject.toml alone."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def home() -> Path:
    """The folder of all that this machine writes: $PARALLAX_HOME, or data/local beside the engine; made if missing.

    Raises:
        UserError: it cannot be made.
    """
    folder = Path(os.environ.get("PARALLAX_HOME") or ROOT / "data" / "local").expanduser()
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            "The folder {folder} cannot be made: {reason}. Let PARALLAX_HOME name one that can.",
            folder=folder,
            reason=error.strerror or str(error),
        ) from error
    return folder


PRECISION = "float32"
"""What models run in unless asked otherwise: bfloat16 moves main scores by more than 0.1 point, see benchmarks."""


@dataclass(frozen=True)
class Machine:
    """What encodes, and the processor cores.

    device: its kind · devices: each one of them, a graphics card having a number, such as cuda:0
    """

    device: str
    cores: int
    name: str
    devices: tuple[str, ...]


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def machine() -> Machine:
    """What this machine has; asks torch, so call it only where torch is welcome (the worker, the command line)."""
    import torch

    if torch.cuda.is_available():
        cards = range(torch.cuda.device_count())
        name = together(torch.cuda.get_device_name(card) for card in cards)
        return Machine("cuda", cores(), name, tuple(f"cuda:{card}" for card in cards))
    if torch.backends.mps.is_available():
        return Machine("mps", cores(), "Apple GPU", ("mps",))
    return Machine("cpu", cores(), "CPU", ("cpu",))


def together(names: Iterable[str]) -> str:
    """Several devices in one name: equal ones are counted."""
    return ", ".join(name if times == 1 else f"{times} × {name}" for name, times in Counter(names).items())
