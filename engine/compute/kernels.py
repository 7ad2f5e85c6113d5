"""Which product of matrices is the fastest on this processor, and who says so?

PyTorch multiplies in float32 with MKL. On some processors that is half as fast as oneDNN's product, whose weights are
brought into an order of their own beforehand. No processor's name tells which one leads: both are timed once on every
machine, and the answer is kept.
"""

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import config
from engine.compute import threads
from engine.types import UserError

if TYPE_CHECKING:
    import torch

CHOICE = "PARALLAX_PRODUCT"
"""The variable of the environment that decides instead of the measurement."""
TITLES: Mapping[str, str] = {"mkl": "MKL", "onednn": "oneDNN"}
MARGIN = 1.05
"""PyTorch's own product stays unless the other is faster by this much: less lies within the noise of a measurement."""
SHAPE = 512, 384, 1_152
"""Tokens, numbers in and numbers out: about the first product of a feed-forward network in a small model. Its gelu is
measured with it, for oneDNN does both in one go: it leads by that where the bare products are equally fast."""
ROUNDS = 9


@cache
def product(dtype: "torch.dtype") -> str:
    """Who multiplies in this type: `mkl`, PyTorch's default, or `onednn`, which also does what follows in the same go.

    Raises:
        UserError: the environment asks for something that is not there.
    """
    import torch

    if dtype == torch.bfloat16:
        there = torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
        return "onednn" if there else "mkl"
    if dtype != torch.float32:
        return "mkl"
    asked = os.environ.get(CHOICE, "")
    if asked and asked not in TITLES:
        raise UserError(
            "{variable} is {seen!r}; it can be {known}.", variable=CHOICE, seen=asked, known=" or ".join(sorted(TITLES))
        )
    if not torch.backends.mkldnn.is_available():
        if asked == "onednn":
            raise UserError("{variable} asks for oneDNN, which this build of PyTorch lacks.", variable=CHOICE)
        return "mkl"
    if asked:
        return asked
    speeds = measured() or _keep(_speeds())
    return "onednn" if speeds["onednn"] > MARGIN * speeds["mkl"] else "mkl"


def chosen() -> str:
    """Who multiplies in float32 here, as its makers write it."""
    import torch

    return TITLES[product(torch.float32)]


def measured() -> dict[str, float]:
    """GFLOP/s on one core by product, as this machine was measured; empty as long as it was not. Needs no torch."""
    with suppress(OSError, ValueError):
        kept = json.loads(_path().read_text(encoding="utf-8"))
        return {name: float(kept[name]) for name in TITLES if float(kept[name]) > 0}
    return {}


def _keep(speeds: dict[str, float]) -> dict[str, float]:
    """What is kept from now on: the measurement of who came first, so that all processes multiply alike."""
    path = _path()
    with suppress(OSError):  # a home that cannot be written to: measured again by the next process
        path.parent.mkdir(exist_ok=True)
        own = path.with_suffix(f".{os.getpid()}")
        own.write_text(json.dumps({"processor": processor(), **speeds}), encoding="utf-8")
        with suppress(FileExistsError):
            os.link(own, path)
        own.unlink()
    return measured() or speeds


def _path() -> Path:
    seen = hashlib.sha256(f"{processor()}|{_torch_version()}|gelu".encode()).hexdigest()[:16]
    return config.home() / "kernels" / f"{seen}.json"


@cache
def processor() -> str:
    """What the processor calls itself, with family, model and stepping, for several generations share a name."""
    told = {}
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n\n")[0].splitlines()
        told = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    parts = [told.get(name, "") for name in ("model name", "cpu family", "model", "stepping")]
    return " ".join(part for part in parts if part) or platform.processor() or platform.machine()


@cache
def _torch_version() -> str:
    from importlib.metadata import version

    return version("torch")


def _speeds() -> dict[str, float]:
    """GFLOP/s of one core: the best of several rounds in which the products take turns, in the core's own time."""
    import torch

    rows, inner, outer = SHAPE
    made = torch.Generator().manual_seed(0)
    x, weight, bias = (torch.randn(*shape, generator=made) for shape in ((rows, inner), (outer, inner), (outer,)))
    with torch.inference_mode(), threads.apart(2):
        order = torch.ops.mkldnn._reorder_linear_weight(weight)
        both: dict[str, Callable[[], Any]] = {
            "mkl": lambda: torch.nn.functional.gelu(torch.nn.functional.linear(x, weight, bias)),
            "onednn": lambda: torch.ops.mkldnn._linear_pointwise(x, order, bias, "gelu", [], "none"),
        }
        times: dict[str, list[float]] = {name: [] for name in both}
        for _ in range(ROUNDS):
            for name, multiply in both.items():
                start = time.thread_time()
                multiply()
                times[name].append(time.thread_time() - start)
    return {name: 2e-9 * rows * inner * outer / max(min(seen), 1e-9) for name, seen in times.items()}
