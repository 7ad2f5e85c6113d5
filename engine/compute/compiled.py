"""How does a loop over numbers become machine code, once a machine rather than once a process where it can?"""

from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def compiled(function: Callable[..., None], *relaxed: str, parts: tuple[Callable[..., Any], ...] = ()) -> Any:
    """The function, compiled by numba; it lets go of the interpreter's lock, so that threads run it side by side.

    The machine code is kept where all of it comes from one file: numba looks only at the file of the function, and
    would go on with what another file said before it changed.

    Args:
        relaxed: what may be taken less strictly in arithmetic (LLVM's fast-math flags).
        parts: the functions that it calls.
    """
    from numba import njit
    from numba.extending import register_jitable

    # without Python's check for division by zero more loops become vector instructions
    settings: dict[str, Any] = {"fastmath": set(relaxed), "error_model": "numpy"}
    for part in parts:
        register_jitable(**settings)(part)
    here = function.__code__.co_filename
    kept = all(part.__code__.co_filename == here for part in parts)
    try:
        return njit(nogil=True, cache=kept, **settings)(function)
    except RuntimeError:  # neither the folder of the code nor one of the user's can be written to
        return njit(nogil=True, **settings)(function)
