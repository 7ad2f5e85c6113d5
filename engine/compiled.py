"""How does a loop over numbers become machine code, once a machine rather than once a process?"""

from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def compiled(function: Callable[..., None], *relaxed: str) -> Any:
    """The function, compiled by numba; it lets go of the interpreter's lock, so that threads run it side by side.

    Args:
        relaxed: what may be taken less strictly in arithmetic (LLVM's fast-math flags).
    """
    from numba import njit

    try:
        return njit(nogil=True, cache=True, fastmath=set(relaxed))(function)
    except RuntimeError:  # neither the folder of the code nor one of the user's can be written to
        return njit(nogil=True, fastmath=set(relaxed))(function)
