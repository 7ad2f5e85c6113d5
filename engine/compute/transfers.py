"""How do batches go to a graphics card, and vectors come back, while it computes others?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch


class Lanes:
    """As many streams of work on a device as threads feed it; no device but a graphics card has any to tell apart.

    In a stream of its own a thread waits for its own batch only, so that the card goes on with another one. `apart` is
    not for code that comes with a model: it may compute a table in one stream and read it in another too early.
    """

    def __init__(self, device: torch.device, number: int, *, apart: bool) -> None:
        import torch

        self.free: SimpleQueue[Any] = SimpleQueue()
        if device.type == "cuda":
            # torch's first choice on the newest cards, which makes a plan for every new shape of a batch, in every
            # thread anew: that takes longer than many a batch, and hardly two of ours have one shape
            torch.backends.cuda.enable_cudnn_sdp(False)
        for _ in range(number):
            self.free.put(_stream(device, apart=apart) if device.type == "cuda" else None)

    @contextmanager
    def one(self) -> Iterator[None]:
        """What a thread does in here, it does in a lane that no other thread has."""
        import torch

        lane = self.free.get()
        try:
            with torch.cuda.stream(lane):
                yield
        finally:
            self.free.put(lane)


def _stream(device: torch.device, *, apart: bool) -> Any:
    import torch

    common = torch.cuda.default_stream(device)
    if not apart:
        return common
    stream = torch.cuda.Stream(device)
    stream.wait_stream(common)  # the weights may still be on their way
    return stream


def padded(rows: Sequence[npt.NDArray[Any]], *, fill: int = 0, left: bool = False) -> npt.NDArray[np.int64]:
    """Rows of whole numbers filled up to the longest of them, behind their ends or before their starts."""
    lengths = np.array([len(one) for one in rows])
    place = np.arange(int(lengths.max()))
    there = (place[::-1] if left else place) < lengths[:, None]
    found = np.full(there.shape, fill, dtype=np.int64)
    found[there] = np.concatenate(rows)
    return found


def sent(values: npt.NDArray[Any], device: torch.device) -> torch.Tensor:
    """The values on the device; a copy to a graphics card needs pinned memory to run beside products."""
    import torch

    here = torch.from_numpy(values)
    return here.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else here.to(device)


def fetched(values: torch.Tensor) -> npt.NDArray[np.float32]:
    """The values in the machine's memory, once they are all there."""
    import torch

    if values.device.type != "cuda":
        return values.float().cpu().numpy()
    here = values.float().to("cpu", non_blocking=True)  # into pinned memory
    torch.cuda.current_stream(values.device).synchronize()
    return here.numpy()
