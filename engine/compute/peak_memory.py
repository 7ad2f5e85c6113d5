"""How much memory has this process held at most, and since when?"""

import re
import resource
import sys
from contextlib import suppress
from pathlib import Path

STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def begin() -> None:
    """Counts anew from here, where the system can (Linux): a worker may have held more for a job before this one."""
    with suppress(OSError):
        FORGET.write_text("5", encoding="ascii")


def most() -> int:
    """The most bytes that this process has held since `begin`.

    By its own status on Linux: what getrusage tells outlives exec there, so that it may be that of a parent.
    """
    with suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text(encoding="ascii", errors="replace"))
        if found:
            return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
