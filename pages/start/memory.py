"""When is garbage collected? Not after every press, where all would wait for it, but when nobody waits."""

import asyncio
import ctypes
import gc
import sys
import threading
import time

EVERY_SECONDS = 60.0
WORKED_SECONDS = 1.0
"""Processor time since the last collection below which another one would find nothing."""


async def collect() -> None:
    """Collects about once a minute in which something was done, at a moment in which no page is being drawn."""
    worked = time.process_time()
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        while drawing():
            await asyncio.sleep(0.05)
        if time.process_time() - worked > WORKED_SECONDS:
            gc.collect()
            give_back()
            worked = time.process_time()


def drawing() -> bool:
    """Whether a page is being drawn for somebody: each is drawn in a thread of its own, which then ends."""
    return any(thread.name.startswith("ScriptRunner") for thread in threading.enumerate())


def give_back() -> None:
    """Hands freed memory back to the system, which the C library else keeps."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
