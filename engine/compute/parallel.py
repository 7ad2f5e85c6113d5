"""How is independent work shared among the cores, when every part would like to start threads of its own?"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")


def one_thread() -> AbstractContextManager[Any]:
    """While it is open the calling thread works alone: small products in BLAS, OpenMP and torch start no others."""
    import torch  # noqa: F401  it can be held to one thread only once it is there
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(1)
    return limits


def one_core_each(work: Callable[[Job], Answer], jobs: Iterable[Job]) -> list[Answer]:
    """work(job) of every job, in order, in as many threads as there are cores, with BLAS and OpenMP held to one thread.

    Many small fits run several times faster this way, to the same result: their threads spend their time waiting for
    one another, the more so on a busy machine.
    """
    from joblib import cpu_count  # type: ignore[import-untyped]
    from threadpoolctl import threadpool_limits

    def alone(job: Job) -> Answer:
        # BLAS is limited for the whole process, OpenMP for the calling thread only
        with threadpool_limits(1, user_api="openmp"):
            return work(job)

    with threadpool_limits(1), ThreadPoolExecutor(cpu_count()) as pool:
        return list(pool.map(alone, jobs))
