"""How do several streams of work share the processor's cores without waiting for one another?"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def apart(streams: int) -> Iterator[None]:
    """Several streams have a core each: threads that shared every product would wait for one another."""
    if streams == 1:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)  # which new threads take over, but only once they ask how many there are
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def pool(streams: int) -> Iterator[ThreadPoolExecutor]:
    """So many streams, each with a core of its own; a single one has them all."""
    import torch

    with apart(streams), ThreadPoolExecutor(streams, initializer=torch.get_num_threads) as threads:
        yield threads


@contextmanager
def one_core() -> Iterator[None]:
    """Products of torch and NumPy on one core, as a server that answers many at once gives to each."""
    import torch
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)
